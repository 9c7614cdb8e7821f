package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.SignalTransport.KeptSignal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an exporter makes of a transport that keeps signals.
 */
class KeptPublicationTests {

	private static final String CHANNEL = "kept";

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final Keeper keeper = new Keeper();

	private final ManualTimer timer = new ManualTimer();

	private final SignalEngine engine = new SignalEngine(this.keeper, new EngineSettings(CHANNEL,
			EngineSettings.Extensions.NEGOTIATED,
			new EngineSettings.Exporters("host", List.of(), Duration.ofSeconds(1), TIMEOUT, 1, Duration.ZERO, 100),
			new EngineSettings.Responders("responder", true, EngineSettings.Unhandled.ACKNOWLEDGE,
					EngineSettings.Expired.REJECT, null, null, true, 16, 1_000),
			TIMEOUT), Runnable::run, new JsonMapper(), List::of, (event) -> {
			}, this.timer);

	private final SignalExporter exporter = this.engine.create("conductor");

	@BeforeEach
	void start() {
		this.engine.start();
		this.exporter.initialize("flip");
		this.keeper.answer("r", Signal.INITIALIZATION, null);
		assertThat(this.exporter.getSubscribers()).containsExactly("r");
	}

	@AfterEach
	void close() {
		this.engine.close();
	}

	@Test
	void theResultAwaitsTheIdAlsoOfASignalThatIsAnswered() {
		CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
		this.keeper.answer("r", "flip", this.keeper.lastId);
		assertThat(result).isNotDone();
		this.keeper.confirm("1-0.0");
		assertThat(result).succeedsWithin(TIMEOUT).satisfies((answered) -> {
			assertThat(answered.isSuccess()).isTrue();
			assertThat(answered.id()).isEqualTo("1-0.0");
		});
	}

	@Test
	void whatIsKeptIsAskedForAfterAGap() {
		this.exporter.signal("flip").publishAsync();
		this.keeper.confirm("1-0.0");
		assertThat(this.keeper.recalled).isEmpty();
		this.keeper.listener.onConnected(true);
		assertThat(this.keeper.recalled).containsExactly("1-0.0");
	}

	@Test
	void whatGetsItsIdOnlyAfterAGapIsAskedForThen() {
		this.exporter.signal("flip").publishAsync();
		this.keeper.listener.onConnected(true);
		assertThat(this.keeper.recalled).isEmpty();
		this.keeper.confirm("1-0.0");
		assertThat(this.keeper.recalled).containsExactly("1-0.0");
		this.exporter.signal("flip").publishAsync();
		this.keeper.confirm("2-0.0");
		assertThat(this.keeper.recalled).containsExactly("1-0.0");
	}

	@Test
	void whoIsAwayIsAwaitedHoweverManySignalsItMisses() {
		for (int i = 0; i < 3; i++) {
			CompletableFuture<SignalResult> result = this.exporter.signal("flip").publishAsync();
			this.keeper.confirm(i + "-0.0");
			this.timer.advance(TIMEOUT);
			assertThat(result).succeedsWithin(TIMEOUT)
				.satisfies((timedOut) -> assertThat(timedOut.missing()).containsExactly("r"));
		}
		assertThat(this.exporter.getSubscribers()).containsExactly("r");
	}

	/**
	 * Keeps what is sent until it is told under which id.
	 */
	private final class Keeper extends SilentTransport {

		private final Deque<CompletableFuture<KeptSignal>> sent = new ArrayDeque<>();

		private final List<String> recalled = new ArrayList<>();

		private Listener listener;

		private @Nullable String lastId;

		void confirm(String id) {
			this.sent.remove().complete(new KeptSignal(id));
		}

		void answer(String responder, String event, @Nullable String id) {
			this.listener.onResponse(CHANNEL,
					new Response(responder, KeptPublicationTests.this.exporter.getPublisherId(), event, 1, null),
					(id != null) ? new ResponseExtension(id) : ResponseExtension.UNDERSTOOD);
		}

		@Override
		public boolean isDurable(String channel) {
			return channel.equals(CHANNEL);
		}

		@Override
		public void recall(String channel, String id) {
			assertThat(channel).isEqualTo(CHANNEL);
			this.recalled.add(id);
		}

		@Override
		public void start(Listener listener) {
			this.listener = listener;
		}

		@Override
		public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			if (Signal.isReserved(signal.event())) {
				return super.send(channel, signal, extension);
			}
			this.lastId = extension.id();
			CompletableFuture<KeptSignal> keeping = new CompletableFuture<>();
			this.sent.add(keeping);
			return keeping;
		}

	}

}
