package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.RedisTransports;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.transport.SignalTransport;
import io.lettuce.core.resource.ClientResources;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In generated situations on Redis every result agrees with the acts of handlers. A
 * sample of those of {@link TruthTests}, in real time.
 */
@Timeout(300)
class TruthOnRedisTests {

	private static final int SITUATIONS = 80;

	/**
	 * How many take place at once, each on its own channel.
	 */
	private static final int AT_ONCE = 40;

	private static final Duration LONGEST = Duration.ofMinutes(2);

	private static final Logger logger = (Logger) LoggerFactory.getLogger("io.github.statesignals");

	private static final ThreadFactory daemons = (task) -> {
		Thread thread = new Thread(task, "truth");
		thread.setDaemon(true);
		return thread;
	};

	private static final ExecutorService executor = Executors.newCachedThreadPool(daemons);

	private static ClientResources resources;

	private static Level level;

	@BeforeAll
	static void open() {
		level = logger.getLevel();
		logger.setLevel(Level.OFF);
		resources = ClientResources.create();
	}

	@AfterAll
	static void close() {
		logger.setLevel(level);
		resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
		executor.shutdownNow();
	}

	@Test
	void everyResultIsTrue() {
		Long seed = Long.getLong("truth.seed");
		if (seed != null) {
			assertThat(check(seed)).isEmpty();
			return;
		}
		ExecutorService situations = Executors.newFixedThreadPool(AT_ONCE, daemons);
		try {
			List<CompletableFuture<List<String>>> checks = LongStream.rangeClosed(1, SITUATIONS)
				.mapToObj((next) -> CompletableFuture.supplyAsync(() -> check(next), situations))
				.toList();
			List<String> problems = checks.stream().flatMap((check) -> check.join().stream()).toList();
			assertThat(problems).as("contradictions in " + SITUATIONS + " situations").isEmpty();
		}
		finally {
			situations.shutdownNow();
		}
	}

	private static List<String> check(long seed) {
		TruthSituation situation = TruthSituation.generate(seed);
		OnRedis environment = new OnRedis(situation);
		try {
			CompletableFuture<TruthRun> begun = environment.run(() -> new TruthRun(situation, environment));
			TruthRun run = begun.join();
			try {
				environment.run(() -> {
					run.begin();
					return run;
				}).join();
				Awaitility.await().atMost(LONGEST).until(run::isOver);
				return environment.run(() -> new TruthChecks(run).problems())
					.join()
					.stream()
					.map((problem) -> "-Dtruth.seed=%d: %s, in %s".formatted(seed, problem, situation))
					.toList();
			}
			finally {
				run.end();
			}
		}
		finally {
			environment.close();
		}
	}

	/**
	 * Engines on Redis, each with its own connections; and one thread for the steps.
	 */
	private static final class OnRedis implements TruthEnvironment, Timer {

		private static final JsonMapper mapper = new JsonMapper();

		/**
		 * A step later than this may make a responder look slow that is not.
		 */
		private static final Duration LATE = Duration.ofMillis(100);

		private static final Duration TICK = Duration.ofMillis(20);

		private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, daemons);

		private final ScheduledThreadPoolExecutor watch = new ScheduledThreadPoolExecutor(1, daemons);

		private final AtomicLong lateNanos = new AtomicLong();

		private final List<LettuceConnectionFactory> connectionFactories = new ArrayList<>();

		private final String channel = "truth." + UUID.randomUUID();

		private final TruthSituation situation;

		OnRedis(TruthSituation situation) {
			this.situation = situation;
			tick(System.nanoTime() + TICK.toNanos());
		}

		private void tick(long dueNanos) {
			this.watch.schedule(() -> {
				this.lateNanos.accumulateAndGet(System.nanoTime() - dueNanos, Math::max);
				tick(System.nanoTime() + TICK.toNanos());
			}, TICK.toNanos(), TimeUnit.NANOSECONDS);
		}

		<T> CompletableFuture<T> run(Supplier<T> task) {
			return CompletableFuture.supplyAsync(task, this.scheduler);
		}

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public Runnable schedule(Duration delay, Runnable task) {
			try {
				ScheduledFuture<?> future = this.scheduler.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
				return () -> future.cancel(false);
			}
			catch (RejectedExecutionException ex) {
				// It is over.
				return () -> {
				};
			}
		}

		@Override
		public void stop() {
			this.scheduler.shutdownNow();
			this.watch.shutdownNow();
		}

		@Override
		public Timer timer() {
			return this;
		}

		@Override
		public Duration unit() {
			return Duration.ofNanos(300_000);
		}

		@Override
		public Duration slack() {
			return Duration.ofSeconds(1);
		}

		@Override
		public boolean isPunctual() {
			return this.lateNanos.get() < LATE.toNanos();
		}

		@Override
		public String channel() {
			return this.channel;
		}

		@Override
		public SignalTransport createTransport() {
			LettuceConnectionFactory connectionFactory = RedisTransports.connect(resources);
			this.connectionFactories.add(connectionFactory);
			RedisPubSubSignalTransport.Settings settings = RedisTransports.settings(Duration.ofSeconds(1));
			return this.situation.durable()
					? RedisTransports.durable(connectionFactory, settings,
							Map.of(this.channel, new DurableChannel(Duration.ofHours(1), Start.NEW)))
					: RedisTransports.broadcast(connectionFactory, settings);
		}

		@Override
		public SignalEngine createEngine(SignalTransport transport, EngineSettings settings) {
			return new SignalEngine(transport, settings, executor, mapper, List::of, (event) -> {
			}, new ScheduledTimer(), () -> SignalObserver.NONE);
		}

		void close() {
			stop();
			this.connectionFactories.forEach(LettuceConnectionFactory::destroy);
		}

	}

}
