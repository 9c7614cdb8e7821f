package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SilentTransport;
import io.github.statesignals.core.lane.ManualTimer;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.dao.DataAccessResourceFailureException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Results of an exporter on a transport that stores signals.
 */
class DurablePublishTests {

	private static final String CHANNEL = "kept";

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final Duration STORED_ANSWERS_LIMIT = Duration.ofSeconds(2);

	private final StoringTransport transport = new StoringTransport();

	private final ManualTimer timer = new ManualTimer();

	@AutoClose
	private final SignalEngine engine = new SignalEngine(this.transport, new EngineSettings(CHANNEL,
			EngineSettings.Extensions.NEGOTIATED,
			new EngineSettings.Exporters("host", List.of(), Duration.ofSeconds(1), TIMEOUT, 1, Duration.ZERO, 100),
			new EngineSettings.Responders("responder", true, EngineSettings.Unhandled.ACKNOWLEDGE,
					EngineSettings.Expired.REJECT, null, null, true, 16, 1_000),
			TIMEOUT), Runnable::run, new JsonMapper(), List::of, (event) -> {
			}, this.timer, () -> SignalObserver.NONE);

	private final SignalExporter exporter = this.engine.create("conductor");

	@BeforeEach
	void start() {
		this.engine.start();
		this.exporter.initialize("flip");
		this.transport.answer("r", Signal.INITIALIZATION, null);
		assertThat(this.exporter.getSubscribers()).containsExactly("r");
	}

	@Test
	void theResultAwaitsTheIdAlsoOfASignalThatIsAnswered() {
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.answer("r", "flip", this.transport.lastId);
		assertThat(result).isNotDone();
		this.transport.confirm("1-0.0");
		assertThat(result).succeedsWithin(TIMEOUT).satisfies((answered) -> {
			assertThat(answered.isSuccess()).isTrue();
			assertThat(answered.id()).isEqualTo("1-0.0");
		});
	}

	@Test
	void storedAnswersAreReadAfterAGap() {
		this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		assertThat(this.transport.recalled).isEmpty();
		this.transport.listener.onConnected(true);
		assertThat(this.transport.recalled).containsExactly("1-0.0");
	}

	@Test
	void answersOfASignalThatGetsItsIdAfterAGapAreReadThen() {
		this.exporter.signal("flip").publishAsync();
		this.transport.listener.onConnected(true);
		assertThat(this.transport.recalled).isEmpty();
		this.transport.confirm("1-0.0");
		assertThat(this.transport.recalled).containsExactly("1-0.0");
		this.exporter.signal("flip").publishAsync();
		this.transport.confirm("2-0.0");
		assertThat(this.transport.recalled).containsExactly("1-0.0");
	}

	@Test
	void anAnswerWhoseNoticeIsLostIsReadWhileThePublishWaits() {
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.store("r", "1-0.0");
		assertThat(result).isNotDone();
		this.timer.advance(Duration.ofSeconds(1));
		assertThat(result).isCompletedWithValueMatching(SignalResult::isSuccess);
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void aPublishThatWaitsAsksEverMoreSeldom() {
		this.exporter.signal("flip").timeout(Duration.ofSeconds(-1)).publishAsync();
		this.transport.confirm("1-0.0");
		this.timer.advance(Duration.ofSeconds(63));
		assertThat(this.transport.recalled).hasSize(6);
		this.timer.advance(Duration.ofMinutes(10));
		assertThat(this.transport.recalled).hasSize(16);
	}

	@Test
	void storedAnswersAreNotRequestedAgainBeforeTheyAreRead() {
		this.transport.holding = true;
		this.exporter.signal("flip").timeout(Duration.ofSeconds(-1)).publishAsync();
		this.transport.confirm("1-0.0");
		this.timer.advance(Duration.ofSeconds(63));
		assertThat(this.transport.recalled).hasSize(1);
		this.transport.release();
		this.timer.advance(Duration.ofMinutes(1));
		assertThat(this.transport.recalled).hasSize(2);
	}

	@Test
	void storedAnswerToAnotherSignalDoesNotCount() {
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.store("r", "1-0.0", "another");
		this.timer.advance(TIMEOUT);
		assertThat(result).isCompletedWithValueMatching((timedOut) -> timedOut.code() == ResultCode.MISSING_RESPONSE);
		assertThat(result.join().missing()).containsExactly("r");
		assertThat(result.join().acted()).isEmpty();
	}

	@Test
	void oneThatIsAnsweredInTimeAsksForNothing() {
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.answer("r", "flip", this.transport.lastId);
		this.timer.advance(Duration.ofMinutes(1));
		assertThat(result).isCompletedWithValueMatching(SignalResult::isSuccess);
		assertThat(this.transport.recalled).isEmpty();
	}

	@Test
	void anAnswerWhoseNoticeIsLostIsReadBeforeItsResponderIsMissing() {
		List<String> received = new ArrayList<>();
		CompletableFuture<SignalResult> result = this.exporter.signal("flip")
			.timeout(Duration.ofMillis(300))
			.onResponse((responder, answer) -> received.add(responder))
			.publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.store("r", "1-0.0");
		this.timer.advance(Duration.ofMillis(300));
		assertThat(result).isCompletedWithValueMatching(SignalResult::isSuccess);
		assertThat(result.join().missing()).isEmpty();
		assertThat(received).containsExactly("r");
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void aRuleCountsAnswersThatAreReadBeforeTheTimeout() {
		this.transport.answer("other", Signal.INITIALIZATION, null);
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").until((awaited) -> 1).publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.store("other", "1-0.0");
		this.timer.advance(TIMEOUT);
		assertThat(result).isCompletedWithValueMatching(SignalResult::isSuccess);
		assertThat(result.join().responses()).containsOnlyKeys("other");
		assertThat(result.join().missing()).containsExactly("r");
	}

	@Test
	void onlyThoseThatAreOutstandingAreAskedFor() {
		this.transport.answer("other", Signal.INITIALIZATION, null);
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.answer("r", "flip", this.transport.lastId);
		this.timer.advance(TIMEOUT);
		assertThat(this.transport.asked).isNotEmpty().allMatch(Set.of("other")::equals);
		assertThat(result.join().responses()).containsOnlyKeys("r");
		assertThat(result.join().missing()).containsExactly("other");
	}

	@Test
	void theTimeoutAwaitsTheStoredAnswersForALimitedTime() {
		this.transport.holding = true;
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.timer.advance(TIMEOUT);
		assertThat(result).isNotDone();
		this.timer.advance(STORED_ANSWERS_LIMIT);
		assertThat(result).isDone();
		assertThat(result.join().missing()).containsExactly("r");
		assertThat(result.join().subscriptionLost()).isTrue();
		this.transport.store("r", "1-0.0");
		this.transport.release();
		assertThat(result.join().missing()).containsExactly("r");
	}

	@Test
	void aPublishEndsWithItsTimeoutWhenStoredAnswersCanNotBeRead() {
		this.transport.failure = new DataAccessResourceFailureException("Not connected");
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.timer.advance(TIMEOUT);
		assertThat(result).isDone();
		assertThat(result.join().missing()).containsExactly("r");
		assertThat(result.join().subscriptionLost()).isTrue();
	}

	@Test
	void aResponderThatHasNotAnsweredIsMissingForCertainAlsoAfterAGap() {
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.listener.onConnected(true);
		this.timer.advance(TIMEOUT);
		assertThat(result).isDone();
		assertThat(result.join().missing()).containsExactly("r");
		assertThat(result.join().subscriptionLost()).isFalse();
	}

	@Test
	void anAnswerThatIsStoredBeforeTheSignalIsConfirmedIsReadAfterwards() {
		this.transport.answer("other", Signal.INITIALIZATION, null);
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.answer("other", "flip", this.transport.lastId);
		this.transport.store("r", "1-0.0");
		this.timer.advance(TIMEOUT);
		assertThat(result).isNotDone();
		this.transport.confirm("1-0.0");
		assertThat(result).isCompletedWithValueMatching(SignalResult::isSuccess);
		assertThat(result.join().id()).isEqualTo("1-0.0");
	}

	@Test
	void aCancelledPublishTakesNoStoredAnswers() {
		this.transport.holding = true;
		List<String> received = new ArrayList<>();
		CompletableFuture<SignalResult> result = this.exporter.signal("flip")
			.onResponse((responder, answer) -> received.add(responder))
			.publishAsync();
		this.transport.confirm("1-0.0");
		this.timer.advance(Duration.ofSeconds(1));
		this.transport.store("r", "1-0.0");
		result.cancel(false);
		this.transport.release();
		assertThat(result).isCancelled();
		assertThat(received).isEmpty();
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void answersThatAreStoredWhenTheExporterIsShutDownCount() {
		this.transport.holding = true;
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.transport.store("r", "1-0.0");
		this.exporter.shutdown();
		assertThat(result).isNotDone();
		this.transport.release();
		assertThat(result).isCompletedWithValueMatching(SignalResult::isSuccess);
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void aPublishThatTimesOutInTheShutdownOfItsExporterEndsOnce() {
		this.transport.holding = true;
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.transport.confirm("1-0.0");
		this.timer.advance(TIMEOUT);
		this.exporter.shutdown();
		this.timer.advance(STORED_ANSWERS_LIMIT);
		assertThat(result).isNotDone();
		this.transport.release();
		assertThat(result).isDone();
		assertThat(result.join().missing()).containsExactly("r");
	}

	@Test
	void aDisconnectedResponderIsAwaitedAfterAnyNumberOfMissedSignals() {
		for (int i = 0; i < 3; i++) {
			CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
			this.transport.confirm(i + "-0.0");
			this.timer.advance(TIMEOUT);
			assertThat(result).succeedsWithin(TIMEOUT)
				.satisfies((timedOut) -> assertThat(timedOut.missing()).containsExactly("r"));
		}
		assertThat(this.exporter.getSubscribers()).containsExactly("r");
	}

	/**
	 * Holds signals until a test stores them under an id.
	 */
	private final class StoringTransport extends SilentTransport implements DurableSignalTransport {

		private final Deque<CompletableFuture<StoredSignal>> sent = new ArrayDeque<>();

		private final List<String> recalled = new ArrayList<>();

		private final List<Set<String>> asked = new ArrayList<>();

		private final Map<String, Map<String, StoredAnswer>> stored = new HashMap<>();

		private final Deque<Runnable> held = new ArrayDeque<>();

		private boolean holding;

		private @Nullable RuntimeException failure;

		private SignalTransport.Listener listener;

		private @Nullable String lastId;

		void confirm(String id) {
			this.sent.remove().complete(new StoredSignal(id));
		}

		void answer(String responder, String event, @Nullable String id) {
			this.listener.onResponse(CHANNEL,
					new Response(responder, DurablePublishTests.this.exporter.getPublisherId(), event, 1, null),
					(id != null) ? new ResponseExtension(id) : ResponseExtension.UNDERSTOOD);
		}

		@Override
		public boolean isDurable(String channel) {
			return channel.equals(CHANNEL);
		}

		/**
		 * Store an answer whose notice is lost.
		 */
		void store(String responder, String id) {
			store(responder, id, this.lastId);
		}

		void store(String responder, String id, @Nullable String answered) {
			Response answer = new Response(responder, DurablePublishTests.this.exporter.getPublisherId(), "flip", 1,
					null);
			this.stored.computeIfAbsent(id, (key) -> new HashMap<>())
				.put(responder, new StoredAnswer(answer, new ResponseExtension(answered)));
		}

		/**
		 * Reply to the requests made while holding.
		 */
		void release() {
			this.holding = false;
			while (!this.held.isEmpty()) {
				this.held.remove().run();
			}
		}

		@Override
		public CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
			assertThat(channel).isEqualTo(CHANNEL);
			this.recalled.add(id);
			this.asked.add(Set.copyOf(responders));
			if (this.failure != null) {
				return CompletableFuture.failedFuture(this.failure);
			}
			CompletableFuture<List<StoredAnswer>> reply = new CompletableFuture<>();
			Runnable answering = () -> {
				Map<String, StoredAnswer> answers = new HashMap<>(this.stored.getOrDefault(id, Map.of()));
				answers.keySet().retainAll(responders);
				reply.complete(List.copyOf(answers.values()));
			};
			if (this.holding) {
				this.held.add(answering);
			}
			else {
				answering.run();
			}
			return reply;
		}

		@Override
		public void start(SignalTransport.Listener listener) {
			this.listener = listener;
			super.start(listener);
		}

		@Override
		public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			if (Signal.isReserved(signal.event())) {
				return super.send(channel, signal, extension);
			}
			this.lastId = extension.id();
			CompletableFuture<StoredSignal> keeping = new CompletableFuture<>();
			this.sent.add(keeping);
			return keeping;
		}

	}

}
