package io.github.statesignals.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import javax.management.JMException;
import javax.management.ObjectName;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

/**
 * Measures the resources that this process uses.
 */
final class Footprint {

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private Footprint() {
	}

	/**
	 * Returns the bytes allocated so far: by all threads on JDK 21 and later, else by the
	 * threads that live.
	 * @return the bytes
	 */
	static long allocatedBytes() {
		try {
			return (long) ManagementFactory.getPlatformMBeanServer()
				.getAttribute(new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME), "TotalThreadAllocatedBytes");
		}
		catch (JMException ex) {
			long bytes = 0;
			for (long thread : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
				bytes += Math.max(0, thread);
			}
			return bytes;
		}
	}

	/**
	 * Sleeps, and measures the CPU time that the process uses.
	 * @param millis for how long
	 * @return the share of a core
	 * @throws InterruptedException if the thread is interrupted
	 */
	static Map<String, Double> cpu(int millis) throws InterruptedException {
		long cpu = SYSTEM.getProcessCpuTime();
		long begin = System.nanoTime();
		TimeUnit.MILLISECONDS.sleep(millis);
		return Map.of("cpu", (SYSTEM.getProcessCpuTime() - cpu) / (double) (System.nanoTime() - begin));
	}

	/**
	 * Returns the CPU time that this process has used so far.
	 * @return the milliseconds
	 */
	static long cpuMillis() {
		return TimeUnit.NANOSECONDS.toMillis(SYSTEM.getProcessCpuTime());
	}

	/**
	 * Returns the time that the JVM's compilers have used so far.
	 * @return the milliseconds
	 */
	static Map<String, Long> compilation() {
		return Map.of("millis", ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
	}

	/**
	 * Returns the memory, threads and classes in use after a garbage collection.
	 * @return the bytes in the heap and outside it, and the numbers of threads and
	 * classes
	 */
	static Map<String, Long> now() {
		System.gc();
		System.gc();
		var memory = ManagementFactory.getMemoryMXBean();
		return Map.of("heap", memory.getHeapMemoryUsage().getUsed(), "beside", memory.getNonHeapMemoryUsage().getUsed(),
				"threads", (long) THREADS.getThreadCount(), "classes",
				(long) ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
	}

}
