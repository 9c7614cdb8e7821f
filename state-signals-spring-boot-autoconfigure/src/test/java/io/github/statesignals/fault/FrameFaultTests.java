package io.github.statesignals.fault;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.Response;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.RedisTransports;
import io.github.statesignals.transport.ResponseExtension;
import io.lettuce.core.event.connection.DisconnectedEvent;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Messages that are sent together while connections break.
 */
@Tag("faults")
@Timeout(120)
class FrameFaultTests {

	private static final String CHANNEL = "frames";

	private static final Pattern LINE = Pattern.compile("\\{\"responder_id\":\"r\",\"publisher_id\":\"p\","
			+ "\"event\":\"e\",\"ras\":(\\d+),\"_ss\":\\{\"v\":1,\"id\":\"1\"\\}\\}");

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@AutoClose("shutdown")
	private final ClientResources resources = ClientResources.create();

	private final Set<SocketAddress> lost = ConcurrentHashMap.newKeySet();

	private RedisProcess server;

	private TcpProxy proxy;

	private RedisPubSubSignalTransport transport;

	private String replyTo;

	private RedisSubscription subscription;

	@BeforeEach
	void start() {
		this.server = this.applications.use(RedisProcess.start());
		this.proxy = this.applications.use(TcpProxy.before(this.server));
		LettuceConnectionFactory factory = RedisTransports.started(
				new LettuceConnectionFactory(new RedisStandaloneConfiguration(this.server.host(), this.proxy.port()),
						LettuceClientConfiguration.builder()
							.shutdownTimeout(Duration.ZERO)
							.clientResources(this.resources)
							.build()));
		this.applications.use(factory::destroy);
		this.transport = RedisTransports.broadcast(factory,
				RedisTransports.settings(RedisProcess.PATIENCE, Duration.ZERO));
		this.transport.open(CHANNEL);
		this.transport.start(new SilentListener());
		this.applications.use(this.transport::stop);
		this.resources.eventBus()
			.get()
			.ofType(DisconnectedEvent.class)
			.subscribe((event) -> this.lost.add(event.localAddress()));
		this.replyTo = String.valueOf(this.transport.replyTo(CHANNEL));
		this.subscription = this.applications.use(new RedisSubscription(this.server.port(), this.replyTo));
	}

	@Test
	void messagesThatWaitForTheConnectionAreSentTogetherAndCancelledOnesAreNot() {
		int connections = this.proxy.connections();
		this.proxy.refuse();
		this.proxy.cut();
		// Messages that the driver sends before it notices are lost, and sent again.
		await().atMost(RedisProcess.PATIENCE).until(() -> this.lost.size() == connections);
		List<CompletableFuture<?>> sent = send(0, 600);
		Set<Integer> cancelled = Set.of(0, 1, 5, 300, 599);
		cancelled.forEach((i) -> sent.get(i).cancel(false));
		this.proxy.accept();
		List<Integer> expected = IntStream.range(0, 600).filter((i) -> !cancelled.contains(i)).boxed().toList();
		await().atMost(RedisProcess.PATIENCE).untilAsserted(() -> assertThat(received()).isEqualTo(expected));
		assertThat(this.subscription.received()).hasSizeLessThan(300);
		expected.forEach((i) -> assertThat(sent.get(i)).succeedsWithin(RedisProcess.PATIENCE));
	}

	@Test
	void cancelledMessageOfAFrameThatWasNotConfirmedIsNotRepeated() {
		this.server.command("CLIENT", "PAUSE", "600000", "WRITE");
		List<CompletableFuture<?>> sent = send(0, 200);
		this.proxy.refuse();
		this.proxy.cut();
		// The driver learns of it when it reads.
		await().atMost(RedisProcess.PATIENCE).until(() -> this.proxy.connections() == 0);
		Set<Integer> cancelled = Set.of(0, 50, 51, 150, 199);
		this.server.command("CLIENT", "UNPAUSE");
		cancelled.forEach((i) -> sent.get(i).cancel(false));
		sent.addAll(send(200, 20));
		this.proxy.accept();
		List<Integer> expected = IntStream.range(0, 220).filter((i) -> !cancelled.contains(i)).boxed().toList();
		await().atMost(RedisProcess.PATIENCE)
			.untilAsserted(() -> assertThat(received()).containsExactlyInAnyOrderElementsOf(expected));
		expected.forEach((i) -> assertThat(sent.get(i)).succeedsWithin(RedisProcess.PATIENCE));
	}

	@Test
	void everyMessageArrivesWholeAlthoughConnectionsAreKilledInTheMiddleOfFrames() {
		List<CompletableFuture<?>> sent = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			sent.addAll(send(i * 1_000, 1_000));
			this.proxy.cut();
		}
		sent.forEach((each) -> assertThat(each).succeedsWithin(RedisProcess.PATIENCE));
		Set<Integer> all = IntStream.range(0, 30_000).boxed().collect(Collectors.toSet());
		await().atMost(RedisProcess.PATIENCE).untilAsserted(() -> assertThat(Set.copyOf(received())).isEqualTo(all));
	}

	private List<CompletableFuture<?>> send(int first, int count) {
		List<CompletableFuture<?>> sent = new ArrayList<>();
		for (int i = first; i < first + count; i++) {
			sent.add(this.transport.send(CHANNEL, new Response("r", "p", "e", i, null), new ResponseExtension("1"),
					this.replyTo));
		}
		return sent;
	}

	private List<Integer> received() {
		return this.subscription.received()
			.stream()
			.flatMap((message) -> Arrays.stream(message.split("\n")))
			.map(LINE::matcher)
			.peek((line) -> assertThat(line.matches()).isTrue())
			.map((line) -> Integer.valueOf(line.group(1)))
			.toList();
	}

}
