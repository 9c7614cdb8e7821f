package io.github.statesignals.core.publish;

import java.util.List;
import java.util.stream.IntStream;

import io.github.statesignals.core.lane.Budget;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AnswerMessages}.
 */
class AnswerMessagesTests {

	private static final String LONG = "x".repeat(900_000);

	private final AnswerMessages messages = new AnswerMessages(new Budget(Long.MAX_VALUE));

	@Test
	void storesTheMessageOfAnAwaitedResponderAsItIs() {
		assertThat(this.messages.add("r1", LONG, true)).isSameAs(LONG);
		assertThat(this.messages.byResponder()).containsEntry("r1", LONG).hasSize(1);
		assertThat(this.messages.add("r2", null, true)).isNull();
		assertThat(this.messages.byResponder()).hasSize(1);
	}

	@Test
	void shortensTheMessageOfAResponderThatIsNotAwaited() {
		this.messages.add("other", LONG, false);
		this.messages.add("short", "said", false);
		assertThat(this.messages.byResponder().get("other")).hasSizeLessThan(1_100)
			.endsWith("(shortened from 900000 characters)");
		assertThat(this.messages.byResponder()).containsEntry("short", "said");
	}

	@Test
	void storesFewMessagesOfRespondersThatAreNotAwaited() {
		for (int i = 0; i < 10_000; i++) {
			this.messages.add("forged-" + i, LONG, false);
		}
		this.messages.add("r1", "mine", true);
		assertThat(this.messages.byResponder()).hasSize(AnswerMessages.UNAWAITED + 1).containsEntry("r1", "mine");
		assertThat(characters()).isLessThan(200_000);
	}

	@Test
	void storesNoMessageUnderALongId() {
		this.messages.add(LONG, "said", false);
		assertThat(this.messages.byResponder()).isEmpty();
	}

	@Test
	void shortensMessagesOfAwaitedRespondersBeyondTheCapacity() {
		for (int i = 0; i < 300; i++) {
			this.messages.add("r" + i, LONG, true);
			this.messages.add("r" + i, LONG, true);
		}
		assertThat(this.messages.byResponder()).hasSize(300);
		assertThat(characters()).isBetween(3_000_000, AnswerMessages.CAPACITY + 300 * 1_100);
		assertThat(this.messages.byResponder().get("r0")).isEqualTo(LONG);
	}

	@Test
	void shortensMessagesOfAllPublishesTogether() {
		Budget memory = new Budget(10_000_000);
		List<AnswerMessages> publishes = IntStream.range(0, 1_000).mapToObj((i) -> new AnswerMessages(memory)).toList();
		publishes.forEach((publish) -> publish.add("r1", LONG, true));
		assertThat(publishes.stream().mapToLong((publish) -> publish.byResponder().get("r1").length()).sum())
			.isBetween(4_000_000L, 5_500_000L);
		assertThat(publishes.get(999).byResponder().get("r1")).endsWith("(shortened from 900000 characters)");
		publishes.forEach(AnswerMessages::release);
		AnswerMessages next = new AnswerMessages(memory);
		for (int i = 0; i < 100; i++) {
			next.add("r1", LONG, true);
		}
		assertThat(next.byResponder()).containsEntry("r1", LONG);
		next.release();
		assertThat(memory.reserve(10_000_000)).isTrue();
		assertThat(memory.fits(1)).isFalse();
	}

	private int characters() {
		return this.messages.byResponder().values().stream().mapToInt(String::length).sum();
	}

}
