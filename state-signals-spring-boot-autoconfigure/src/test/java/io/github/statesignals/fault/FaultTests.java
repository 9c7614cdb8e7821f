package io.github.statesignals.fault;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.redis.SignalChannels;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Promises that hold when servers, connections and processes break while signals are
 * published: see {@link Load#check}. The report is in {@code target/faults.md}.
 */
@Tag("faults")
@Timeout(240)
class FaultTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final Duration PAUSE = Duration.ofMillis(2);

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	private SignalExporter exporter;

	private ConfigurableApplicationContext exporting;

	private final List<ConfigurableApplicationContext> responding = new ArrayList<>();

	@Test
	void pubSubConnectionsAreKilledTwentyTimes() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		try (Load load = load(server.properties(), TIMEOUT)) {
			for (int i = 0; i < 20; i++) {
				load.awaitSuccesses(20);
				server.killPubSub();
			}
			load.healed();
			load.awaitSuccesses(100);
			load.check("pub/sub connections killed 20 times");
		}
		assertThat(server.subscribers(SignalChannels.DEFAULT.signals())).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 10 })
	void serverIsStoppedAndRestartedEmpty(int seconds) throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		try (Load load = load(server.properties(), TIMEOUT)) {
			load.awaitSuccesses(20);
			server.kill();
			TimeUnit.SECONDS.sleep(seconds);
			server.restart();
			load.healed();
			load.awaitSuccesses(100);
			load.check("server down for " + seconds + " s, restarted");
		}
		assertThat(server.subscribers(SignalChannels.DEFAULT.signals())).isEqualTo(2);
	}

	@Test
	void serverIsFrozenForTenSeconds() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		try (Load load = load(server.properties(), TIMEOUT)) {
			load.awaitSuccesses(20);
			server.freeze();
			await().atMost(Duration.ofSeconds(10))
				.until(() -> !this.exporting.getBean(SignalEngine.class).isConnected());
			TimeUnit.SECONDS.sleep(8);
			server.thaw();
			load.healed();
			load.awaitSuccesses(100);
			load.check("server frozen (SIGSTOP) for 10 s");
		}
		assertThat(server.subscribers(SignalChannels.DEFAULT.signals())).isEqualTo(2);
	}

	@Test
	void connectionsThatPublishAreKilledInABurst() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		try (Load load = load(server.properties(), Duration.ofSeconds(5), Duration.ZERO)) {
			for (int i = 0; i < 20; i++) {
				load.awaitSuccesses(20);
				server.command("CLIENT", "KILL", "TYPE", "normal");
			}
			load.healed();
			load.awaitSuccesses(100);
			load.check("publishing connections killed 20 times in a burst");
		}
	}

	@Test
	void masterBehindSentinelsIsKilled() throws Exception {
		RedisSentinels sentinels = this.applications.use(RedisSentinels.start());
		try (Load load = load(sentinels.properties(), TIMEOUT)) {
			load.awaitSuccesses(20);
			String old = sentinels.masterAddress();
			sentinels.killMaster();
			sentinels.awaitMasterOtherThan(old);
			load.healed();
			load.awaitSuccesses(100);
			load.check("Sentinel: master killed (recovery counts from the promotion)");
		}
	}

	@Test
	void nodeThatHasTheSlotOfTheChannelIsKilled() throws Exception {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		try (Load load = load(cluster.properties(), TIMEOUT)) {
			load.awaitSuccesses(20);
			cluster.kill(cluster.ownerOf(SignalChannels.DEFAULT.signals()));
			cluster.awaitWhole();
			load.healed();
			load.awaitSuccesses(100);
			load.check("Cluster: owner of the channel's slot killed (recovery counts from the promotion)");
		}
	}

	@Test
	void subscriptionIsConnectedAndLost() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		TcpProxy proxy = this.applications.use(TcpProxy.before(server));
		try (Load load = load(proxy.properties(), TIMEOUT)) {
			load.awaitSuccesses(20);
			assertThat(proxy.dropReplies()).isEqualTo(3);
			load.healed();
			load.awaitSuccesses(100);
			load.check("subscriptions lost without a sign (recovery counts from the beginning)");
		}
	}

	@Test
	void publishersAreStuckWhenSubscriptionsAreRestored() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		TcpProxy proxy = this.applications.use(TcpProxy.before(server));
		try (Load load = load(proxy.properties(), TIMEOUT)) {
			load.awaitSuccesses(20);
			int connections = proxy.connections();
			proxy.refuse();
			int subscriptions = proxy.dropReplies();
			assertThat(subscriptions).isEqualTo(3);
			await().atMost(RedisProcess.PATIENCE).until(() -> proxy.connections() <= connections - subscriptions);
			assertThat(proxy.block((sent) -> sent.contains("PUBLISH"))).isEqualTo(3);
			proxy.accept();
			load.healed();
			load.awaitSuccesses(100);
			load.check("publishers stuck while subscriptions are restored (recovery counts from the acceptance)");
		}
	}

	@Test
	void connectionsThatAreOpenedInAnOutageAreNeverAnswered() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		TcpProxy proxy = this.applications.use(TcpProxy.before(server));
		List<String> properties = new ArrayList<>(proxy.properties());
		// Of the application's commands, not of connecting.
		properties.addAll(List.of("spring.data.redis.timeout=10m", "spring.data.redis.connect-timeout=2s"));
		try (Load load = load(properties, TIMEOUT)) {
			load.awaitSuccesses(20);
			int accepted = proxy.accepted();
			proxy.block();
			// Each of the three applications has tried a new connection.
			await().atMost(RedisProcess.PATIENCE).until(() -> proxy.accepted() >= accepted + 3);
			proxy.unblock();
			load.healed();
			load.awaitSuccesses(100);
			load.check("connections are never answered, nor those that are opened in an outage");
		}
	}

	@Test
	void repliesToPublishesAreLost() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		TcpProxy proxy = this.applications.use(TcpProxy.before(server));
		try (Load load = load(proxy.properties(), TIMEOUT)) {
			load.awaitSuccesses(20);
			assertThat(proxy.dropReplies((sent) -> sent.contains("PUBLISH"))).isGreaterThanOrEqualTo(3);
			load.healed();
			load.awaitSuccesses(100);
			load.check("replies to PUBLISH are lost (recovery counts from the beginning)");
		}
	}

	@Test
	void responderProcessIsKilledInItsHandler() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		start(server.properties(), 1);
		ResponderProcess process = this.applications
			.use(ResponderProcess.start(server.properties(), "spring.application.name=killed"));
		await().atMost(RedisProcess.PATIENCE).until(() -> this.exporter.getSubscribers().size() == 2);
		CompletableFuture<SignalResult> result = this.exporter.signal("hang").timeout(TIMEOUT).publishAsync();
		// The other one has answered: it is being handled, or about to be.
		await().atMost(TIMEOUT).until(() -> this.exporter.getSubscribers().size() == 2);
		process.kill();
		assertThat(result.get(20, TimeUnit.SECONDS)).satisfies((missing) -> {
			assertThat(missing.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
			assertThat(missing.missing()).singleElement().asString().startsWith("killed-");
			assertThat(missing.responses()).hasSize(1);
		});
		await().atMost(RedisProcess.PATIENCE).until(() -> this.exporter.getSubscribers().size() == 1);
		assertThat(publish()).satisfies((recovered) -> {
			assertThat(recovered.isSuccess()).isTrue();
			assertThat(recovered.responses()).hasSize(1);
		});
		this.applications.use(ResponderProcess.start(server.properties(), "spring.application.name=killed"));
		await().atMost(RedisProcess.PATIENCE).until(() -> this.exporter.getSubscribers().size() == 2);
		assertThat(publish().responses()).hasSize(2);
		Load.report("| responder process killed (SIGKILL) in its handler | 3 | 2 | 1 | 0 | - |");
	}

	@Test
	void killedResponderProcessIsFoundGoneLongBeforeTheTimeout() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		start(server.properties(), 1, "exporter.evict-after-missed=0", "exporter.response-timeout=10m");
		ResponderProcess process = this.applications
			.use(ResponderProcess.start(server.properties(), "spring.application.name=killed"));
		await().atMost(RedisProcess.PATIENCE).until(() -> this.exporter.getSubscribers().size() == 2);
		process.kill();
		SignalResult missing = this.exporter.signal(Recorder.EVENT).publishAsync().get(60, TimeUnit.SECONDS);
		assertThat(missing.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(missing.gone()).singleElement().asString().startsWith("killed-");
		assertThat(missing.missing()).isEqualTo(missing.gone());
		assertThat(missing.acted()).hasSize(1);
		assertThat(missing.subscriptionLost()).isFalse();
		SignalResult recovered = publish();
		assertThat(recovered.isSuccess()).isTrue();
		assertThat(recovered.responses()).hasSize(1);
		Load.report("| responder process killed (SIGKILL), no timeout, found by probes | 2 | 1 | 1 | 0 | %.1f s |"
			.formatted(missing.elapsed().toMillis() / 1000.0));
	}

	@Test
	void responderProcessThatIsTerminatedInItsHandlerHasFailed() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		start(server.properties(), 1);
		ResponderProcess process = this.applications.use(ResponderProcess.start(server.properties(),
				"spring.application.name=leaving", "spring.lifecycle.timeout-per-shutdown-phase=1s"));
		await().atMost(RedisProcess.PATIENCE).until(() -> this.exporter.getSubscribers().size() == 2);
		CompletableFuture<SignalResult> result = this.exporter.signal("hang")
			.timeout(Duration.ofMinutes(10))
			.publishAsync();
		process.terminate();
		SignalResult failed = result.get(20, TimeUnit.SECONDS);
		assertThat(failed.code()).as(failed.toString()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(failed.failed()).singleElement().asString().startsWith("leaving-");
		await().atMost(RedisProcess.PATIENCE).until(() -> this.exporter.getSubscribers().size() == 1);
	}

	@Test
	void slowHandlersDoNotOverflowTheOutputBuffer() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start("client-output-buffer-limit pubsub 8mb 2mb 10"));
		ConfigurableApplicationContext slow = this.applications.start(Slow.class, server.properties(),
				"responder.name=slow", "responder.queue-capacity=100");
		this.exporter = exporter(server.properties(), 1);
		String large = "x".repeat(100_000);
		List<CompletableFuture<SignalResult>> results = new ArrayList<>();
		for (int i = 0; i < 800; i++) {
			results.add(this.exporter.signal(Recorder.EVENT)
				.sampleNo(i)
				.metadata("large", large)
				.timeout(Duration.ofSeconds(60))
				.publishAsync());
		}
		int busy = 0;
		for (CompletableFuture<SignalResult> result : results) {
			SignalResult ended = result.get(90, TimeUnit.SECONDS);
			assertThat(ended.missing()).isEmpty();
			assertThat(ended.isSuccess() || ended.messages().containsValue("busy")).isTrue();
			busy += ended.isSuccess() ? 0 : 1;
		}
		List<Integer> handled = List.copyOf(slow.getBean(Slow.class).samples);
		assertThat(handled).isSorted().doesNotHaveDuplicates().hasSize(800 - busy);
		assertThat(slow.getBean(SignalEngine.class).counters().rejected.sum()).isEqualTo(busy);
		assertThat(slow.getBean(SignalEngine.class).counters().gaps.sum()).isZero();
		Load.report(
				"| 800 signals of 100 kB at once, handlers of 20 ms, queue of 100 | 800 | %d | 0 (%d 'busy') | 0 | - |"
					.formatted(800 - busy, busy));
	}

	@Test
	void signalThatRedisHoldsBackIsNotHandledAfterItsTimeout() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		start(server.properties(), 1);
		assertThat(publish().isSuccess()).isTrue();
		server.freeze();
		List<CompletableFuture<SignalResult>> results = new ArrayList<>();
		for (int i = 1; i <= 20; i++) {
			results
				.add(this.exporter.signal(Recorder.EVENT).sampleNo(i).timeout(Duration.ofMillis(500)).publishAsync());
		}
		for (CompletableFuture<SignalResult> result : results) {
			await().atMost(Duration.ofSeconds(10)).until(result::isCompletedExceptionally);
		}
		server.thaw();
		await().atMost(Duration.ofSeconds(30)).until(() -> publish().isSuccess());
		assertThat(this.responding.get(0).getBean(Recorder.class).samples()).allMatch((sample) -> sample < 0);
	}

	// Redis has both when the first one ends. Its responder answers without an id.
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void answerToASignalThatRedisHadNotConfirmedDoesNotCountForTheNextOne(boolean cancelled) {
		RedisProcess server = this.applications.use(RedisProcess.start());
		this.applications.start(RefusingTwo.class, server.properties(), "protocol.extensions=off",
				"heartbeat-interval=0");
		SignalExporter exporter = exporter(server.properties(), 1, "heartbeat-interval=0");
		server.command("CLIENT", "PAUSE", "600000", "WRITE");
		CompletableFuture<SignalResult> first = exporter.signal(Recorder.EVENT)
			.sampleNo(1)
			.timeout(cancelled ? TIMEOUT : Duration.ofMillis(500))
			.publishAsync();
		await().until(() -> server.command("CLIENT", "LIST")
			.lines()
			.anyMatch((client) -> client.contains(" flags=b ") && client.contains(" cmd=publish ")));
		if (cancelled) {
			first.cancel(false);
		}
		await().until(first::isCompletedExceptionally);
		CompletableFuture<SignalResult> second = exporter.signal(Recorder.EVENT).sampleNo(2).publishAsync();
		server.command("CLIENT", "UNPAUSE");
		assertThat(second.join().code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void publishersComeAndGoAndLeaveNothingBehind() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		ConfigurableApplicationContext context = this.applications.start(Counting.class, server.properties(),
				"responder.queue-capacity=65536");
		Counting handled = context.getBean(Counting.class);
		long heap = 0;
		int threads = 0;
		RedisClient client = RedisClient.create("redis://" + server.address());
		try (StatefulRedisConnection<String, String> redis = client.connect()) {
			for (int round = 1; round <= 5; round++) {
				for (int i = 0; i < 20_000; i++) {
					redis.async()
						.publish(SignalChannels.DEFAULT.signals(),
								"""
										{"publisher_id":"p-%d-%d","process_name":"p","event":"recorded","runner_host":"h",\
										"sample_no":-1,"tag":"t","metadata":{"_ss":{"v":1,"id":"1","seq":1,"sent":5,"timeout":60000}}}"""
									.formatted(round, i));
					if (i % 1_000 == 0) {
						int expected = (round - 1) * 20_000 + i;
						await().atMost(Duration.ofSeconds(30)).until(() -> handled.count.get() >= expected);
					}
				}
				int expected = round * 20_000;
				await().atMost(Duration.ofSeconds(60)).until(() -> handled.count.get() == expected);
				if (round == 1) {
					heap = heapInUse();
					threads = Thread.activeCount();
				}
			}
		}
		finally {
			client.shutdown();
		}
		long grown = heapInUse() - heap;
		Load.report(
				"| 100,000 publishers come and go | 100000 | 100000 | 0 | 0 | heap %+d kB, threads %+d after the first 20,000 |"
					.formatted(grown / 1024, Thread.activeCount() - threads));
		assertThat(grown).isLessThan(8_000_000);
		assertThat(Thread.activeCount()).isLessThan(threads + 64);
	}

	private static long heapInUse() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			System.gc();
			least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
		}
		return least;
	}

	private SignalResult publish() {
		return this.exporter.signal(Recorder.EVENT).timeout(TIMEOUT).publish();
	}

	private Load load(List<String> server, Duration timeout) {
		return load(server, timeout, PAUSE);
	}

	private Load load(List<String> server, Duration timeout, Duration pause) {
		start(server, 2);
		return new Load(this.exporter, this.responding, timeout, pause);
	}

	private void start(List<String> server, int responders, String... properties) {
		for (int i = 0; i < responders; i++) {
			this.responding.add(this.applications.start(Recorder.class, server, "responder.name=responder-" + i));
		}
		this.exporter = exporter(server, responders, properties);
	}

	private SignalExporter exporter(List<String> server, int responders, String... properties) {
		List<String> all = new ArrayList<>(List.of("responder.enabled=false", "exporter.evict-after-missed=2"));
		all.addAll(List.of(properties));
		this.exporting = this.applications.start(Exporting.class, server, all.toArray(String[]::new));
		SignalExporter started = this.exporting.getBean(SignalExporter.class);
		assertThat(started.initializeAndWait(responders, RedisProcess.PATIENCE, Recorder.EVENT, "hang")).isTrue();
		return started;
	}

	static class Exporting {

	}

	static class RefusingTwo {

		@OnSignal(event = Recorder.EVENT)
		boolean handle(Signal signal) {
			return signal.sampleNo() != 2;
		}

	}

	static class Counting {

		private final AtomicInteger count = new AtomicInteger();

		@OnSignal(event = Recorder.EVENT)
		void handle(Signal signal) {
			this.count.incrementAndGet();
		}

	}

	static class Slow {

		private final List<Integer> samples = new CopyOnWriteArrayList<>();

		@OnSignal(event = Recorder.EVENT)
		void handle(Signal signal) throws InterruptedException {
			TimeUnit.MILLISECONDS.sleep(20);
			this.samples.add((int) signal.sampleNo());
		}

	}

}
