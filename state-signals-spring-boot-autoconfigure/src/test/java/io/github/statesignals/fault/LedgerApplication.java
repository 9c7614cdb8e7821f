package io.github.statesignals.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Collectors;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.engine.SignalEngine;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.dao.DataAccessException;

/**
 * An application in a separate process that publishes or responds on all kinds of
 * channels, and writes down each publish, each result and each handler run in a
 * {@link Ledger} before the library learns of it. Commands on its standard input control
 * it; it ends when the input is closed.
 */
final class LedgerApplication {

	static final String EVENT = "recorded";

	static final String NUMBER = "ledger";

	/**
	 * The number of signals of which one fails, at a responder whose handler fails.
	 */
	static final int FAILS_AT = 50;

	private LedgerApplication() {
	}

	public static void main(String[] args) throws IOException {
		List<Class<?>> sources = new ArrayList<>(List.of(Base.class));
		boolean responding = List.of(args).contains("--state-signals.responder.enabled=true");
		if (responding) {
			sources.add(Responding.class);
		}
		ConfigurableApplicationContext context = new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
			.web(WebApplicationType.NONE)
			.run(args);
		LedgerWriter ledger = context.getBean(LedgerWriter.class);
		Environment environment = context.getEnvironment();
		String name = environment.getRequiredProperty("spring.application.name");
		SignalEngine engine = context.getBean(SignalEngine.class);
		if (responding) {
			for (Mode mode : Mode.values()) {
				ledger.write("responder", name, mode, engine.get(name, mode.channel()).getResponderId());
			}
		}
		Publishing publishing = new Publishing(ledger, engine, environment);
		ledger.write("ready", name, environment.getRequiredProperty("ledger.instance"));
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			String[] words = line.split(" ");
			switch (words[0]) {
				case "publish" -> publishing.start(words[1], Integer.parseInt(words[2]));
				case "pause" -> publishing.pause();
				case "status" -> status(ledger, name, words[1], engine, context);
				default -> throw new IllegalStateException(line);
			}
		}
		Runtime.getRuntime().halt(0);
	}

	private static void status(LedgerWriter ledger, String name, String question, SignalEngine engine,
			ConfigurableApplicationContext context) {
		System.gc();
		SignalCounters counters = engine.counters();
		Responding responding = context.getBeanProvider(Responding.class).getIfAvailable();
		ledger.write("status", question, name, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
				ManagementFactory.getThreadMXBean().getThreadCount(), counters.malformed.sum(), counters.refused(),
				counters.unexpected(), counters.repeated.sum(), counters.expired.sum(), counters.rejected.sum(),
				(responding != null) ? responding.foreign.sum() : 0);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Base {

		@Bean
		LedgerWriter ledgerWriter(Environment environment) {
			return new LedgerWriter(Path.of(environment.getRequiredProperty("ledger.file")));
		}

	}

	static class Responding {

		private final LongAdder foreign = new LongAdder();

		private final Map<Mode, String> ids = new EnumMap<>(Mode.class);

		private final LedgerWriter ledger;

		private final ObjectProvider<SignalEngine> engine;

		private final String name;

		private final String instance;

		private final boolean failing;

		Responding(LedgerWriter ledger, ObjectProvider<SignalEngine> engine, Environment environment) {
			this.ledger = ledger;
			this.engine = engine;
			this.name = environment.getRequiredProperty("spring.application.name");
			this.instance = environment.getRequiredProperty("ledger.instance");
			this.failing = this.name.equals(environment.getProperty("ledger.fails"));
		}

		@OnSignal(event = EVENT)
		void broadcast(Signal signal) {
			act(Mode.BROADCAST, signal);
		}

		@OnSignal(event = EVENT, channel = "named")
		void named(Signal signal) {
			act(Mode.NAMED, signal);
		}

		@OnSignal(event = EVENT, channel = "durable")
		void durable(Signal signal) {
			act(Mode.DURABLE, signal);
		}

		private void act(Mode mode, Signal signal) {
			long begin = LedgerWriter.now();
			if (!(signal.metadata().get(NUMBER) instanceof Number number)) {
				this.foreign.increment();
				return;
			}
			boolean fails = this.failing && number.longValue() % FAILS_AT == FAILS_AT - 1;
			this.ledger.write("act", mode, id(mode), this.instance, signal.publisherId(), number, begin,
					LedgerWriter.now(), fails ? "failed" : "ok");
			if (fails) {
				throw new IllegalStateException("fails as it was asked to");
			}
		}

		private synchronized String id(Mode mode) {
			return this.ids.computeIfAbsent(mode,
					(unknown) -> this.engine.getObject().get(this.name, mode.channel()).getResponderId());
		}

	}

	/**
	 * Publishes on all channels, one thread for each.
	 */
	private static final class Publishing {

		private static final int IN_FLIGHT = 32;

		private final ReadWriteLock gate = new ReentrantReadWriteLock();

		private final Map<Mode, Semaphore> inFlight = new EnumMap<>(Mode.class);

		private final LedgerWriter ledger;

		private final Duration timeout;

		private final Duration pause;

		private volatile String epoch = "";

		private volatile String padding = "";

		private volatile boolean running;

		Publishing(LedgerWriter ledger, SignalEngine exporters, Environment environment) {
			this.ledger = ledger;
			this.timeout = environment.getProperty("ledger.timeout", Duration.class, Duration.ofSeconds(3));
			this.pause = environment.getProperty("ledger.pause", Duration.class, Duration.ofMillis(5));
			int responders = environment.getProperty("ledger.responders", Integer.class, 0);
			if (responders == 0) {
				return;
			}
			for (Mode mode : Mode.values()) {
				SignalExporter exporter = exporters.create("load-" + mode, mode.channel());
				ledger.write("publisher", environment.getRequiredProperty("spring.application.name"), mode,
						exporter.getPublisherId());
				if (!exporter.initializeAndWait(responders, RedisProcess.PATIENCE, EVENT)) {
					throw new IllegalStateException("Subscribed to " + mode + ": " + exporter.getSubscribers());
				}
				this.inFlight.put(mode, new Semaphore(IN_FLIGHT));
				Thread thread = new Thread(() -> run(mode, exporter), "load-" + mode);
				thread.setDaemon(true);
				thread.start();
			}
		}

		void start(String newEpoch, int newPadding) {
			this.epoch = newEpoch;
			this.padding = "x".repeat(newPadding);
			this.running = true;
		}

		void pause() {
			this.gate.writeLock().lock();
			this.running = false;
			this.gate.writeLock().unlock();
			// All that was begun is in the ledger by now.
			this.ledger.write("paused", this.epoch);
		}

		private void run(Mode mode, SignalExporter exporter) {
			Semaphore semaphore = this.inFlight.get(mode);
			try {
				for (long number = 1;;) {
					TimeUnit.NANOSECONDS.sleep(this.pause.toNanos());
					this.gate.readLock().lock();
					if (this.running && semaphore.tryAcquire()) {
						publish(mode, exporter, number++, semaphore);
					}
					this.gate.readLock().unlock();
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		private void publish(Mode mode, SignalExporter exporter, long number, Semaphore semaphore) {
			String publisher = exporter.getPublisherId();
			this.ledger.write("begin", mode, this.epoch, publisher, number, LedgerWriter.now(), this.timeout.toNanos());
			try {
				exporter.signal(EVENT)
					.sampleNo(number)
					.metadata(NUMBER, number)
					.metadata("padding", this.padding)
					.timeout(this.timeout)
					.publishAsync()
					.whenComplete((result, ex) -> {
						ended(publisher, number, result, ex);
						semaphore.release();
					});
			}
			catch (RuntimeException ex) {
				ended(publisher, number, null, ex);
				semaphore.release();
			}
		}

		private void ended(String publisher, long number, @Nullable SignalResult result, @Nullable Throwable ex) {
			long now = LedgerWriter.now();
			if (result != null) {
				List<String> existing = result.missing().stream().filter((id) -> !id.startsWith("forged")).toList();
				this.ledger.write("result", publisher, number, now, result.code(), result.isSuccess(),
						join(result.acted()), join(result.failed()), join(existing),
						result.missing().size() - existing.size());
			}
			else {
				Throwable failure = (ex instanceof CompletionException && ex.getCause() != null) ? ex.getCause() : ex;
				this.ledger.write("failed", publisher, number, now, failure.getClass().getName(), kind(failure));
			}
		}

		private static String kind(Throwable failure) {
			if (failure instanceof TaskRejectedException) {
				return "unsent";
			}
			if (!(failure instanceof DataAccessException)) {
				return "other";
			}
			return String.valueOf(failure.getMessage()).contains("was not sent") ? "unsent" : "unknown";
		}

		private static String join(Collection<String> ids) {
			return ids.stream().map((id) -> id.replaceAll("[\\s,]", "?")).collect(Collectors.joining(","));
		}

	}

	/**
	 * Returns a name for a process in the ledger.
	 * @param name the name of the application
	 * @return a name that no other process has
	 */
	static String instance(String name) {
		return name + "-" + UUID.randomUUID().toString().substring(0, 8);
	}

}
