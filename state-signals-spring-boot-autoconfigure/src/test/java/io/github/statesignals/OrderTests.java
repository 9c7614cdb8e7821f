package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One publisher's signals are handled in the order published, on any threads, and a slow
 * handler delays no other publisher.
 */
class OrderTests {

	private static final int SIGNALS = 10_000;

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void preservesOrderOnPlatformThreads() throws Exception {
		preservesOrder("spring.threads.virtual.enabled=false", false);
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void preservesOrderOnVirtualThreads() throws Exception {
		preservesOrder("spring.threads.virtual.enabled=true", true);
	}

	private void preservesOrder(String threads, boolean virtual) throws Exception {
		ConfigurableApplicationContext context = this.applications.start(Counting.class, threads);
		Counting counting = context.getBean(Counting.class);
		SignalExporterFactory exporters = context.getBean(SignalExporterFactory.class);
		SignalExporter slow = exporters.create("slow");
		assertThat(slow.initializeAndWait(1, Duration.ofSeconds(20), "count")).isTrue();
		CompletableFuture<SignalResult> held = slow.signal("count").timeout(Duration.ofMinutes(2)).publishAsync();
		assertThat(counting.slowStarted.await(20, TimeUnit.SECONDS)).isTrue();
		// Not initialized, it awaits no responder: all are in flight at once.
		SignalExporter fast = exporters.create("fast");
		List<CompletableFuture<SignalResult>> sent = new ArrayList<>();
		for (int i = 0; i < SIGNALS; i++) {
			sent.add(fast.signal("count").sampleNo(i).publishAsync());
		}
		assertThat(counting.allCounted.await(60, TimeUnit.SECONDS)).isTrue();
		assertThat(counting.seen).containsExactlyElementsOf(IntStream.range(0, SIGNALS).boxed().toList());
		assertThat(held).isNotDone();
		counting.releaseSlow.countDown();
		assertThat(held.get(20, TimeUnit.SECONDS).isSuccess()).isTrue();
		assertThat(sent).allMatch((result) -> result.join().code() == ResultCode.ALL_SUBS_SUCCESS);
		assertThat(counting.threads).allMatch((thread) -> !thread.contains("lettuce"));
		assertThat(counting.virtual).isEqualTo(virtual);
	}

	static class Counting {

		private final List<Integer> seen = Collections.synchronizedList(new ArrayList<>());

		private final Set<String> threads = ConcurrentHashMap.newKeySet();

		private final CountDownLatch slowStarted = new CountDownLatch(1);

		private final CountDownLatch releaseSlow = new CountDownLatch(1);

		private final CountDownLatch allCounted = new CountDownLatch(SIGNALS);

		private volatile boolean virtual;

		@OnSignal(event = "count", processName = "fast")
		void count(Signal signal) {
			this.seen.add((int) signal.sampleNo());
			this.threads.add(Thread.currentThread().getName());
			this.virtual = Thread.currentThread().toString().startsWith("VirtualThread");
			this.allCounted.countDown();
		}

		@OnSignal(event = "count", processName = "slow")
		void wait(Signal signal) throws InterruptedException {
			this.slowStarted.countDown();
			this.releaseSlow.await(120, TimeUnit.SECONDS);
		}

	}

}
