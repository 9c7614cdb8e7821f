package io.github.statesignals.fault;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.redis.SignalChannels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Messages whose confirmations are lost with the connection. A driver repeats them, which
 * peers without extensions do not recognize.
 */
@Tag("faults")
@Timeout(120)
class RepeatedMessageTests {

	private static final List<String> LEGACY = List.of("protocol.extensions=off", "heartbeat-interval=0");

	private static final List<String> EXTENDED = List.of("heartbeat-interval=0");

	private static final String NOT_CONFIRMED = "may have been sent: the connection was closed before Redis had confirmed it";

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	private RedisProcess server;

	private TcpProxy proxy;

	@BeforeEach
	void start() {
		this.server = this.applications.use(RedisProcess.start());
		this.proxy = this.applications.use(TcpProxy.before(this.server));
	}

	@Test
	void signalToALegacyResponderIsNotRepeated() {
		RefusingTwo responder = responder(this.server.properties(), LEGACY);
		SignalExporter exporter = exporter(this.proxy.properties(), EXTENDED);
		dropReplies();
		assertThat(publish(exporter, 1).join().isSuccess()).isTrue();
		cut();
		responder.released.countDown();
		assertThat(publish(exporter, 2).join().code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(responder.samples).containsExactly(1, 2);
	}

	@Test
	void publishThatALegacyResponderHasNotAnsweredFails() {
		RefusingTwo responder = responder(this.server.properties(), LEGACY);
		SignalExporter exporter = exporter(this.proxy.properties(), EXTENDED);
		CompletableFuture<SignalResult> first = publishUnconfirmed(exporter, responder);
		assertThat(first).failsWithin(RedisProcess.PATIENCE)
			.withThrowableThat()
			.withCauseInstanceOf(DataAccessException.class)
			.withMessageContaining(NOT_CONFIRMED);
		CompletableFuture<SignalResult> second = publish(exporter, 1);
		responder.released.countDown();
		assertThat(second.join().isSuccess()).isTrue();
		assertThat(responder.samples).containsExactly(2, 1);
	}

	@Test
	void signalToAResponderThatRecognizesItIsRepeated() {
		RefusingTwo responder = responder(this.server.properties(), EXTENDED);
		SignalExporter exporter = exporter(this.proxy.properties(), EXTENDED);
		CompletableFuture<SignalResult> first = publishUnconfirmed(exporter, responder);
		responder.released.countDown();
		assertThat(first.join().code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(publish(exporter, 1).join().isSuccess()).isTrue();
		assertThat(responder.samples).containsExactly(2, 1);
	}

	@Test
	void answerToALegacyExporterIsNotRepeated() {
		RefusingTwo responder = responder(this.proxy.properties(), EXTENDED);
		SignalExporter exporter = exporter(this.server.properties(), LEGACY);
		dropReplies();
		assertThat(publish(exporter, 1).join().isSuccess()).isTrue();
		CompletableFuture<SignalResult> second = publishUnconfirmed(exporter, responder);
		responder.released.countDown();
		assertThat(second.join().code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "f.framed", "f.c.combined" })
	void answerWithoutAnIdToAReplyChannelIsNotRepeated(String id) {
		RefusingTwo responder = responder(this.proxy.properties(), EXTENDED);
		String replyTo = "event-signal-reply:{event-signal-pubsub}:" + id;
		RedisSubscription answers = this.applications.use(new RedisSubscription(this.server.port(), replyTo));
		dropReplies();
		publishWithoutAnId(1, replyTo);
		await().atMost(RedisProcess.PATIENCE).until(() -> answers.received().size() == 1);
		cut();
		responder.released.countDown();
		publishWithoutAnId(2, replyTo);
		await().atMost(RedisProcess.PATIENCE)
			.until(() -> answers.received().stream().anyMatch((answer) -> answer.contains("\"ras\":0")));
		assertThat(answers.received()).hasSize(2);
	}

	// As an exporter in another language may.
	private void publishWithoutAnId(int sampleNo, String replyTo) {
		this.server.command("PUBLISH", SignalChannels.DEFAULT.signals(), """
				{"publisher_id": "p", "process_name": "p", "event": "%s", "runner_host": "h", "sample_no": %d, \
				"tag": "t", "metadata": {"_ss": {"v": 1, "reply_to": "%s"}}}""".formatted(Recorder.EVENT, sampleNo,
				replyTo));
	}

	@ParameterizedTest
	@CsvSource({ "lettuce, " + NOT_CONFIRMED, "jedis, may have been sent: Unexpected end of stream" })
	void publishFailsThatANodeOfAClusterHasNotConfirmed(String driver, String problem) {
		RedisCluster cluster = this.applications.use(RedisCluster.start());
		RefusingTwo responder = responder(cluster.properties(), LEGACY);
		SignalExporter exporter = exporter(cluster.properties(),
				List.of("heartbeat-interval=0", "spring.data.redis.client-type=" + driver));
		RedisProcess owner = cluster.ownerOf(SignalChannels.DEFAULT.signals());
		owner.command("CLIENT", "PAUSE", "600000", "WRITE");
		CompletableFuture<SignalResult> result = publish(exporter, 1);
		await().atMost(RedisProcess.PATIENCE).until(() -> owner.killClients(" flags=b .* cmd=publish ") == 1);
		owner.command("CLIENT", "UNPAUSE");
		assertThat(result).failsWithin(RedisProcess.PATIENCE).withThrowableThat().withMessageContaining(problem);
		assertThat(responder.samples).isEmpty();
	}

	private RefusingTwo responder(List<String> redis, List<String> properties) {
		return this.applications.start(RefusingTwo.class, redis, properties.toArray(String[]::new))
			.getBean(RefusingTwo.class);
	}

	private SignalExporter exporter(List<String> redis, List<String> properties) {
		SignalExporter exporter = this.applications
			.start(FaultTests.Exporting.class, redis, properties.toArray(String[]::new))
			.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		return exporter;
	}

	private static CompletableFuture<SignalResult> publish(SignalExporter exporter, int sampleNo) {
		return exporter.signal(Recorder.EVENT).sampleNo(sampleNo).timeout(Duration.ofSeconds(30)).publishAsync();
	}

	// Its confirmation is lost with the connection.
	private CompletableFuture<SignalResult> publishUnconfirmed(SignalExporter exporter, RefusingTwo responder) {
		dropReplies();
		CompletableFuture<SignalResult> published = publish(exporter, 2);
		await().atMost(RedisProcess.PATIENCE).until(() -> responder.samples.contains(2));
		cut();
		return published;
	}

	private void dropReplies() {
		assertThat(this.proxy.dropReplies(RepeatedMessageTests::publishes)).isPositive();
	}

	private void cut() {
		int accepted = this.proxy.accepted();
		this.proxy.cut(RepeatedMessageTests::publishes);
		await().atMost(RedisProcess.PATIENCE).until(() -> this.proxy.accepted() > accepted);
	}

	private static boolean publishes(String sent) {
		return sent.contains("PUBLISH");
	}

	static class RefusingTwo {

		private final List<Integer> samples = new CopyOnWriteArrayList<>();

		private final CountDownLatch released = new CountDownLatch(1);

		@OnSignal(event = Recorder.EVENT)
		boolean handle(Signal signal) throws InterruptedException {
			this.samples.add((int) signal.sampleNo());
			if (signal.sampleNo() == 1) {
				return true;
			}
			assertThat(this.released.await(30, TimeUnit.SECONDS)).isTrue();
			return false;
		}

	}

}
