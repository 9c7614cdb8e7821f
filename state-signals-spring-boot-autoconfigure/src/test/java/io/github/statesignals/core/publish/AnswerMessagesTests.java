package io.github.statesignals.core.publish;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AnswerMessages}.
 */
class AnswerMessagesTests {

	private static final String LONG = "x".repeat(900_000);

	private final AnswerMessages messages = new AnswerMessages();

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

	private int characters() {
		return this.messages.byResponder().values().stream().mapToInt(String::length).sum();
	}

}
