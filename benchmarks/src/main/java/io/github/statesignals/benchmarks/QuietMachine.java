package io.github.statesignals.benchmarks;

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether compilers and other processes left the processor to two processes while
 * these were measured. All other processes count, also those of other arms.
 */
final class QuietMachine {

	/**
	 * The share of a core that compilers may use of a measurement.
	 */
	static final double COMPILERS = 0.05;

	/**
	 * The share of a core that other processes may use. The system counts by samples, so
	 * that some of it may be of the measured processes.
	 */
	private static final double OTHERS = 0.1;

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private final PeerProcess exporter;

	private final PeerProcess responder;

	private final RedisServer redis;

	private final long begin;

	private final double compilers;

	private final double measured;

	/**
	 * Begins a measurement.
	 */
	QuietMachine(PeerProcess exporter, PeerProcess responder, RedisServer redis) {
		this.exporter = exporter;
		this.responder = responder;
		this.redis = redis;
		this.compilers = compilerMillis(exporter, responder);
		this.measured = measuredMillis();
		this.begin = System.nanoTime();
		// Its next value is the load since this one.
		SYSTEM.getCpuLoad();
	}

	/**
	 * Ends the measurement.
	 * @return what else used the processor, or {@code null} if little did
	 */
	@Nullable String disturbance() {
		double load = SYSTEM.getCpuLoad() * SYSTEM.getAvailableProcessors();
		double millis = (System.nanoTime() - this.begin) / 1e6;
		double others = load - (measuredMillis() - this.measured) / millis;
		double compilers = (compilerMillis(this.exporter, this.responder) - this.compilers) / millis;
		return (others > OTHERS || compilers > COMPILERS)
				? "compilers used %.2f, other processes %.2f of a core".formatted(compilers, Math.max(0, others))
				: null;
	}

	static double compilerMillis(PeerProcess exporter, PeerProcess responder) {
		return exporter.compilerMillis() + responder.compilerMillis();
	}

	private double measuredMillis() {
		return this.exporter.cpuMillis() + this.responder.cpuMillis() + this.redis.cpuSeconds() * 1000;
	}

}
