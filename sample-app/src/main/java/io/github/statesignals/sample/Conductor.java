package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.sample.Board.Kind;
import io.github.statesignals.sample.Board.Part;
import io.github.statesignals.sample.RunReport.SignalReport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Conducts benchmarks: has the collectors start, works, and has them stop.
 */
@Component
@Profile("!collector")
class Conductor {

	private static final Logger logger = LoggerFactory.getLogger(Conductor.class);

	static final String START = "benchmark-start";

	static final String STOP = "benchmark-stop";

	private final SignalExporter exporter;

	private final Board board;

	private final Workload workload;

	private final Duration duration;

	private final Duration patience;

	private final AtomicBoolean busy = new AtomicBoolean();

	private final AtomicInteger runs = new AtomicInteger();

	private volatile @Nullable RunReport latest;

	Conductor(SignalExporter exporter, Board board, Workload workload, SampleProperties properties) {
		this.exporter = exporter;
		this.board = board;
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
		reserve();
		try {
			if (!this.exporter.initializeAndWait(collectors, this.patience, START, STOP)) {
				throw new CollectorsMissingException(collectors, this.exporter.getSubscribers().size(), this.patience);
			}
			return conduct();
		}
		finally {
			this.busy.set(false);
		}
	}

	/**
	 * Starts a run with the responders that are subscribed, and returns.
	 * @param executor conducts the run
	 * @throws RunInProgressException if another run is in progress
	 */
	void start(Executor executor) {
		reserve();
		try {
			executor.execute(this::runReserved);
		}
		catch (RuntimeException ex) {
			this.busy.set(false);
			throw ex;
		}
	}

	private void reserve() {
		if (!this.busy.compareAndSet(false, true)) {
			throw new RunInProgressException();
		}
	}

	private void runReserved() {
		try {
			conduct();
		}
		catch (RuntimeException ex) {
			logger.warn("The run failed", ex);
			this.board.note(Kind.RUN, "The run failed: " + PlainText.shorten(ex.getMessage(), "no message"));
		}
		finally {
			this.busy.set(false);
			this.board.changed(Part.STATUS);
		}
	}

	/**
	 * Asks responders to subscribe.
	 */
	void invite() {
		this.exporter.initialize(START, STOP);
	}

	boolean isRunning() {
		return this.busy.get();
	}

	/**
	 * Returns the report of the latest run.
	 * @return the report; empty without a run
	 */
	Optional<RunReport> latest() {
		return Optional.ofNullable(this.latest);
	}

	private RunReport conduct() {
		String run = "run-" + this.runs.incrementAndGet();
		String uuid = UUID.randomUUID().toString();
		Instant startedAt = Instant.now();
		SignalResult started = publish(START, run, uuid);
		long rounds = this.workload.run(this.duration);
		SignalResult stopped = publish(STOP, run, uuid);
		RunReport report = new RunReport(run, uuid, this.exporter.getPublisherId(), startedAt, rounds,
				started.isSuccess() && stopped.isSuccess(),
				List.of(SignalReport.of(START, started), SignalReport.of(STOP, stopped)), figures(stopped),
				curves(stopped));
		this.latest = report;
		this.board.reported(report);
		return report;
	}

	private SignalResult publish(String event, String run, String uuid) {
		SentSignal signal = this.board.sending(run, event, this.exporter.getSubscribers());
		try {
			SignalResult result = this.exporter.signal(event)
				.tag(run)
				.metadata("uuid", uuid)
				.onResponse((responder, answer) -> this.board.answered(signal, responder, answer))
				.publish();
			this.board.ended(signal, result);
			return result;
		}
		catch (RuntimeException ex) {
			this.board.unknown(signal);
			throw ex;
		}
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

	private static Map<String, Curve> curves(SignalResult stopped) {
		Map<String, Curve> curves = new TreeMap<>();
		stopped.responses()
			.forEach((responder, answer) -> Curve.parse(answer.message())
				.ifPresent((curve) -> curves.put(responder, curve)));
		return curves;
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
