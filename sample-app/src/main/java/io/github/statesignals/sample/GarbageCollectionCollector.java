package io.github.statesignals.sample;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletionStage;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.sample.SampleProperties.CollectorName;

import org.springframework.stereotype.Component;

/**
 * Collects the number and the duration of garbage collections of this JVM.
 */
@Component
class GarbageCollectionCollector extends Collector {

	GarbageCollectionCollector(SampleProperties properties) {
		super(CollectorName.GC, properties);
	}

	@OnSignal(event = "benchmark-start", responder = "gc")
	CompletionStage<Acknowledgement> start(Signal signal, Run run) {
		return begin(signal, run);
	}

	@OnSignal(event = "benchmark-stop", responder = "gc")
	CompletionStage<Acknowledgement> stop(Signal signal, Run run) {
		return end(signal, run);
	}

	@OnSignal(event = Signal.SHUTDOWN, responder = "gc")
	void conductorLeft(Signal signal) {
		forget(signal);
	}

	@Override
	protected Probe createProbe() {
		return new GarbageCollectionProbe();
	}

	private static final class GarbageCollectionProbe implements Probe {

		private final List<GarbageCollectorMXBean> beans = ManagementFactory.getGarbageCollectorMXBeans();

		private final long startCount = count();

		private final long startMillis = millis();

		private long millis = this.startMillis;

		private long mostMillis;

		@Override
		public String unit() {
			return "ms";
		}

		@Override
		public double sample() {
			long now = millis();
			long spent = now - this.millis;
			this.mostMillis = Math.max(this.mostMillis, spent);
			this.millis = now;
			return spent;
		}

		@Override
		public Figures figures() {
			return new Figures().with("collections", count() - this.startCount)
				.with("gc-millis", this.millis - this.startMillis)
				.with("gc-millis-per-sample-max", this.mostMillis);
		}

		// A collector that does not count returns -1.
		private long count() {
			return this.beans.stream().mapToLong((bean) -> Math.max(0, bean.getCollectionCount())).sum();
		}

		private long millis() {
			return this.beans.stream().mapToLong((bean) -> Math.max(0, bean.getCollectionTime())).sum();
		}

	}

}
