package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.InMemoryStore;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.lane.ManualTimer;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.responder.Delivery;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In generated situations every result agrees with the acts of handlers.
 */
@Timeout(300)
class TruthTests {

	private static final int SITUATIONS = 10_000;

	/**
	 * The longest that a situation takes, in steps of ten seconds.
	 */
	private static final int LIMIT = 20;

	private static final Logger logger = (Logger) LoggerFactory.getLogger("io.github.statesignals");

	private static Level level;

	// Most of these publishes are warned of.
	@BeforeAll
	static void logNothing() {
		level = logger.getLevel();
		logger.setLevel(Level.OFF);
	}

	@AfterAll
	static void logAgain() {
		logger.setLevel(level);
	}

	@Test
	void everyResultIsTrue() {
		Long seed = Long.getLong("truth.seed");
		TruthCoverage coverage = new TruthCoverage();
		if (seed != null) {
			check(seed, coverage);
			return;
		}
		for (long next = 1; next <= SITUATIONS; next++) {
			check(next, coverage);
		}
		coverage.check(SITUATIONS);
	}

	private static void check(long seed, TruthCoverage coverage) {
		TruthSituation situation = TruthSituation.generate(seed);
		InMemory environment = new InMemory(situation);
		TruthRun run = new TruthRun(situation, environment);
		try {
			run.begin();
			for (int i = 0; i < LIMIT && !run.isOver(); i++) {
				environment.timer.advance(Duration.ofSeconds(10));
			}
			assertThat(new TruthChecks(run).problems())
				.as(() -> "-Dtruth.seed=" + seed + ": " + situation + ", in which there were " + run.members())
				.isEmpty();
			coverage.add(run);
		}
		finally {
			run.end();
		}
	}

	/**
	 * One thread, which advances the clock. Messages take some time, and tasks that an
	 * executor is given, too.
	 */
	private static final class InMemory implements TruthEnvironment {

		private static final JsonMapper mapper = new JsonMapper();

		private final ManualTimer timer = new ManualTimer();

		private final InMemoryBroker broker = new InMemoryBroker(true, Delivery::new);

		private final InMemoryStore store = new InMemoryStore(channel(), this.broker, this.timer);

		private final TruthSituation situation;

		private final Random random;

		InMemory(TruthSituation situation) {
			this.situation = situation;
			this.random = new Random(situation.seed());
		}

		@Override
		public Timer timer() {
			return this.timer;
		}

		@Override
		public Duration unit() {
			return Duration.ofMillis(1);
		}

		@Override
		public Duration slack() {
			return Duration.ZERO;
		}

		@Override
		public boolean isPunctual() {
			return true;
		}

		@Override
		public String channel() {
			return "test";
		}

		@Override
		public SignalTransport createTransport() {
			return this.situation.durable() ? this.store.transport() : this.broker.transport();
		}

		@Override
		public SignalEngine createEngine(SignalTransport transport, EngineSettings settings) {
			return new SignalEngine(transport, settings, (task) -> this.timer.schedule(delay(2), task), mapper,
					List::of, (event) -> {
					}, this.timer, this.timer, () -> SignalObserver.NONE);
		}

		private Duration delay(int millis) {
			return Duration.ofMillis(this.random.nextInt(millis));
		}

		private final class Delivery implements Executor {

			private long last = InMemory.this.timer.nanoTime();

			@Override
			public void execute(Runnable message) {
				long now = InMemory.this.timer.nanoTime();
				long due = now + delay(20).toNanos();
				this.last = (due - this.last > 0) ? due : this.last;
				InMemory.this.timer.schedule(Duration.ofNanos(this.last - now), message);
			}

		}

	}

}
