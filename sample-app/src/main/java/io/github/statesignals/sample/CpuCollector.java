package io.github.statesignals.sample;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletionStage;

import com.sun.management.OperatingSystemMXBean;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.sample.SampleProperties.CollectorName;

import org.springframework.stereotype.Component;

/**
 * Collects the CPU usage of this JVM.
 */
@Component
class CpuCollector extends Collector {

	CpuCollector(SampleProperties properties) {
		super(CollectorName.CPU, properties);
	}

	@OnSignal(event = "benchmark-start", responder = "cpu")
	CompletionStage<Acknowledgement> start(Signal signal, Run run) {
		return begin(signal, run);
	}

	@OnSignal(event = "benchmark-stop", responder = "cpu")
	CompletionStage<Acknowledgement> stop(Signal signal, Run run) {
		return end(signal, run);
	}

	@OnSignal(event = Signal.SHUTDOWN, responder = "cpu")
	void conductorLeft(Signal signal) {
		forget(signal);
	}

	@Override
	protected Probe createProbe() {
		return new CpuProbe();
	}

	private static final class CpuProbe implements Probe {

		private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

		private final long startTime = System.nanoTime();

		private final long startCpuTime = this.system.getProcessCpuTime();

		private long time = this.startTime;

		private long cpuTime = this.startCpuTime;

		private double latest;

		private double maxCores;

		@Override
		public String unit() {
			return "cores";
		}

		@Override
		public double sample() {
			long now = System.nanoTime();
			long cpuNow = this.system.getProcessCpuTime();
			// The clock of the CPU time is a coarse one.
			if (now - this.time >= 10_000_000) {
				this.latest = cores(cpuNow - this.cpuTime, now - this.time);
				this.maxCores = Math.max(this.maxCores, this.latest);
			}
			this.time = now;
			this.cpuTime = cpuNow;
			return this.latest;
		}

		@Override
		public Figures figures() {
			long used = this.cpuTime - this.startCpuTime;
			return new Figures().with("cpu-seconds", used / 1e9)
				.with("cores-mean", cores(used, this.time - this.startTime))
				.with("cores-max", this.maxCores);
		}

		private static double cores(long cpuTime, long time) {
			return (double) cpuTime / Math.max(1, time);
		}

	}

}
