package io.github.statesignals.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Publishes numbered signals while something breaks, and checks the promises for anything
 * that breaks: each publish ends in its time, its result is true, and no responder
 * handles a signal twice or out of order.
 */
final class Load implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Load.class);

	private static final int IN_FLIGHT = 64;

	/**
	 * The time that a publish may take beyond its timeout on a busy machine.
	 */
	private static final Duration GRACE = Duration.ofSeconds(10);

	private final AtomicInteger samples = new AtomicInteger();

	private final Semaphore inFlight = new Semaphore(IN_FLIGHT);

	private final Map<Integer, CompletableFuture<SignalResult>> results = new ConcurrentSkipListMap<>();

	private final AtomicLong lastSuccess = new AtomicLong(System.nanoTime());

	private final AtomicLong brokenAt = new AtomicLong();

	private final AtomicLong recoveredAt = new AtomicLong();

	private final SignalExporter exporter;

	private final Map<String, Recorder> responders;

	private final Duration timeout;

	private final Duration pause;

	private final Thread publisher;

	private volatile boolean ended;

	/**
	 * Begin to publish.
	 * @param exporter the exporter, initialized
	 * @param responders the applications that answer, all of them subscribed
	 * @param timeout how long answers are awaited
	 * @param pause how long to wait between two signals
	 */
	Load(SignalExporter exporter, List<ConfigurableApplicationContext> responders, Duration timeout, Duration pause) {
		this.exporter = exporter;
		this.responders = responders.stream()
			.collect(Collectors.toMap((context) -> context.getBean(SignalResponder.class).getResponderId(),
					(context) -> context.getBean(Recorder.class)));
		this.timeout = timeout;
		this.pause = pause;
		this.publisher = new Thread(this::publish, "load");
		this.publisher.setDaemon(true);
		this.publisher.start();
	}

	private void publish() {
		try {
			while (!this.ended) {
				this.inFlight.acquire();
				int sample = this.samples.getAndIncrement();
				CompletableFuture<SignalResult> result = this.exporter.signal(Recorder.EVENT)
					.sampleNo(sample)
					.timeout(this.timeout)
					.publishAsync();
				this.results.put(sample, result);
				result.whenComplete((value, ex) -> {
					this.inFlight.release();
					if (value != null && value.isSuccess() && value.responses().size() == this.responders.size()) {
						this.lastSuccess.set(System.nanoTime());
					}
				});
				TimeUnit.NANOSECONDS.sleep(this.pause.toNanos());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Wait until signals are answered by all.
	 * @param count how many more
	 */
	void awaitSuccesses(int count) {
		for (int i = 0; i < count; i++) {
			long before = this.lastSuccess.get();
			await().atMost(Duration.ofSeconds(90))
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(5))
				.until(() -> this.lastSuccess.get() != before);
		}
	}

	/**
	 * The fault is over: from here on the time to recover counts.
	 */
	void healed() {
		this.brokenAt.set(System.nanoTime());
		awaitSuccesses(1);
		this.recoveredAt.set(System.nanoTime());
	}

	int published() {
		return this.samples.get();
	}

	/**
	 * End, and check.
	 * @param fault the fault, for the report
	 */
	void check(String fault) {
		end();
		Map<Integer, SignalResult> ended = new TreeMap<>();
		int failed = 0;
		for (Map.Entry<Integer, CompletableFuture<SignalResult>> entry : this.results.entrySet()) {
			try {
				ended.put(entry.getKey(),
						entry.getValue().get(this.timeout.plus(GRACE).toMillis(), TimeUnit.MILLISECONDS));
			}
			catch (java.util.concurrent.ExecutionException ex) {
				assertThat(ex.getCause()).isInstanceOf(org.springframework.dao.DataAccessException.class);
				failed++;
			}
			catch (InterruptedException | java.util.concurrent.TimeoutException ex) {
				throw new AssertionError("Publish " + entry.getKey() + " hangs", ex);
			}
		}
		this.responders.forEach((id, recorder) -> {
			List<Integer> handled = List.copyOf(recorder.samples());
			assertThat(handled).as("the signals that '%s' handled", id).isSorted().doesNotHaveDuplicates();
			Set<Integer> all = Set.copyOf(handled);
			ended.forEach((sample, result) -> {
				boolean succeeded = result.responses().containsKey(id) && result.responses().get(id).isSuccess();
				if (succeeded) {
					assertThat(all).as("acted according to the result").contains(sample);
				}
				else {
					assertThat(result.isSuccess() && !result.left().contains(id) && result.awaited() > 1)
						.as("the result of %s names all that did not act: %s", sample, result)
						.isFalse();
				}
			});
		});
		long success = ended.values().stream().filter(SignalResult::isSuccess).count();
		report("| %s | %d | %d | %d | %d | %s |".formatted(fault, this.results.size(), success, ended.size() - success,
				failed, recovery()));
	}

	private String recovery() {
		return (this.brokenAt.get() == 0) ? "-"
				: "%.1f s".formatted((this.recoveredAt.get() - this.brokenAt.get()) / 1e9);
	}

	private void end() {
		this.ended = true;
		try {
			this.publisher.join(this.timeout.plus(GRACE).toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static void report(String line) {
		logger.info("{}", line);
		try {
			Files.writeString(Path.of("target", "faults.md"), line + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		end();
	}

}
