package io.github.statesignals.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.SignalStatus;
import io.github.statesignals.redis.driver.RequiredPermissions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Durable channels with every driver and kind of Redis, and when any of them breaks.
 */
@Tag("faults")
@Timeout(180)
class DurableFaultTests {

	private static final String CHANNEL = "orders";

	private static final String LOG = "event-signal:{orders}:log";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@Test
	void responderThatWasDisconnectedCatchesUpOverJedis() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		responderThatWasDisconnectedCatchesUp(server.properties(), "spring.data.redis.client-type=jedis");
		await().atMost(PATIENCE).until(() -> server.normalClients() <= 8);
	}

	@Test
	void pendingEntriesThatAreDeletedDoNotStopAResponderOverJedis() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		String driver = "spring.data.redis.client-type=jedis";
		start(Recorder.class, server.properties(), driver, "responder.name=r").close();
		SignalExporter exporter = initialized(start(Exporting.class, server.properties(), driver));
		join(publish(exporter, 0, 3, Duration.ofSeconds(1)));
		server.command("XREADGROUP", "GROUP", "r", "active", "STREAMS", LOG, ">");
		server.command("XTRIM", LOG, "MAXLEN", "0");
		Recorder recorder = start(Recorder.class, server.properties(), driver, "responder.name=r")
			.getBean(Recorder.class);
		assertThat(join(publish(exporter, 3, 5, PATIENCE)))
			.allSatisfy((result) -> assertThat(result.isSuccess()).isTrue());
		assertThat(recorder.samples()).containsExactly(3, 4);
		await().atMost(PATIENCE).until(() -> server.command("XPENDING", LOG, "r").startsWith("0"));
	}

	@Test
	void aRedisThatIsFullRefusesSignalsUntilStoredOnesAreHandled() {
		RedisProcess server = this.applications.use(RedisProcess.start("maxmemory 8mb", "maxmemory-policy noeviction"));
		start(Recorder.class, server.properties(), "responder.name=r").close();
		SignalExporter exporter = initialized(start(Exporting.class, server.properties()));
		String large = "x".repeat(50_000);
		int published = 0;
		try {
			for (; published < 1_000; published++) {
				exporter.signal(Recorder.EVENT)
					.sampleNo(published)
					.metadata("large", large)
					.until((awaited) -> 0)
					.publish();
			}
		}
		catch (DataAccessException ex) {
			assertThat(ex).hasStackTraceContaining("OOM");
		}
		assertThat(published).isBetween(10, 999);
		Recorder recorder = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		int all = published;
		await().atMost(PATIENCE).until(() -> recorder.samples().size() == all);
		await().atMost(PATIENCE).until(() -> server.command("XLEN", LOG).equals("1"));
		assertThat(join(publish(exporter, all, all + 1, PATIENCE)))
			.allSatisfy((result) -> assertThat(result.isSuccess()).isTrue());
		assertThat(recorder.samples()).isEqualTo(IntStream.rangeClosed(0, all).boxed().toList());
	}

	@Test
	void responderThatWasDisconnectedCatchesUpOnACluster() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		responderThatWasDisconnectedCatchesUp(cluster.properties(), "spring.data.redis.client-type=lettuce");
	}

	@Test
	void responderThatWasDisconnectedCatchesUpOnAClusterOverJedis() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		responderThatWasDisconnectedCatchesUp(cluster.properties(), "spring.data.redis.client-type=jedis");
	}

	@Test
	void responderThatWasDisconnectedCatchesUpWithTheLeastPermissions() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		String least = "on >secret resetkeys resetchannels -@all " + RequiredPermissions.APPLICATION.rule() + " "
				+ RequiredPermissions.DURABLE_APPLICATION.rule();
		List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", "service"));
		command.addAll(List.of(least.split(" ")));
		server.command(command.toArray(String[]::new));
		List<String> properties = new ArrayList<>(server.properties());
		properties.addAll(List.of("spring.data.redis.username=service", "spring.data.redis.password=secret"));
		responderThatWasDisconnectedCatchesUp(properties, "spring.data.redis.client-type=lettuce");
		assertThat(AclTests.denied(server)).isEmpty();
	}

	private void responderThatWasDisconnectedCatchesUp(List<String> server, String driver) {
		start(Recorder.class, server, driver, "responder.name=r").close();
		ConfigurableApplicationContext publishing = start(Exporting.class, server, driver);
		SignalExporter exporter = initialized(publishing);
		List<SignalResult> results = join(publish(exporter, 0, 100, Duration.ofSeconds(1)));
		assertThat(results).allSatisfy((result) -> assertThat(result.missing()).containsExactly("r"));
		Recorder recorder = start(Recorder.class, server, driver, "responder.name=r").getBean(Recorder.class);
		List<SignalResult> later = join(publish(exporter, 100, 200, PATIENCE));
		assertThat(later).allSatisfy((result) -> assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
		assertThat(recorder.samples()).isEqualTo(IntStream.range(0, 200).boxed().toList());
		DurableChannels channels = publishing.getBean(DurableChannels.class);
		assertThat(results).allSatisfy(
				(result) -> assertThat(channels.find(CHANNEL, result.id()).orElseThrow().isComplete()).isTrue());
	}

	@Test
	void answersThatAreStoredCountWhileTheSubscriptionIsHalfOpen() {
		answersThatAreStoredCountWhileTheSubscriptionIsHalfOpen("spring.data.redis.client-type=lettuce");
	}

	@Test
	void answersThatAreStoredCountWhileTheSubscriptionIsHalfOpenOverJedis() {
		answersThatAreStoredCountWhileTheSubscriptionIsHalfOpen("spring.data.redis.client-type=jedis");
	}

	private void answersThatAreStoredCountWhileTheSubscriptionIsHalfOpen(String driver) {
		RedisProcess server = this.applications.use(RedisProcess.start());
		TcpProxy proxy = this.applications.use(TcpProxy.before(server));
		Recorder recorder = start(Recorder.class, server.properties(), driver, "responder.name=r")
			.getBean(Recorder.class);
		// It is not found half-open for the whole of the test.
		SignalExporter exporter = initialized(
				start(Exporting.class, proxy.properties(), driver, "heartbeat-interval=5m"));
		assertThat(proxy.dropReplies()).isPositive();
		for (int i = 0; i < 20; i++) {
			assertThat(join(publish(exporter, i, i + 1, Duration.ofMillis(200)))).singleElement()
				.satisfies((result) -> assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
		}
		assertThat(join(publish(exporter, 20, 220, Duration.ofSeconds(-1))))
			.allSatisfy((result) -> assertThat(result.responses()).containsOnlyKeys("r"));
		CompletableFuture<SignalResult> last = publish(exporter, 220, 221, PATIENCE).get(0);
		await().atMost(PATIENCE).until(() -> recorder.samples().contains(220));
		await().atMost(PATIENCE).until(() -> server.command("XPENDING", LOG, "r").startsWith("0"));
		exporter.shutdown();
		assertThat(last.join().responses()).containsOnlyKeys("r");
		assertThat(recorder.samples()).isEqualTo(IntStream.rangeClosed(0, 220).boxed().toList());
	}

	@Test
	void respondersAreRegisteredAndSubscribedAgainWhenRedisHasLostEverything() {
		respondersAreRegisteredAndSubscribedAgain("FLUSHALL");
	}

	@Test
	void respondersAreRegisteredAndSubscribedAgainWhenOnlyTheirNamesAreLost() {
		respondersAreRegisteredAndSubscribedAgain("DEL", "event-signal:{orders}:responders");
	}

	private void respondersAreRegisteredAndSubscribedAgain(String... loss) {
		RedisProcess server = this.applications.use(RedisProcess.start());
		Recorder recorder = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		start(Recorder.class, server.properties(), "responder.name=away").close();
		ConfigurableApplicationContext publishing = start(Exporting.class, server.properties());
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, PATIENCE, Recorder.EVENT)).isTrue();
		SignalResult before = join(publish(exporter, 0, 1, Duration.ofSeconds(1))).get(0);
		assertThat(before.missing()).containsExactly("away");
		server.command(loss);
		SignalExporter other = start(Exporting.class, server.properties()).getBean(SignalExporter.class);
		assertThat(other.initializeAndWait(2, PATIENCE, Recorder.EVENT)).isTrue();
		assertThat(other.getSubscribers()).containsExactlyInAnyOrder("r", "away");
		SignalResult after = join(publish(other, 1, 2, Duration.ofSeconds(2))).get(0);
		assertThat(after.responses()).containsOnlyKeys("r");
		assertThat(after.missing()).containsExactly("away");
		DurableChannels channels = publishing.getBean(DurableChannels.class);
		assertThat(channels.find(CHANNEL, before.id()).filter(SignalStatus::isComplete)).isEmpty();
		assertThat(channels.find(CHANNEL, after.id()).orElseThrow().isComplete()).isFalse();
		Recorder back = start(Recorder.class, server.properties(), "responder.name=away").getBean(Recorder.class);
		await().atMost(PATIENCE).until(() -> back.samples().contains(1));
		assertThat(recorder.samples()).containsExactly(0, 1);
	}

	@Test
	void nothingThatWasPublishedIsLostWhenRedisIsKilledAndBack() throws Exception {
		RedisProcess server = this.applications
			.use(RedisProcess.start("appendonly yes", "appendfsync always", "aof-use-rdb-preamble no"));
		Recorder recorder = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		SignalExporter exporter = initialized(start(Exporting.class, server.properties()));
		List<CompletableFuture<SignalResult>> publishing = new ArrayList<>();
		for (int i = 0; i < 1_500; i++) {
			publishing.addAll(publish(exporter, i, i + 1, PATIENCE));
			if (i == 500 || i == 1_000) {
				server.kill();
				TimeUnit.MILLISECONDS.sleep(500);
				server.restart();
			}
			TimeUnit.MILLISECONDS.sleep(1);
		}
		assertThat(join(publishing))
			.allSatisfy((result) -> assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
		assertThat(recorder.samples().stream().distinct().toList())
			.isEqualTo(IntStream.range(0, 1_500).boxed().toList());
		Load.report("durable: Redis killed twice and back, appendfsync always: 1500 published, 1500 answered, "
				+ (recorder.samples().size() - 1_500) + " handled again");
	}

	@Test
	void aBatchThatArrivesAgainAfterLaterOnesIsNotStoredAgain() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		TcpProxy proxy = this.applications.use(TcpProxy.before(server));
		Recorder recorder = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		SignalExporter exporter = initialized(start(Exporting.class, proxy.properties()));
		assertThat(join(publish(exporter, 0, 1, PATIENCE)).get(0).isSuccess()).isTrue();
		assertThat(proxy.hold((sent) -> sent.contains("EVAL"))).isPositive();
		// On another connection, when this one is overdue.
		assertThat(join(publish(exporter, 1, 2, PATIENCE)).get(0).isSuccess()).isTrue();
		assertThat(join(publish(exporter, 2, 3, PATIENCE)).get(0).isSuccess()).isTrue();
		proxy.release();
		await().atMost(PATIENCE).until(() -> proxy.connections() == 3);
		assertThat(join(publish(exporter, 3, 4, PATIENCE)).get(0).isSuccess()).isTrue();
		assertThat(recorder.samples()).containsExactly(0, 1, 2, 3);
	}

	// Before 7.4 its replicas and its append-only file count fewer entries as read.
	@Test
	void signalsThatWereHandledBeforeARestartOfRedisAreNotReportedAsMissed() {
		RedisProcess server = this.applications.use(RedisProcess.start("appendonly yes"));
		Recorder recorder = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		SignalExporter exporter = initialized(start(Exporting.class, server.properties()));
		join(publish(exporter, 0, 10, PATIENCE));
		server.command("BGREWRITEAOF");
		await().atMost(PATIENCE)
			.until(() -> server.command("INFO", "persistence").contains("aof_rewrite_in_progress:0"));
		for (int i = 10; i < 20; i++) {
			join(publish(exporter, i, i + 1, PATIENCE));
		}
		await().atMost(PATIENCE).until(() -> server.command("XLEN", LOG).equals("1"));
		server.restart();
		join(publish(exporter, 20, 21, PATIENCE));
		String lease = "event-signal:{orders}:lease:r";
		server.command("DEL", lease);
		await().atMost(PATIENCE).until(() -> server.command("EXISTS", lease).equals("1"));
		join(publish(exporter, 21, 22, PATIENCE));
		assertThat(recorder.samples()).isEqualTo(IntStream.range(0, 22).boxed().toList());
		assertThat(recorder.missed()).isEmpty();
	}

	// An append-only file has the times of the clock before.
	@Test
	void aResponderReadsAfterRedisIsRestartedWithAClockThatIsSetBack() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		start(Recorder.class, server.properties(), "responder.name=r").close();
		String hours = "10800000";
		server.command("SET", "event-signal:{orders}:lease:r", "killed", "PX", hours);
		server.command("SET", "event-signal:{orders}:trimmed", "1", "PX", hours);
		Recorder recorder = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		SignalExporter exporter = initialized(start(Exporting.class, server.properties()));
		join(publish(exporter, 0, 3, PATIENCE.multipliedBy(3)));
		assertThat(recorder.samples()).containsExactly(0, 1, 2);
		await().atMost(PATIENCE).until(() -> server.command("XLEN", LOG).equals("1"));
	}

	@Test
	void nothingIsLostWhileRedisIsFrozen() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		Recorder recorder = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		SignalExporter exporter = initialized(start(Exporting.class, server.properties()));
		List<CompletableFuture<SignalResult>> publishing = new ArrayList<>(publish(exporter, 0, 100, PATIENCE));
		server.freeze();
		publishing.addAll(publish(exporter, 100, 200, PATIENCE));
		// Longer than a lease.
		TimeUnit.SECONDS.sleep(13);
		server.thaw();
		publishing.addAll(publish(exporter, 200, 300, PATIENCE));
		assertThat(join(publishing))
			.allSatisfy((result) -> assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
		assertThat(recorder.samples().stream().distinct().toList()).isEqualTo(IntStream.range(0, 300).boxed().toList());
		Load.report("durable: Redis frozen for 13 s: 300 published, 300 answered, " + (recorder.samples().size() - 300)
				+ " handled again");
	}

	@Test
	@Timeout(40)
	void applicationClosesWithinItsShutdownPhaseWhileRedisIsFrozen() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		ConfigurableApplicationContext context = start(Recorder.class, server.properties(),
				"spring.lifecycle.timeout-per-shutdown-phase=10s");
		SignalExporter exporter = initialized(context);
		server.freeze();
		// Longer than the interval in which durable channels are maintained.
		SignalSpec unconfirmed = exporter.signal(Recorder.EVENT).timeout(Duration.ofSeconds(5));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(unconfirmed::publish);
		context.close();
		assertThat(context.isActive()).isFalse();
		server.thaw();
	}

	@Test
	void nodeThatHasTheChannelIsKilled() {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		Recorder recorder = start(Recorder.class, cluster.properties(), "responder.name=r").getBean(Recorder.class);
		SignalExporter exporter = initialized(start(Exporting.class, cluster.properties()));
		assertThat(join(publish(exporter, 0, 100, PATIENCE)))
			.allSatisfy((result) -> assertThat(result.isSuccess()).isTrue());
		cluster.kill(cluster.ownerOf(LOG));
		List<SignalResult> meanwhile = join(publish(exporter, 100, 200, PATIENCE));
		assertThat(meanwhile).allSatisfy((result) -> assertThat(result.isSuccess()).isTrue());
		assertThat(recorder.samples().subList(100, recorder.samples().size())).doesNotHaveDuplicates()
			.isEqualTo(IntStream.range(100, 200).boxed().toList());
	}

	// Another instance may be permitted to. If there is none, this one tries again.
	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void signalIsHandledOnceAReaderThatGaveUpMayReadAgain(CapturedOutput output) {
		RedisProcess server = this.applications
			.use(RedisProcess.builder().user("app", "on >secret ~* &* +@all").start());
		List<String> properties = new ArrayList<>(server.properties());
		properties.addAll(List.of("spring.data.redis.username=app", "spring.data.redis.password=secret"));
		start(Recorder.class, properties, "responder.name=r");
		SignalExporter exporter = initialized(start(Exporting.class, properties));
		server.command("ACL", "SETUSER", "app", "-xreadgroup");
		await().atMost(PATIENCE).until(() -> output.getOut().contains("Gives up reading channel"));
		server.command("ACL", "SETUSER", "app", "+xreadgroup");
		assertThat(exporter.signal(Recorder.EVENT).timeout(RedisProcess.PATIENCE).publish().isSuccess()).isTrue();
	}

	@Test
	void signalsThatAKilledProcessHadBegunAreHandledFirstByTheNextOne() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		String[] properties = { "state-signals.channel=" + CHANNEL,
				"state-signals.channels." + CHANNEL + ".delivery=durable", "state-signals.responder.name=r" };
		ResponderProcess killed = this.applications.use(ResponderProcess.start(server.properties(), properties));
		SignalExporter exporter = start(Exporting.class, server.properties()).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, PATIENCE, Recorder.EVENT, "hang")).isTrue();
		assertThat(join(publish(exporter, 0, 10, PATIENCE)))
			.allSatisfy((result) -> assertThat(result.isSuccess()).isTrue());
		CompletableFuture<SignalResult> hanging = exporter.signal("hang").timeout(PATIENCE).publishAsync();
		List<CompletableFuture<SignalResult>> behind = publish(exporter, 10, 20, PATIENCE);
		await().atMost(PATIENCE).until(() -> !server.command("XPENDING", LOG, "r").startsWith("0"));
		killed.kill();
		Recorder next = start(Recorder.class, server.properties(), "responder.name=r").getBean(Recorder.class);
		// It has no handler for that, which is an answer.
		assertThat(hanging.join().unhandled()).containsExactly("r");
		assertThat(join(behind)).allSatisfy((result) -> assertThat(result.isSuccess()).isTrue());
		assertThat(next.samples()).isEqualTo(IntStream.range(10, 20).boxed().toList());
	}

	@Test
	void aProcessThatWasFrozenForLongerThanItsLeaseStartsNoHandlerForSignalsOfItsSuccessor() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		String[] properties = { "state-signals.channel=" + CHANNEL,
				"state-signals.channels." + CHANNEL + ".delivery=durable", "state-signals.responder.name=r",
				"handled=frozen" };
		ResponderProcess frozen = this.applications.use(ResponderProcess.start(server.properties(), properties));
		SignalExporter exporter = start(Exporting.class, server.properties()).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, PATIENCE, "counted")).isTrue();
		List<CompletableFuture<SignalResult>> publishing = publish(exporter, "counted", 0, 600, PATIENCE);
		await().atMost(PATIENCE).until(() -> handled(server, "frozen").size() > 5);
		frozen.freeze();
		properties[3] = "handled=successor";
		ResponderProcess successor = this.applications.use(ResponderProcess.start(server.properties(), properties));
		assertThat(join(publishing)).allSatisfy((result) -> assertThat(result.isSuccess()).isTrue());
		List<Integer> before = handled(server, "frozen");
		frozen.thaw();
		successor.terminate();
		// Behind the signals that it had read before.
		join(publish(exporter, "counted", 600, 601, PATIENCE));
		await().atMost(PATIENCE)
			.until(() -> handled(server, "frozen").contains(600) || handled(server, "successor").contains(600));
		List<Integer> all = new ArrayList<>(before);
		all.addAll(handled(server, "successor"));
		// The handler that was running when it was frozen, at most.
		assertThat(all.size() - all.stream().distinct().count()).isLessThanOrEqualTo(1);
		assertThat(all).contains(0, 599);
		List<Integer> since = handled(server, "frozen");
		// It may have begun before the freeze, and be recorded after it.
		int running = before.get(before.size() - 1) + 1;
		assertThat(since.subList(before.size(), since.size())).isSubsetOf(running, 600).doesNotHaveDuplicates();
	}

	private static List<Integer> handled(RedisProcess server, String key) {
		return server.command("LRANGE", key, "0", "-1").lines().map(String::strip).map(Integer::valueOf).toList();
	}

	private ConfigurableApplicationContext start(Class<?> configuration, List<String> server, String... more) {
		List<String> properties = new ArrayList<>(
				List.of("channel=" + CHANNEL, "channels." + CHANNEL + ".delivery=durable"));
		properties.addAll(List.of(more));
		return this.applications.start(configuration, server, properties.toArray(String[]::new));
	}

	private static SignalExporter initialized(ConfigurableApplicationContext context) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, PATIENCE, Recorder.EVENT)).isTrue();
		return exporter;
	}

	private static List<CompletableFuture<SignalResult>> publish(SignalExporter exporter, int from, int to,
			Duration timeout) {
		return publish(exporter, Recorder.EVENT, from, to, timeout);
	}

	private static List<CompletableFuture<SignalResult>> publish(SignalExporter exporter, String event, int from,
			int to, Duration timeout) {
		return IntStream.range(from, to)
			.mapToObj((i) -> exporter.signal(event).sampleNo(i).timeout(timeout).publishAsync())
			.toList();
	}

	private static List<SignalResult> join(List<CompletableFuture<SignalResult>> publishing) {
		return publishing.stream().map(CompletableFuture::join).toList();
	}

	static class Exporting {

	}

}
