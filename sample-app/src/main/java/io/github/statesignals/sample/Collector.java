package io.github.statesignals.sample;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.sample.SampleProperties.CollectorName;

import org.springframework.beans.factory.DisposableBean;

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

	private final boolean refuses;

	private final ScheduledExecutorService sampler;

	Collector(CollectorName name, SampleProperties properties) {
		this.name = name;
		this.interval = properties.interval();
		this.refuses = properties.fail().contains(name);
		this.sampler = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, name + "-sampler");
			thread.setDaemon(true);
			return thread;
		});
	}

	protected abstract Probe createProbe();

	protected final Acknowledgement begin(Signal signal, Run run) {
		if (this.refuses) {
			return Acknowledgement.failure("will not collect: started with --fail=" + this.name);
		}
		forget(signal);
		this.samplings.put(signal.publisherId(), new Sampling(run));
		return Acknowledgement.success("samples every " + this.interval.toMillis() + " ms");
	}

	protected final Acknowledgement end(Signal signal, Run run) {
		Sampling sampling = this.samplings.remove(signal.publisherId());
		if (sampling == null || !sampling.run.equals(run)) {
			return Acknowledgement.failure("collected nothing for this run");
		}
		return Acknowledgement.success(sampling.end().toMessage());
	}

	protected final void forget(Signal signal) {
		Sampling sampling = this.samplings.remove(signal.publisherId());
		if (sampling != null) {
			sampling.end();
		}
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

		private long samples;

		Sampling(Run run) {
			this.run = run;
			this.schedule = Collector.this.sampler.scheduleAtFixedRate(this::sample, 0,
					Collector.this.interval.toNanos(), TimeUnit.NANOSECONDS);
		}

		private synchronized void sample() {
			if (System.nanoTime() - this.started > LONGEST.toNanos()) {
				throw new IllegalStateException("No signal ended run " + this.run.uuid());
			}
			this.probe.sample();
			this.samples++;
		}

		synchronized Figures end() {
			this.schedule.cancel(false);
			sample();
			Figures figures = new Figures().with("pid", ProcessHandle.current().pid()).with("samples", this.samples);
			return figures.with(this.probe.figures());
		}

	}

}
