package io.github.statesignals.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.redis.SignalChannels;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.SignalCodec;
import io.lettuce.core.RedisClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application with a heap of 256 MB, of which another client fills all that is bounded
 * at once.
 */
@Tag("faults")
@Timeout(180)
class MemoryBoundTests {

	private static final String UNANSWERED = "unanswered";

	private static final String LATIN = "x".repeat(450_000);

	// Stands for a text of which no character is Latin.
	private static final String OTHER = "@";

	private static final String OTHER_TEXT = "\u4e00".repeat(300_000);

	private static final List<Object> OBJECTS = Stream.generate(() -> (Object) Map.of()).limit(300_000).toList();

	private static final String LONG_ID = "\u4e00".repeat(240);

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	private final SignalCodec codec = new SignalCodec(1_000_000);

	@TempDir
	private Path directory;

	private RedisCommands<byte[], byte[]> redis;

	private Process process;

	@Test
	void aHeapOf256MegabytesIsEnoughForAllThatOthersCanSend() throws Exception {
		// A subscriber that is slow must not be spared.
		RedisProcess server = this.applications.use(RedisProcess.start("client-output-buffer-limit pubsub 0 0 0"));
		RedisClient client = RedisClient.create("redis://" + server.address());
		this.applications.use(client::shutdown);
		this.redis = client.connect(ByteArrayCodec.INSTANCE).sync();
		start(server);
		SignalExporter exporter = this.applications
			.start(Publishing.class, server.properties(), "exporter.legal-events=slow,later",
					"exporter.response-timeout=12s", "exporter.await-subscribers=1", "responder.enabled=false")
			.getBean(SignalExporter.class);
		answerWithLongMessages(client);
		List<CompletableFuture<SignalResult>> publishes = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			publishes.add(exporter.signal("slow").sampleNo(i).metadata("text", LATIN).publishAsync());
			flood(i);
		}
		server.command("SET", "release", "now");
		await().atMost(Duration.ofSeconds(40)).until(() -> publishes.stream().allMatch(CompletableFuture::isDone));
		assertThat(this.process.isAlive()).as(log()).isTrue();
		await().atMost(Duration.ofSeconds(20)).until(() -> exporter.publish("later").isSuccess());
		Set<String> handled = new HashSet<>(server.command("LRANGE", "handled", "0", "-1").lines().toList());
		List<SignalResult> results = publishes.stream().map(CompletableFuture::join).toList();
		for (int i = 0; i < results.size(); i++) {
			assertThat(!results.get(i).isSuccess() || handled.contains("" + i)).as("%d: %s", i, results.get(i))
				.isTrue();
		}
		assertThat(results).as("refused").anySatisfy((result) -> assertThat(result.messages()).containsValue("busy"));
		assertThat(server.command("EXISTS", "success")).isEqualTo("0");
		assertThat(Integer.parseInt(server.command("GET", "rejected"))).isPositive();
		assertThat(this.process.isAlive()).as(log()).isTrue();
		assertThat(log()).doesNotContain("OutOfMemoryError");
	}

	private void start(RedisProcess server) throws IOException {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-Xmx256m", "-XX:+ExitOnOutOfMemoryError", "-cp", classPath, Flooded.class.getName());
		server.properties().forEach((property) -> builder.command().add("--" + property));
		this.process = builder.redirectErrorStream(true).redirectOutput(this.directory.resolve("log").toFile()).start();
		this.applications.use(this.process::destroyForcibly);
		await().atMost(RedisProcess.PATIENCE).until(() -> server.command("EXISTS", "publisher").equals("1"));
	}

	private String log() throws IOException {
		return Files.readString(this.directory.resolve("log"));
	}

	// Answers the signals of the application in the names of responders that it awaits,
	// and of others.
	private void answerWithLongMessages(RedisClient client) {
		String publisherId = new String(this.redis.get("publisher".getBytes(StandardCharsets.UTF_8)),
				StandardCharsets.UTF_8);
		RedisCommands<byte[], byte[]> answering = client.connect(ByteArrayCodec.INSTANCE).sync();
		AtomicInteger count = new AtomicInteger();
		var subscription = client.connectPubSub(ByteArrayCodec.INSTANCE);
		subscription.addListener(new RedisPubSubAdapter<byte[], byte[]>() {

			@Override
			public void message(byte[] channel, byte[] payload) {
				if (MemoryBoundTests.this.codec.readSignal(payload) instanceof ReceivedSignal received
						&& received.signal().publisherId().equals(publisherId)
						&& received.signal().event().equals("work") && received.extension() != null) {
					int number = count.getAndIncrement();
					answer(received, "forged-" + number % 3, 0);
					answer(received, "other-" + number, 1);
				}
			}

			private void answer(ReceivedSignal received, String responderId, int ras) {
				CompletableFuture.runAsync(() -> publish(answering, SignalChannels.DEFAULT.responses(),
						MemoryBoundTests.this.codec.write(new Response(responderId, publisherId, "work", ras, OTHER),
								new ResponseExtension(received.extension().id()))));
			}

		});
		subscription.sync().subscribe(SignalChannels.DEFAULT.signals().getBytes(StandardCharsets.UTF_8));
		for (int i = 0; i < 3; i++) {
			subscribe(publisherId, "forged-" + i);
		}
	}

	private void flood(int round) {
		send("slow", "p" + round, Map.of("text", OTHER), round);
		send("slow", "q" + round, Map.of("objects", OBJECTS), round);
		send(UNANSWERED, "p" + round, Map.of("text", OTHER), round);
		String publisherId = new String(this.redis.get("publisher".getBytes(StandardCharsets.UTF_8)),
				StandardCharsets.UTF_8);
		for (int i = 0; i < 100; i++) {
			String id = LONG_ID + round + "-" + i;
			send("unknown", id, Map.of(), 1);
			send("unknown", id, Map.of(), 500);
			send("slow", "small" + i, Map.of(), round);
			subscribe(publisherId, id.repeat(3));
		}
	}

	private void send(String event, String publisherId, Map<String, Object> metadata, int number) {
		publish(this.redis, SignalChannels.DEFAULT.signals(),
				this.codec.write(new Signal(publisherId, "other", event, "elsewhere", -1, event, metadata),
						new SignalExtension(event + number, number, number, 600_000, null)));
	}

	private void subscribe(String publisherId, String responderId) {
		publish(this.redis, SignalChannels.DEFAULT.responses(),
				this.codec.write(new Response(responderId, publisherId, Signal.INITIALIZATION, 1, null),
						new ResponseExtension(null, null, "x".repeat(200), null, null)));
	}

	private static void publish(RedisCommands<byte[], byte[]> redis, String channel, byte[] payload) {
		String text = new String(payload, StandardCharsets.UTF_8).replace(OTHER, OTHER_TEXT);
		redis.publish(channel.getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8));
	}

	@Configuration(proxyBeanMethods = false)
	static class Publishing {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Flooded {

		private final StringRedisTemplate redis;

		private final CountDownLatch released = new CountDownLatch(1);

		Flooded(StringRedisTemplate redis) {
			this.redis = redis;
		}

		public static void main(String[] args) {
			new SpringApplicationBuilder(Flooded.class).web(WebApplicationType.NONE)
				.properties("spring.application.name=flooded", "state-signals.exporter.legal-events=work",
						"state-signals.responder.receive-own=false")
				.run(args);
		}

		@OnSignal(event = "slow")
		void handle(Signal signal) throws InterruptedException {
			this.released.await();
			if (signal.sampleNo() >= 0) {
				this.redis.opsForList().rightPush("handled", String.valueOf(signal.sampleNo()));
			}
		}

		@OnSignal(event = "later")
		void later(Signal signal) {
		}

		@EventListener
		void onSubscriberJoined(SubscriberJoinedEvent event) throws InterruptedException {
			TimeUnit.MILLISECONDS.sleep(200);
		}

		@Bean
		CommandLineRunner publishing(SignalExporter exporter, SignalResponderFactory responders) {
			return (args) -> {
				SignalResponder listening = responders.get("listening");
				// Exporters do not await it.
				listening.lockTag(UNANSWERED);
				listening.listen((signal) -> {
				});
				this.redis.opsForValue().set("publisher", exporter.getPublisherId());
				while (!Boolean.TRUE.equals(this.redis.hasKey("release"))) {
					publish(exporter);
				}
				this.released.countDown();
				new CountDownLatch(1).await();
			};
		}

		private void publish(SignalExporter exporter) throws InterruptedException {
			exporter.signal("work")
				.metadata("text", LATIN)
				.timeout(Duration.ofSeconds(60))
				.onResponse((id, answer) -> sleep())
				.publishAsync()
				.whenComplete((result, ex) -> {
					if (ex instanceof TaskRejectedException) {
						this.redis.opsForValue().increment("rejected");
						sleep();
					}
					else if (result != null && result.isSuccess()) {
						this.redis.opsForValue().increment("success");
					}
				});
		}

		private static void sleep() {
			try {
				TimeUnit.MILLISECONDS.sleep(50);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
