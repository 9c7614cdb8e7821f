package io.github.statesignals.redis;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import io.github.statesignals.TestRedis;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer in Python that was written from {@code docs/protocol.md} exchanges signals with
 * the starter. It uses no package, so any interpreter will do.
 */
@Tag("python")
@Timeout(120)
class ProtocolPeerTests {

	private static final Path PROGRAM = Path.of(System.getProperty("basedir", ""), "src/test/python/protocol_peer.py");

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final String SECRET = "0123456789abcdef0123456789abcdef";

	@RegisterExtension
	private final Applications applications = new Applications();

	private final String name = "page-" + UUID.randomUUID();

	private Process process;

	private BufferedWriter commands;

	private BufferedReader replies;

	@AfterEach
	void stop() {
		this.process.destroyForcibly().onExit().join();
	}

	@ParameterizedTest
	@EnumSource
	void exporterOfThePageIsServed(Channel channel) throws IOException {
		ConfigurableApplicationContext application = start(Working.class, channel);
		Working working = application.getBean(Working.class);
		String responderId = application.getBean(SignalResponder.class).getResponderId();
		startPeer("exporter", channel, SECRET);
		assertThat(texts(call("initialize"), "subscribers")).containsExactly(responderId);
		assertThat(texts(call("publish work"), "acted")).containsExactly(responderId);
		assertThat(texts(call("publish fail"), "failed")).containsExactly(responderId);
		assertThat(texts(call("publish unknown"), "unhandled")).containsExactly(responderId);
		assertThat(texts(call("probe"), "working")).containsExactly(responderId);
		assertThat(texts(call("publish work 100"), "acted")).hasSize(100);
		assertThat(working.samples.subList(1, 101)).isEqualTo(IntStream.rangeClosed(1, 100).boxed().toList());
		write("publish slow");
		await().until(() -> working.waiting);
		CompletableFuture.runAsync(application::close);
		working.slow.complete(null);
		JsonNode last = read();
		assertThat(texts(last, "acted")).containsExactly(responderId);
		await().until(() -> texts(call("shutdown"), "subscribers").isEmpty());
	}

	@ParameterizedTest
	@EnumSource
	void responderOfThePageTakesPart(Channel channel) throws IOException {
		SignalExporter exporter = start(Object.class, channel, "exporter.probe-after=200ms")
			.getBean(SignalExporter.class);
		exporter.initialize("work", "fail", "slow", "unknown");
		String responderId = startPeer("responder", channel, SECRET);
		await().until(() -> exporter.getSubscribers().contains(responderId));
		assertThat(exporter.publish("work").acted()).containsExactly(responderId);
		assertThat(exporter.publish("fail").failed()).containsExactly(responderId);
		SignalResult unknown = exporter.publish("unknown");
		assertThat(unknown.unhandled()).containsExactly(responderId);
		assertThat(unknown.isSuccess()).isFalse();
		List<CompletableFuture<SignalResult>> many = IntStream.range(0, 300)
			.mapToObj((i) -> exporter.signal("work").timeout(TIMEOUT).publishAsync())
			.toList();
		assertThat(many).allSatisfy((result) -> assertThat(result.join().acted()).containsExactly(responderId));
		// Longer than the silence after which it would be gone.
		CompletableFuture<SignalResult> slow = exporter.signal("slow").timeout(TIMEOUT).publishAsync();
		SignalResult late = exporter.signal("slow").timeout(Duration.ofSeconds(2)).publish();
		assertThat(late.missing()).containsExactly(responderId);
		assertThat(late.gone()).isEmpty();
		assertThat(slow).isNotDone();
		call("finish");
		assertThat(slow.join().acted()).containsExactly(responderId);
		CompletableFuture<SignalResult> left = exporter.signal("slow").timeout(TIMEOUT).publishAsync();
		call("bye");
		assertThat(left.join().left()).containsExactly(responderId);
		assertThat(left.join().isSuccess()).isFalse();
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = "SIGNED")
	void peerWithAnotherKeyTakesNoPart(Channel channel) throws IOException {
		SignalExporter exporter = start(Object.class, channel).getBean(SignalExporter.class);
		start(Working.class, channel);
		startPeer("responder", channel, SECRET.replace('0', '1'));
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "work")).isTrue();
		for (int i = 0; i < 10; i++) {
			call("bye");
			SignalResult result = exporter.publish("work");
			assertThat(result.acted()).hasSize(1).isEqualTo(exporter.getSubscribers());
			assertThat(result.isSuccess()).isTrue();
		}
	}

	private ConfigurableApplicationContext start(Class<?> configuration, Channel channel, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("channel=" + name(channel));
		all.add("responder.name=worker");
		if (channel == Channel.SIGNED) {
			Collections.addAll(all, "signing.mode=require", "signing.key=k1", "signing.keys.k1.secret=" + SECRET);
		}
		return this.applications.start(configuration, all.toArray(String[]::new));
	}

	private String name(Channel channel) {
		return (channel != Channel.DEFAULT) ? this.name : "";
	}

	private String startPeer(String role, Channel channel, String secret) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(System.getenv().getOrDefault("STATE_SIGNALS_TEST_PYTHON", "python3"), "-B", PROGRAM.toString(),
						String.valueOf(TestRedis.port()), name(channel), role));
		if (channel == Channel.SIGNED) {
			command.add(secret);
		}
		this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		this.commands = this.process.outputWriter(StandardCharsets.UTF_8);
		this.replies = this.process.inputReader(StandardCharsets.UTF_8);
		return read().get("ready").asString();
	}

	private JsonNode call(String command) throws IOException {
		write(command);
		return read();
	}

	private void write(String command) throws IOException {
		this.commands.write(command + "\n");
		this.commands.flush();
	}

	private JsonNode read() throws IOException {
		return JsonMapper.shared().readTree(this.replies.readLine());
	}

	private static List<String> texts(JsonNode reply, String key) {
		assertThat(reply.has(key)).as(reply.toString()).isTrue();
		return reply.get(key).valueStream().map(JsonNode::asString).toList();
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(TIMEOUT);
	}

	private enum Channel {

		DEFAULT, NAMED, SIGNED

	}

	@Configuration(proxyBeanMethods = false)
	static class Working {

		private final List<Integer> samples = new CopyOnWriteArrayList<>();

		private final CompletableFuture<Void> slow = new CompletableFuture<>();

		private volatile boolean waiting;

		@OnSignal(event = "work")
		void work(Signal signal) {
			this.samples.add((int) signal.sampleNo());
		}

		@OnSignal(event = "fail")
		boolean fail() {
			return false;
		}

		@OnSignal(event = "slow")
		CompletableFuture<Void> slow() {
			this.waiting = true;
			return this.slow;
		}

	}

}
