package io.github.statesignals.core.responder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class UnansweredSignalsTests {

	private final UnansweredSignals unanswered = new UnansweredSignals(Long.MAX_VALUE);

	@Test
	void signalsThatWereNotReceivedAreNotRemembered() {
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isNull();
		assertThat(this.unanswered.find(signal("publisher", "start"), true)).isNull();
	}

	@Test
	void thereIsNothingToRememberOfASignalWithoutAnExtension() {
		this.unanswered.add(new Delivery(signal("publisher", "start"), null, () -> false, null, null));
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isNull();
	}

	@Test
	void signalWithoutAnExtensionReplacesThoseOfItsPublisherAndEvent() {
		add("publisher", "start", "1");
		Delivery other = add("publisher", "end", "2");
		this.unanswered.add(new Delivery(signal("publisher", "start"), null, () -> false, null, null));
		assertThat(this.unanswered.find("publisher", "start", true, 0)).isNull();
		assertThat(this.unanswered.find("publisher", "end", true, 0)).isSameAs(other);
	}

	@Test
	void anotherSignalIsNotTaken() {
		add("publisher", "start", "1");
		assertThat(this.unanswered.find(signal("publisher", "end"), true)).isNull();
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

	@Test
	void remembersThoseThatFitInMemory() {
		long size = new Delivery(signal("publisher", "start"), null, () -> true, null, null).bytes();
		UnansweredSignals bounded = new UnansweredSignals(3 * size);
		List<Delivery> added = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			added.add(delivery("publisher", "start", "" + i, null));
			bounded.add(added.get(i));
			// Answered ones take no memory.
			assertThat(bounded.find("publisher", "start", i % 2 == 0, 0)).isNotNull();
		}
		for (int i = 95; i < 100; i++) {
			bounded.add(added.get(i));
		}
		assertThat(IntStream.range(0, 4).mapToObj((i) -> bounded.find("publisher", "start", true, 0)))
			.containsExactly(added.get(97), added.get(98), added.get(99), null);
	}

	@Test
	void expiredOnesTakeNoMemory() {
		long size = delivery("publisher", "start", "1", null).bytes();
		UnansweredSignals bounded = new UnansweredSignals(2 * size);
		Delivery first = delivery("other", "start", "1", null);
		bounded.add(first);
		for (int i = 0; i < 3; i++) {
			Delivery expired = delivery("publisher", "start", "" + i, null);
			bounded.add(new Delivery(expired.signal(), expired.extension(), () -> true, 1L, null));
			assertThat(bounded.find("publisher", "start", false, 2)).isNull();
		}
		assertThat(bounded.find("other", "start", true, 2)).isSameAs(first);
	}

	@Test
	void remembersAllThatTheTransportStores() {
		UnansweredSignals bounded = new UnansweredSignals(1);
		Receipt receipt = (response, extension) -> new CompletableFuture<>();
		IntStream.range(0, 100).forEach((i) -> bounded.add(delivery("publisher-" + i, "start", "1", receipt)));
		assertThat(IntStream.range(0, 100).mapToObj((i) -> bounded.find("publisher-" + i, "start", true, 0)))
			.doesNotContainNull();
	}

	private Delivery add(String publisherId, String event, @Nullable String id) {
		Delivery delivery = delivery(publisherId, event, id, null);
		this.unanswered.add(delivery);
		return delivery;
	}

	private static Delivery delivery(String publisherId, String event, @Nullable String id, @Nullable Receipt receipt) {
		return new Delivery(signal(publisherId, event),
				new SignalExtension(id, SignalExtension.NONE, SignalExtension.NONE, SignalExtension.NONE, null),
				() -> true, null, receipt);
	}

	private static Signal signal(String publisherId, String event) {
		return new Signal(publisherId, "python", event, "elsewhere", 1, Signal.NO_TAG, Map.of());
	}

}
