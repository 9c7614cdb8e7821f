package io.github.statesignals.core.publish;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SendOrderTests {

	private static final long WINDOW = 16L * 1024 * 1024;

	private final SendOrder order = new SendOrder();

	@Test
	void eventThatWaitedForCapacityBlocksNoOtherEventAfterwards() {
		Publication large = added("large", WINDOW);
		this.order.enter(large, 1);
		Publication waiting = added("waiting", 1_000_000);
		this.order.enqueue(waiting);
		assertThat(this.order.poll("waiting", 1, true)).isNull();
		Publication other = added("other", 1_000);
		assertThat(this.order.isFree(other, 1, true)).isFalse();
		this.order.leave(large);
		assertThat(this.order.poll("waiting", 1, true)).isSameAs(waiting);
		this.order.enter(waiting, 1);
		assertThat(this.order.isFree(other, 1, true)).isTrue();
	}

	@Test
	void eventWhoseLastPublicationHasEndedBlocksNoOtherEvent() {
		Publication large = added("large", WINDOW);
		this.order.enter(large, 1);
		Publication waiting = added("waiting", 1_000_000);
		this.order.enqueue(waiting);
		assertThat(this.order.poll("waiting", 1, true)).isNull();
		this.order.leave(large);
		this.order.remove(waiting, true);
		assertThat(this.order.isFree(added("other", 1_000), 1, true)).isTrue();
	}

	private Publication added(String event, long bytes) {
		Publication publication = Publications.ofSize(event, bytes);
		this.order.add(publication);
		return publication;
	}

}
