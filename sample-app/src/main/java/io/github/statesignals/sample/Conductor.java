package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.sample.RunReport.SignalReport;
import org.jspecify.annotations.Nullable;

import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Conducts benchmarks: has the collectors start, works, and has them stop.
 */
@Component
@Profile("!collector")
class Conductor {

	static final String START = "benchmark-start";

	static final String STOP = "benchmark-stop";

	private final SignalExporter exporter;

	private final Workload workload;

	private final Duration duration;

	private final Duration patience;

	private final AtomicBoolean busy = new AtomicBoolean();

	private final AtomicInteger runs = new AtomicInteger();

	private volatile @Nullable RunReport latest;

	Conductor(SignalExporter exporter, Workload workload, SampleProperties properties) {
		this.exporter = exporter;
		this.workload = workload;
		this.duration = properties.workload();
		this.patience = properties.patience();
	}

	/**
	 * Conducts a run with all subscribed collectors.
	 * @param collectors the number of collectors to wait for
	 * @return the report
	 * @throws RunInProgressException if another run is in progress
	 * @throws CollectorsMissingException if there are fewer collectors
	 */
	RunReport run(int collectors) {
		if (!this.busy.compareAndSet(false, true)) {
			throw new RunInProgressException();
		}
		try {
			if (!this.exporter.initializeAndWait(collectors, this.patience, START, STOP)) {
				throw new CollectorsMissingException(collectors, this.exporter.getSubscribers().size(), this.patience);
			}
			RunReport report = conduct("run-" + this.runs.incrementAndGet(), UUID.randomUUID().toString());
			this.latest = report;
			return report;
		}
		finally {
			this.busy.set(false);
		}
	}

	/**
	 * Returns the report of the latest run.
	 * @return the report; empty without a run
	 */
	Optional<RunReport> latest() {
		return Optional.ofNullable(this.latest);
	}

	private RunReport conduct(String run, String uuid) {
		Instant startedAt = Instant.now();
		SignalResult started = publish(START, run, uuid);
		long rounds = this.workload.run(this.duration);
		SignalResult stopped = publish(STOP, run, uuid);
		return new RunReport(run, uuid, this.exporter.getPublisherId(), startedAt, rounds,
				started.isSuccess() && stopped.isSuccess(),
				List.of(SignalReport.of(START, started), SignalReport.of(STOP, stopped)), figures(stopped));
	}

	private SignalResult publish(String event, String run, String uuid) {
		return this.exporter.signal(event).tag(run).metadata("uuid", uuid).publish();
	}

	private static Map<String, Map<String, BigDecimal>> figures(SignalResult stopped) {
		Map<String, Map<String, BigDecimal>> figures = new TreeMap<>();
		stopped.responses().forEach((responder, answer) -> {
			if (answer.isSuccess()) {
				figures.put(responder, Figures.parse(answer.message()).values());
			}
		});
		return figures;
	}

	static final class RunInProgressException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		RunInProgressException() {
			super("A run is in progress; there is one at a time. Try again when it has ended.");
		}

	}

	static final class CollectorsMissingException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		CollectorsMissingException(int wanted, int subscribed, Duration patience) {
			super("%d of %d collectors are subscribed after %d s: nothing was run.".formatted(subscribed, wanted,
					patience.toSeconds()));
		}

	}

}
