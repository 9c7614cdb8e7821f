package io.github.statesignals.core.responder;

import java.util.Map;
import java.util.stream.IntStream;

import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class UnansweredSignalsTests {

	private final UnansweredSignals unanswered = new UnansweredSignals();

	@Test
	void signalsThatWereNotReceivedAreNotRemembered() {
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isNull();
		assertThat(this.unanswered.find(signal("publisher", "start"), true)).isNull();
	}

	@Test
	void thereIsNothingToRememberOfASignalWithoutAnExtension() {
		this.unanswered.add(new Delivery(signal("publisher", "start"), null, false, null, null));
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isNull();
	}

	@Test
	void theFirstOneOfPublisherAndEventIsTakenAndOnlyOnce() {
		Delivery first = add("publisher", "start", "1");
		Delivery other = add("publisher", "end", "2");
		Delivery anothers = add("other", "start", "3");
		Delivery second = add("publisher", "start", "4");
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isSameAs(first);
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isSameAs(second);
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isNull();
		assertThat(this.unanswered.find("other", "start", true, 0)).isSameAs(anothers);
		assertThat(this.unanswered.find("publisher", "end", true, 0)).isSameAs(other);
	}

	@Test
	void ofSignalsThatEqualEachOtherTheVeryOneIsTaken() {
		Delivery first = add("publisher", "start", "1");
		Delivery second = add("publisher", "start", "2");
		Delivery third = add("publisher", "start", "3");
		assertThat(first.signal()).isEqualTo(second.signal()).isNotSameAs(second.signal());
		assertThat(this.unanswered.find(second.signal(), true)).isSameAs(second);
		assertThat(this.unanswered.find(signal("publisher", "start"), true)).isSameAs(first);
		// Answered already: one that equals it is the best guess.
		assertThat(this.unanswered.find(second.signal(), true)).isSameAs(third);
		assertThat(this.unanswered.find(third.signal(), true)).isNull();
	}

	@Test
	void remembersTheLastOnes() {
		IntStream.range(0, 16_385).forEach((i) -> add("publisher-" + i, "start", "1"));
		assertThat(this.unanswered.find("publisher-0", "start", true, 0)).isNull();
		assertThat(this.unanswered.find("publisher-1", "start", true, 0)).isNotNull();
		assertThat(this.unanswered.find("publisher-16384", "start", true, 0)).isNotNull();
	}

	private Delivery add(String publisherId, String event, @Nullable String id) {
		Delivery delivery = new Delivery(signal(publisherId, event),
				new SignalExtension(id, SignalExtension.NONE, SignalExtension.NONE, SignalExtension.NONE, null), true,
				null, null);
		this.unanswered.add(delivery);
		return delivery;
	}

	private static Signal signal(String publisherId, String event) {
		return new Signal(publisherId, "python", event, "elsewhere", 1, Signal.NO_TAG, Map.of());
	}

}
