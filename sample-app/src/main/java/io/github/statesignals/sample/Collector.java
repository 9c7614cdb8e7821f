package io.github.statesignals.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.sample.SampleProperties.CollectorName;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Samples this JVM, on a separate thread, from the start of a run to its end. A publisher
 * has one run at a time: starting another discards the previous one.
 */
abstract class Collector implements DisposableBean {

	// The publisher may have been killed.
	private static final Duration LONGEST = Duration.ofHours(1);

	private final Map<String, Sampling> samplings = new ConcurrentHashMap<>();

	private final CollectorName name;

	private final Duration interval;

	private final ScheduledExecutorService sampler;

	private final Faults faults;

	Collector(CollectorName name, SampleProperties properties) {
		this.name = name;
		this.interval = properties.interval();
		this.faults = new Faults(name, properties.fail().contains(name));
		this.sampler = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, name + "-sampler");
			thread.setDaemon(true);
			return thread;
		});
	}

	protected abstract Probe createProbe();

	static Collector named(CollectorName name, List<Collector> collectors) {
		return collectors.stream().filter((collector) -> collector.getName() == name).findFirst().orElseThrow();
	}

	CollectorName getName() {
		return this.name;
	}

	Fault getFault() {
		return this.faults.get();
	}

	void setFault(Fault fault) {
		this.faults.set(fault);
	}

	protected final CompletionStage<Acknowledgement> begin(Signal signal, Run run) {
		return this.faults.answer(() -> {
			forget(signal);
			this.samplings.put(signal.publisherId(), new Sampling(run));
			return Acknowledgement.success("samples every " + this.interval.toMillis() + " ms");
		});
	}

	protected final CompletionStage<Acknowledgement> end(Signal signal, Run run) {
		return this.faults.answer(() -> {
			Sampling sampling = this.samplings.remove(signal.publisherId());
			if (sampling == null || !sampling.run.equals(run)) {
				return Acknowledgement.failure("collected nothing for this run");
			}
			return Acknowledgement.success(sampling.end());
		});
	}

	protected final void forget(Signal signal) {
		Sampling sampling = this.samplings.remove(signal.publisherId());
		if (sampling != null) {
			sampling.end();
		}
	}

	// The application finishes its handlers before it stops, and a silent collector
	// does not.
	@EventListener(ContextClosedEvent.class)
	void answerWithheldSignals() {
		this.faults.set(Fault.NONE);
	}

	@Override
	public void destroy() {
		this.sampler.shutdownNow();
	}

	private final class Sampling {

		private final Run run;

		private final Probe probe = createProbe();

		private final long started = System.nanoTime();

		private final ScheduledFuture<?> schedule;

		private final List<Double> samples = new ArrayList<>();

		Sampling(Run run) {
			this.run = run;
			this.schedule = Collector.this.sampler.scheduleAtFixedRate(this::sample, 0,
					Collector.this.interval.toNanos(), TimeUnit.NANOSECONDS);
		}

		private synchronized void sample() {
			if (System.nanoTime() - this.started > LONGEST.toNanos()) {
				throw new IllegalStateException("No signal ended run " + this.run.uuid());
			}
			this.samples.add(this.probe.sample());
		}

		synchronized String end() {
			this.schedule.cancel(false);
			sample();
			Figures figures = new Figures().with("pid", ProcessHandle.current().pid())
				.with("samples", this.samples.size())
				.with(this.probe.figures());
			return figures.toMessage() + " "
					+ Curve.of(this.probe.unit(), Collector.this.interval.toMillis(), this.samples).toMessage();
		}

	}

	/**
	 * Answers as the present fault has it.
	 */
	private static final class Faults {

		private static final Duration SLOW_BY = Duration.ofSeconds(2);

		private final List<CompletableFuture<Acknowledgement>> withheld = new ArrayList<>();

		private String refusal;

		private Fault fault;

		Faults(CollectorName name, boolean fails) {
			this.fault = fails ? Fault.FAIL : Fault.NONE;
			this.refusal = "will not collect: started with --fail=" + name;
		}

		synchronized Fault get() {
			return this.fault;
		}

		void set(Fault fault) {
			List<CompletableFuture<Acknowledgement>> answered;
			synchronized (this) {
				this.fault = fault;
				this.refusal = "will not collect: set to fail";
				answered = List.copyOf(this.withheld);
				this.withheld.clear();
			}
			answered.forEach((answer) -> answer.complete(Acknowledgement.failure("was silent")));
		}

		synchronized CompletionStage<Acknowledgement> answer(Supplier<Acknowledgement> action) {
			return switch (this.fault) {
				case NONE -> CompletableFuture.completedFuture(action.get());
				case FAIL -> CompletableFuture.completedFuture(Acknowledgement.failure(this.refusal));
				case SLOW -> CompletableFuture.supplyAsync(action,
						CompletableFuture.delayedExecutor(SLOW_BY.toMillis(), TimeUnit.MILLISECONDS));
				case SILENT -> {
					CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();
					this.withheld.add(answer);
					yield answer;
				}
			};
		}

	}

}
