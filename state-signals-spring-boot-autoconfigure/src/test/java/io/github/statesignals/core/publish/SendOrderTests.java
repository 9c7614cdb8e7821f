package io.github.statesignals.core.publish;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SendOrderTests {

	private static final long WINDOW = 16L * 1024 * 1024;

	private final SendOrder order = new SendOrder();

	private final Publication large = added("large", WINDOW);

	private final Publication waiting = added("waiting", 1_000_000);

	@BeforeEach
	void waitForCapacity() {
		this.order.enter(this.large, 1);
		this.order.enqueue(this.waiting);
		assertThat(this.order.poll("waiting", 1, true, (earlier) -> false)).isNull();
	}

	@Test
	void eventThatWaitedForCapacityBlocksNoOtherEventAfterwards() {
		Publication other = added("other", 1_000);
		assertThat(this.order.isFree(other, 1, true)).isFalse();
		this.order.leave(this.large);
		assertThat(this.order.poll("waiting", 1, true, (earlier) -> false)).isSameAs(this.waiting);
		this.order.enter(this.waiting, 1);
		assertThat(this.order.isFree(other, 1, true)).isTrue();
	}

	@Test
	void eventWhoseLastPublicationHasEndedBlocksNoOtherEvent() {
		this.order.leave(this.large);
		this.order.remove(this.waiting, true);
		assertThat(this.order.isFree(added("other", 1_000), 1, true)).isTrue();
	}

	private Publication added(String event, long bytes) {
		Publication publication = Publications.ofSize(event, bytes);
		this.order.add(publication);
		return publication;
	}

}
