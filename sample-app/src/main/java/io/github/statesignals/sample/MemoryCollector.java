package io.github.statesignals.sample;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.LongSummaryStatistics;
import java.util.concurrent.CompletionStage;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.sample.SampleProperties.CollectorName;

import org.springframework.stereotype.Component;

/**
 * Collects the heap usage of this JVM.
 */
@Component
class MemoryCollector extends Collector {

	MemoryCollector(SampleProperties properties) {
		super(CollectorName.MEMORY, properties);
	}

	@OnSignal(event = "benchmark-start", responder = "memory")
	CompletionStage<Acknowledgement> start(Signal signal, Run run) {
		return begin(signal, run);
	}

	@OnSignal(event = "benchmark-stop", responder = "memory")
	CompletionStage<Acknowledgement> stop(Signal signal, Run run) {
		return end(signal, run);
	}

	@OnSignal(event = Signal.SHUTDOWN, responder = "memory")
	void conductorLeft(Signal signal) {
		forget(signal);
	}

	@Override
	protected Probe createProbe() {
		return new HeapProbe();
	}

	private static final class HeapProbe implements Probe {

		private static final double MEBIBYTE = 1 << 20;

		private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();

		private final LongSummaryStatistics used = new LongSummaryStatistics();

		@Override
		public String unit() {
			return "MiB";
		}

		@Override
		public double sample() {
			long bytes = this.memory.getHeapMemoryUsage().getUsed();
			this.used.accept(bytes);
			return bytes / MEBIBYTE;
		}

		@Override
		public Figures figures() {
			return new Figures().with("heap-min-mib", this.used.getMin() / MEBIBYTE)
				.with("heap-mean-mib", this.used.getAverage() / MEBIBYTE)
				.with("heap-max-mib", this.used.getMax() / MEBIBYTE);
		}

	}

}
