package io.github.statesignals.redis;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.SignalTransportContractTests;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransportException;
import io.github.statesignals.wire.SignalCodec;
import io.lettuce.core.KillArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisServer;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RedisPubSubSignalTransportTests extends SignalTransportContractTests {

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(20);

	private static final Duration HEARTBEAT = Duration.ofMillis(200);

	private static final DataSize MAX_PAYLOAD = DataSize.ofKilobytes(512);

	private static ClientResources resources;

	private static RedisClient client;

	private static RedisCommands<String, byte[]> redis;

	private final String signals = "event-signal-pubsub:" + this.channel;

	private final String responses = "event-signal-response:" + this.channel;

	private final List<LettuceConnectionFactory> connectionFactories = new ArrayList<>();

	@BeforeAll
	static void connect() {
		resources = ClientResources.create();
		client = RedisClient.create(resources, RedisURI.create(TestRedis.uri()));
		redis = client.connect(RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE)).sync();
	}

	@AfterAll
	static void disconnect() {
		client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
		resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
	}

	@Override
	protected void release() {
		this.connectionFactories.forEach(LettuceConnectionFactory::destroy);
	}

	@Override
	protected SignalTransport createTransport() {
		return createTransport(TestRedis.port(), CONNECT_TIMEOUT);
	}

	@Override
	protected void sendUnreadable(SignalTransport.UnreadableSignal signal, String json) {
		publish(this.signals, json);
	}

	@Test
	void aSignalThatIsTooLargeIsReportedWithItsFirstFields() {
		Application application = start();
		String large = "x".repeat((int) MAX_PAYLOAD.toBytes());
		String envelope = "{\"publisher_id\":\"p-1\",\"process_name\":\"p\",\"event\":\"e\",\"runner_host\":\"h\","
				+ "\"sample_no\":1,\"tag\":\"t\",\"metadata\":{";
		publish(this.signals, envelope + "\"_ss\":{\"v\":1,\"id\":\"17\"},\"x\":\"" + large + "\"}}");
		publish(this.signals, envelope + "\"x\":\"" + large + "\",\"_ss\":{\"v\":1,\"id\":\"17\"}}}");
		publish(this.signals, "{\"metadata\":\"" + large + "\"," + envelope.substring(1) + "}}");
		await().until(() -> application.malformed().size() == 3 && application.unreadable().size() == 2);
		assertThat(application.unreadable()).allSatisfy((signal) -> {
			assertThat(signal.publisherId()).isEqualTo("p-1");
			assertThat(signal.event()).isEqualTo("e");
			assertThat(signal.tag()).isEqualTo("t");
			assertThat(signal.problem()).contains("bytes, and state-signals.protocol.max-payload allows");
		});
		assertThat(application.unreadable().get(0).extension()).isNotNull();
		assertThat(application.unreadable().get(1).extension()).isNull();
	}

	@Test
	void aResponseThatIsTooLargeIsReceivedWithoutItsMessage() {
		Application application = start();
		publish(this.responses,
				"{\"responder_id\": \"r\", \"publisher_id\": \"p\", \"event\": \"e\", \"ras\": 0, \"message\": \""
						+ "x".repeat((int) MAX_PAYLOAD.toBytes()) + "\"}");
		await().until(() -> application.count() == 1);
		assertThat(application.received()).singleElement().isInstanceOfSatisfying(Response.class, (response) -> {
			assertThat(response.responderId()).isEqualTo("r");
			assertThat(response.ras()).isZero();
			assertThat(response.message()).startsWith("(left out: it has ");
		});
		assertThat(application.malformed()).hasSize(1);
	}

	@Test
	void subscribesOncePerChannelAndOnOneConnection() {
		start();
		start();
		assertThat(subscribers()).containsExactly(2L, 2L);
		assertThat(subscriptions()).hasSize(2).allSatisfy((connection) -> assertThat(connection).contains(" sub=4 "));
	}

	@Test
	void preparedConnectionsReceiveHeartbeatsAloneAndAreUsedByTheStart() {
		RedisPubSubSignalTransport transport = (RedisPubSubSignalTransport) prepare(createTransport());
		transport.prepare();
		transport.prepare();
		await().until(() -> ids().size() == 2);
		await().until(() -> subscriptions().size() == 1);
		assertThat(subscriptions()).allSatisfy((connection) -> assertThat(connection).contains(" sub=1 "));
		assertThat(subscribers()).containsExactly(0L, 0L);
		assertThat(transport.isConnected()).isFalse();
		List<String> prepared = ids();
		Application application = new Application(transport);
		transport.start(application);
		assertThat(ids()).isEqualTo(prepared);
		assertThat(subscribers()).containsExactly(1L, 1L);
		assertThat(application.connections()).containsExactly(false);
		application.send(signal("app", 1));
		await().until(() -> application.count() == 1);
		transport.stop();
		await().until(() -> ids().isEmpty());
	}

	@Test
	void preparedSubscriptionThatWasLostIsReplacedByTheStart() {
		RedisPubSubSignalTransport transport = (RedisPubSubSignalTransport) prepare(createTransport());
		transport.prepare();
		await().until(() -> subscriptions().size() == 1);
		List<String> prepared = ids();
		prepared.forEach((id) -> redis.clientKill(KillArgs.Builder.id(Long.parseLong(id))));
		Application application = new Application(transport);
		transport.start(application);
		assertThat(ids()).doesNotContainAnyElementsOf(prepared);
		assertThat(subscribers()).containsExactly(1L, 1L);
		application.send(signal("app", 1));
		await().until(() -> application.count() == 1);
	}

	@Test
	void preparedConnectionsThatAreNotStartedAreClosed() {
		RedisPubSubSignalTransport transport = (RedisPubSubSignalTransport) createTransport();
		transport.prepare();
		await().until(() -> ids().size() == 2);
		transport.close();
		await().until(() -> ids().isEmpty());
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void preparedSubscriptionEndsBeforeItsConnection(CapturedOutput output) {
		// Those of other tests may still be closing their connections.
		await().until(() -> connectors().isEmpty());
		int start = output.length();
		RedisPubSubSignalTransport transport = (RedisPubSubSignalTransport) createTransport();
		transport.prepare();
		await().until(() -> ids().size() == 2 && connectors().stream().allMatch(this::isWaitingForTheStart));
		transport.close();
		assertThat(connectors()).isEmpty();
		assertThat(ids()).isEmpty();
		assertThat(output.subSequence(start, output.length())).doesNotContain("Connection is already closed");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void subscriptionEndsBeforeItsConnectionAlsoWhileItConnects(CapturedOutput output) {
		await().until(() -> connectors().isEmpty());
		int start = output.length();
		for (int i = 0; i < 20; i++) {
			RedisPubSubSignalTransport transport = (RedisPubSubSignalTransport) createTransport();
			transport.prepare();
			int connections = 1 + i % 2;
			await().pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(1))
				.until(() -> ids().size() >= connections);
			transport.close();
			await().until(() -> connectors().isEmpty() && ids().isEmpty());
		}
		assertThat(output.subSequence(start, output.length())).doesNotContain("Connection is already closed", "ERROR");
	}

	private boolean isWaitingForTheStart(Thread connector) {
		return connector.getState() == Thread.State.WAITING && Stream.of(connector.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(CountDownLatch.class.getName()));
	}

	private static List<Thread> connectors() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("state-signals-connect"))
			.toList();
	}

	@Test
	void startWithoutHeartbeatsUsesThePreparedConnection() {
		RedisPubSubSignalTransport transport = (RedisPubSubSignalTransport) prepare(
				createTransport(TestRedis.port(), CONNECT_TIMEOUT, Duration.ofMinutes(1), Duration.ZERO));
		transport.prepare();
		await().until(() -> ids().size() == 1);
		Application application = new Application(transport);
		transport.start(application);
		assertThat(ids()).hasSize(2);
		assertThat(subscribers()).containsExactly(1L, 1L);
		application.send(signal("app", 1));
		await().until(() -> application.count() == 1);
	}

	/**
	 * The ids of the connections of this test's transports.
	 */
	private List<String> ids() {
		return redis.clientList()
			.lines()
			.filter((connection) -> connection.contains(" name=" + this.channel + " "))
			.map((connection) -> connection.replaceAll("^id=(\\d+) .*", "$1"))
			.collect(Collectors.toList());
	}

	@Test
	void receivesOnlyWantedMessages() {
		SignalTransport transport = prepare(createTransport());
		Wanting listener = new Wanting();
		transport.start(listener);
		assertThat(subscribers()).containsExactly(0L, 0L);
		assertThat(subscriptions()).hasSize(1).allSatisfy((connection) -> assertThat(connection).contains(" sub=1 "));
		listener.signals = true;
		transport.open(this.channel);
		assertThat(subscribers()).containsExactly(1L, 0L);
		listener.responses = true;
		transport.open(this.channel);
		assertThat(subscribers()).containsExactly(1L, 1L);
		transport.open(this.channel);
		assertThat(subscriptions()).hasSize(1).allSatisfy((connection) -> assertThat(connection).contains(" sub=4 "));
	}

	@Test
	void receivesProbesAtItsAddressAlsoIfItWantsNoResponses() {
		SignalTransport transport = prepare(createTransport());
		Wanting listener = new Wanting();
		listener.signals = true;
		transport.start(listener);
		Application other = start();
		Response probe = new Response("r1", "app", "probe", null, null);
		ResponseExtension extension = new ResponseExtension(null, null, null, null, new Probe("nonce", null));
		other.transport().send(this.channel, probe, extension, transport.replyTo(this.channel));
		await().untilAsserted(() -> assertThat(listener.received).containsExactly(probe));
	}

	@Test
	void openingAChannelAgainIsNoGapIfThereAreNoHeartbeats() {
		// Another channel reports gaps then: the first one.
		SignalTransport transport = prepare(
				createTransport(TestRedis.port(), CONNECT_TIMEOUT, Duration.ofMinutes(1), Duration.ZERO));
		Application application = new Application(transport);
		transport.start(application);
		for (String name : List.of(this.channel, this.channel + ".other", this.channel)) {
			transport.open(name);
			int sent = application.count() + 1;
			transport.send(name, signal("app", sent), null);
			await().until(() -> application.count() == sent);
		}
		assertThat(application.connections()).containsExactly(false);
		application.stop();
	}

	@Test
	void containerOfTheApplicationIsUsedAndCallsListenersInOrder() {
		Queue<Runnable> executed = new ConcurrentLinkedQueue<>();
		RedisMessageListenerContainer container = container();
		container.setTaskExecutor(executed::add);
		SignalTransport transport = prepare(createTransport(container));
		Application application = new Application(transport);
		for (int i = 1; i <= 2; i++) {
			int life = i;
			transport.start(application);
			assertThat(container.isListening()).isTrue();
			assertThat(subscribers()).containsExactly(1L, 1L);
			IntStream.rangeClosed(1, 1_000).forEach((number) -> application.send(signal("app", number)));
			await().until(() -> application.count() == 1_000 * life);
			transport.stop();
			assertThat(container.isRunning()).isFalse();
			await().untilAsserted(() -> assertThat(subscribers()).containsExactly(0L, 0L));
		}
		assertThat(application.received().subList(1_000, 2_000))
			.isEqualTo(IntStream.rangeClosed(1, 1_000).mapToObj((i) -> signal("app", i)).toList());
		assertThat(executed).isEmpty();
	}

	@Test
	void aSignalThatArrivesBeforeItCanBeAnsweredIsNotReceived() {
		String end = "end:" + this.signals;
		CountDownLatch dispatched = new CountDownLatch(1);
		RedisMessageListenerContainer container = connected(new RedisMessageListenerContainer() {

			@Override
			public void start() {
				super.start();
				publishSignal(1);
				// On the connection of the signal, and after it.
				addMessageListener((message, pattern) -> dispatched.countDown(), ChannelTopic.of(end));
				publish(end, "");
				await().until(() -> dispatched.getCount() == 0);
			}

		});
		SignalTransport transport = prepare(createTransport(container));
		Application application = new Application(transport);
		transport.start(application);
		publishSignal(2);
		await().until(() -> application.received().contains(signal("app", 2)));
		assertThat(application.received()).containsExactly(signal("app", 2));
	}

	@Test
	void errorHandlerOfTheContainerHandlesTheFailureOfAListener() {
		Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
		RedisMessageListenerContainer container = container();
		container.setErrorHandler(errors::add);
		SignalTransport transport = prepare(createTransport(container));
		Queue<Long> received = new ConcurrentLinkedQueue<>();
		transport.start(new SilentListener() {

			@Override
			public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
				received.add(signal.sampleNo());
				throw new IllegalStateException("sample " + signal.sampleNo());
			}

		});
		transport.send(this.channel, signal("app", 1), null);
		transport.send(this.channel, signal("app", 2), null);
		await().until(() -> errors.size() == 2);
		assertThat(errors).extracting(Throwable::getMessage).containsExactly("sample 1", "sample 2");
		assertThat(received).containsExactly(1L, 2L);
	}

	@Test
	void containerThatWouldSubscribeOnTheThreadThatStartsItIsRefused() {
		JedisConnectionFactory jedis = RedisTransports
			.started(new JedisConnectionFactory(new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port())));
		RedisMessageListenerContainer container = new RedisMessageListenerContainer();
		container.setConnectionFactory(jedis);
		container.setTaskExecutor(new SyncTaskExecutor());
		try {
			SignalTransport transport = prepare(
					new RedisPubSubSignalTransport(jedis, container, settings(Duration.ofSeconds(8), HEARTBEAT)));
			assertThatExceptionOfType(SignalTransportException.class)
				.isThrownBy(() -> transport.start(new Application(transport)))
				.satisfies((ex) -> assertThat(ex.getRemedy()).contains("Set the subscription executor"))
				.havingRootCause()
				.withMessageContaining("stateSignalsListenerContainer");
		}
		finally {
			jedis.destroy();
		}
	}

	@Test
	void canBeStartedAgainAfterTheContainerFailedToStop() {
		AtomicBoolean failing = new AtomicBoolean();
		RedisMessageListenerContainer container = container(() -> {
			if (failing.getAndSet(false)) {
				throw new IllegalStateException("on purpose");
			}
		});
		SignalTransport transport = prepare(createTransport(container));
		transport.start(new Application(transport));
		failing.set(true);
		transport.stop();
		assertThat(async(() -> transport.start(new Application(transport)))).succeedsWithin(CONNECT_TIMEOUT);
		assertThat(transport.isConnected()).isTrue();
	}

	@Test
	void connectsAgainAfterTheContainerFailedToStopBetweenTwoAttempts() {
		AtomicInteger stops = new AtomicInteger();
		SignalTransport transport = prepare(createTransport(container(() -> {
			if (stops.incrementAndGet() <= 2) {
				throw new IllegalStateException("on purpose");
			}
		})));
		assertThat(async(() -> transport.start(new Application(transport)))).succeedsWithin(CONNECT_TIMEOUT);
	}

	@Test
	void connectsAgainAfterTheListenerFailed() {
		AtomicInteger calls = new AtomicInteger();
		SignalTransport transport = prepare(createTransport());
		assertThat(async(() -> transport.start(new SilentListener() {

			@Override
			public void onConnected(boolean gap) {
				if (calls.incrementAndGet() == 1) {
					throw new IllegalStateException("on purpose");
				}
			}

		}))).succeedsWithin(CONNECT_TIMEOUT);
		assertThat(calls).hasValue(2);
		assertThat(transport.send(this.channel, signal("app", 1), null)).succeedsWithin(CONNECT_TIMEOUT);
	}

	@Test
	void canBeStoppedWhileTheListenerOpensAChannel() {
		SignalTransport transport = prepare(createTransport());
		CountDownLatch received = new CountDownLatch(1);
		AtomicReference<Thread> stopper = new AtomicReference<>();
		CompletableFuture<Void> opened = new CompletableFuture<>();
		transport.start(new SilentListener() {

			@Override
			public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
				received.countDown();
				await().until(() -> stopper.get() != null && stopper.get().getState() == Thread.State.WAITING);
				transport.open(channel + "-other");
				opened.complete(null);
			}

		});
		transport.send(this.channel, signal("app", 1), null);
		await().until(() -> received.getCount() == 0);
		CompletableFuture<Void> stopped = async(() -> {
			stopper.set(Thread.currentThread());
			transport.stop();
		});
		assertThat(opened).succeedsWithin(CONNECT_TIMEOUT);
		assertThat(stopped).succeedsWithin(CONNECT_TIMEOUT);
	}

	@Test
	void connectionsDoNotComeFromThePoolOfTheApplication() {
		LettuceConnectionFactory pooling = connect(
				new LettuceConnectionFactory(new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port()),
						LettucePoolingClientConfiguration.builder()
							.clientName(this.channel)
							.clientResources(resources)
							.build()));
		SignalTransport transport = prepare(RedisTransports.broadcast(pooling, settings(CONNECT_TIMEOUT, HEARTBEAT)));
		transport.start(new Application(transport));
		assertThat(ids()).hasSize(2);
		transport.stop();
		await().until(() -> ids().isEmpty());
	}

	private RedisMessageListenerContainer container() {
		return container(() -> {
		});
	}

	private RedisMessageListenerContainer container(Runnable stopping) {
		RedisMessageListenerContainer container = new RedisMessageListenerContainer() {

			@Override
			public void stop() {
				super.stop();
				stopping.run();
			}

		};
		return connected(container);
	}

	private RedisMessageListenerContainer connected(RedisMessageListenerContainer container) {
		container.setConnectionFactory(connect(
				new LettuceConnectionFactory(new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port()),
						LettuceClientConfiguration.builder()
							.clientResources(resources)
							.shutdownTimeout(Duration.ZERO)
							.build())));
		return container;
	}

	private SignalTransport createTransport(RedisMessageListenerContainer container) {
		return new RedisPubSubSignalTransport(Objects.requireNonNull(container.getConnectionFactory()), container,
				settings(CONNECT_TIMEOUT, HEARTBEAT));
	}

	private LettuceConnectionFactory connect(LettuceConnectionFactory connectionFactory) {
		this.connectionFactories.add(connectionFactory);
		return RedisTransports.started(connectionFactory);
	}

	@Test
	void carriesPayloadsOfAnyLength() {
		Application application = start();
		List<Object> sent = new ArrayList<>();
		for (int length : new int[] { 0, 1, 9, 10, 99, 100, 500, 800, 999, 1_000, 4_096, 9_999, 10_000, 99_999, 100_000,
				400_000 }) {
			for (int more = -3; more <= 3; more++) {
				Signal signal = new Signal("app", "p", "e", "h", length, "t",
						Map.of("x", "x".repeat(Math.max(length + more, 0))));
				application.send(signal);
				sent.add(signal);
			}
		}
		await().untilAsserted(() -> assertThat(application.count()).isEqualTo(sent.size()));
		assertThat(application.received()).isEqualTo(sent);
	}

	@Test
	void channelsWhoseNamesAreOfTheSameLengthAreNotMistakenForEachOther() {
		Application application = start();
		List<String> names = List.of(this.channel + ".1", this.channel + ".2", this.channel + ".3");
		names.forEach(application.transport()::open);
		List<Object> sent = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			String name = names.get(i % 3);
			application.transport().send(name, signal("app", i), null);
			sent.add(Map.entry(name, signal("app", i)));
		}
		await().until(() -> application.count() == 300);
		assertThat(application.received()).isEqualTo(sent);
	}

	@Test
	void aTaskForAfterReceivingDoesNotInterruptTheListener() {
		SignalTransport transport = prepare(createTransport());
		AtomicInteger receiving = new AtomicInteger();
		Queue<Boolean> interrupted = new ConcurrentLinkedQueue<>();
		transport.start(new SilentListener() {

			@Override
			public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
				receiving.set(1);
				transport.afterReceiving(() -> interrupted.add(receiving.get() == 1));
				receiving.set(0);
			}

		});
		for (int i = 0; i < 100; i++) {
			transport.send(this.channel, signal("app", i), null);
		}
		await().until(() -> interrupted.size() == 100);
		assertThat(interrupted).containsOnly(false);
		receiving.set(1);
		transport.afterReceiving(() -> interrupted.add(receiving.get() == 1));
		assertThat(interrupted).as("at once on other threads").hasSize(101).contains(true);
	}

	@Test
	void aTaskForAfterReceivingRunsAfterAllThatWasReadTogether() {
		SignalTransport transport = prepare(createTransport());
		Queue<String> steps = new ConcurrentLinkedQueue<>();
		CountDownLatch published = new CountDownLatch(1);
		transport.start(new SilentListener() {

			@Override
			public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
				steps.add("signal " + signal.sampleNo());
				transport.afterReceiving(() -> steps.add("task " + signal.sampleNo()));
				await().until(() -> published.getCount() == 0);
			}

		});
		SignalCodec codec = new SignalCodec(MAX_PAYLOAD.toBytes());
		redis.publish(this.signals, codec.write(signal("app", 1), null));
		await().until(() -> steps.contains("signal 1"));
		redis.publish(this.signals, codec.write(signal("app", 2), null));
		redis.publish(this.signals, codec.write(signal("app", 3), null));
		published.countDown();
		await().until(() -> steps.size() == 6);
		assertThat(steps).containsExactly("signal 1", "task 1", "signal 2", "signal 3", "task 2", "task 3");
	}

	@Test
	void aTransportThatIsStoppedLeavesNoSubscriptionBehind() {
		for (int i = 0; i < 3; i++) {
			Application application = start();
			assertThat(subscribers()).containsExactly(1L, 1L);
			application.stop();
			await().untilAsserted(() -> assertThat(subscribers()).containsExactly(0L, 0L));
			await().untilAsserted(() -> assertThat(subscriptions()).isEmpty());
		}
	}

	@Test
	void messagesFromBeforeTheStopAreSent() {
		Application other = start();
		for (int i = 0; i < 10; i++) {
			Application leaving = start();
			for (int j = 0; j < 100; j++) {
				leaving.send(signal("leaving", i * 100 + j));
			}
			leaving.stop();
			// As an application does that ends.
			this.connectionFactories.remove(this.connectionFactories.size() - 1).destroy();
		}
		await().until(() -> other.count() == 1_000);
	}

	@Test
	void skipsAndReportsMalformedMessages() {
		Application application = start();
		publish(this.signals, "s3cr3t");
		publish(this.signals, "{\"publisher_id\":\"s3cr3t\"}");
		publish(this.signals, "x".repeat((int) MAX_PAYLOAD.toBytes() + 1));
		application.send(signal("good", 1));
		publish(this.responses, "[".repeat(100_000));
		publish(this.responses, "{\"responder_id\":\"s3cr3t\",\"publisher_id\":null}");
		publish(this.responses, "{\"responder_id\":\"r\",\"publisher_id\":\"s3cr3t\",\"event\":5,\"ras\":1}");
		application.send(response("good", 2));
		await().untilAsserted(
				() -> assertThat(application.received()).containsExactly(signal("good", 1), response("good", 2)));
		assertThat(application.malformed()).hasSize(6).noneMatch((problem) -> problem.contains("s3cr3t"));
		assertThat(application.malformed().subList(0, 3))
			.allSatisfy((problem) -> assertThat(problem).startsWith(this.signals + ": "));
		assertThat(application.malformed().subList(3, 6))
			.allSatisfy((problem) -> assertThat(problem).startsWith(this.responses + ": "));
	}

	@Test
	void sendsAProbeToNoOtherThanTheAddressOfAnApplication() {
		Application application = start();
		Response probe = new Response("r", "p", "probe", null, null);
		ResponseExtension extension = new ResponseExtension(null, null, null, null, new Probe("nonce", null));
		for (String address : new String[] { null, "", "elsewhere", this.responses, this.signals }) {
			application.transport().send(this.channel, probe, extension, address);
		}
		application.transport().send(this.channel, response("answer", 1), null, "elsewhere");
		application.transport().send(this.channel, probe, extension, application.transport().replyTo(this.channel));
		await().untilAsserted(() -> assertThat(application.received()).containsExactly(response("answer", 1), probe));
	}

	@Test
	void receivesAgainAfterALostConnectionAndReportsTheGap() {
		Application application = start();
		Application other = start();
		for (int i = 1; i <= 3; i++) {
			int kills = i;
			subscriptions().forEach((connection) -> redis
				.clientKill(KillArgs.Builder.id(Long.parseLong(connection.replaceFirst("^id=(\\d+) .*", "$1")))));
			await().untilAsserted(() -> assertThat(application.connections()).hasSize(1 + kills));
			await().untilAsserted(() -> assertThat(other.connections()).hasSize(1 + kills));
			assertThat(subscribers()).containsExactly(2L, 2L);
			other.send(signal("other", i));
			other.send(response("other", i));
			await().until(() -> application.count() == 2 * kills && other.count() == 2 * kills);
		}
		assertThat(application.connections()).containsExactly(false, true, true, true);
		assertThat(other.connections()).containsExactly(false, true, true, true);
	}

	@Test
	void failsToStartWhereThereIsNoRedisAndNamesTheChannelsAndTheProperty() throws IOException {
		int port = TestRedis.freePort();
		SignalTransport transport = prepare(createTransport(port, Duration.ofSeconds(1)));
		Application application = new Application(transport);
		assertThatExceptionOfType(SignalTransportException.class).isThrownBy(() -> transport.start(application))
			.withMessageContainingAll(this.signals, this.responses, "state-signals.connect-timeout")
			.havingCause();
		assertThat(transport.isConnected()).isFalse();
		assertThatSendingFails(transport);
		RedisServer server = TestRedis.startServer(port);
		try {
			transport.start(application);
			application.send(signal("app", 1));
			await().untilAsserted(() -> assertThat(application.received()).containsExactly(signal("app", 1)));
			assertThat(application.connections()).containsExactly(false);
			application.stop();
		}
		finally {
			server.stop();
		}
	}

	@Test
	void givesUpInTimeWhereSomethingListensThatIsSilent() throws IOException {
		try (ServerSocket silent = new ServerSocket(0)) {
			SignalTransport transport = prepare(createTransport(silent.getLocalPort(), Duration.ofMillis(200)));
			Application application = new Application(transport);
			// The driver itself waits for a minute.
			assertThat(async(() -> transport.start(application))).failsWithin(Duration.ofSeconds(20))
				.withThrowableThat()
				.withCauseInstanceOf(SignalTransportException.class);
		}
	}

	@Test
	void openingAChannelDoesNotWaitForASilentServer() throws IOException {
		try (ServerSocket silent = new ServerSocket(0)) {
			SignalTransport transport = prepare(createTransport(silent.getLocalPort(), Duration.ZERO));
			transport.start(new Application(transport));
			assertThat(async(() -> transport.open(this.channel + ".opened"))).succeedsWithin(Duration.ofSeconds(20));
		}
	}

	@Test
	void receivesOnChannelsThatWereOpenedWhileItConnected() throws IOException {
		int port = TestRedis.freePort();
		RedisServer server = TestRedis.startServer(port);
		try (StatefulRedisConnection<String, String> connection = client
			.connect(RedisURI.create("redis://127.0.0.1:" + port))) {
			// It answers no client for that time.
			connection.sync().clientPause(500);
			SignalTransport transport = prepare(createTransport(port, Duration.ZERO));
			Application application = new Application(transport);
			transport.start(application);
			List<String> opened = new ArrayList<>();
			await().until(() -> {
				if (transport.isConnected()) {
					return true;
				}
				opened.add(this.channel + "." + opened.size());
				transport.open(opened.get(opened.size() - 1));
				return false;
			});
			assertThat(opened).isNotEmpty();
			List<Object> sent = new ArrayList<>();
			for (String name : opened) {
				transport.send(name, signal("app", 1), null);
				transport.send(name, response("app", 2), null, null);
				sent.addAll(List.of(Map.entry(name, signal("app", 1)), Map.entry(name, response("app", 2))));
			}
			await().untilAsserted(() -> assertThat(application.received()).isEqualTo(sent));
			application.stop();
		}
		finally {
			server.stop();
		}
	}

	@Test
	void channelsThatManyThreadsOpenAtOnceAreSubscribedOnceEach() {
		Application application = start();
		List<String> opened = new ArrayList<>();
		for (int round = 0; round < 200; round++) {
			String same = this.channel + "." + round;
			opened.add(same);
			CompletableFuture<?>[] threads = new CompletableFuture<?>[3];
			for (int i = 0; i < threads.length; i++) {
				String other = same + "." + i;
				opened.add(other);
				threads[i] = async(() -> {
					application.transport().open(same);
					application.transport().open(other);
				});
			}
			assertThat(CompletableFuture.allOf(threads)).succeedsWithin(CONNECT_TIMEOUT);
		}
		String[] signals = opened.stream().map((name) -> "event-signal-pubsub:" + name).toArray(String[]::new);
		assertThat(redis.pubsubNumsub(signals)).hasSize(800).allSatisfy((name, count) -> assertThat(count).isOne());
		opened.forEach((name) -> application.transport().send(name, signal("app", 1), null));
		application.send(signal("last", 1));
		await().until(() -> application.received().contains(signal("last", 1)));
		assertThat(application.count()).isEqualTo(801);
		assertThat(application.connections()).containsExactly(false);
		application.stop();
		await().untilAsserted(() -> assertThat(redis.pubsubNumsub(signals).values()).containsOnly(0L));
	}

	@Test
	void aChannelThatIsOpenedWhileRedisIsDownReceivesOnceItIsUp() throws IOException {
		int port = TestRedis.freePort();
		RedisServer server = TestRedis.startServer(port);
		String opened = this.channel + ".opened";
		SignalTransport transport = prepare(createTransport(port, CONNECT_TIMEOUT, Duration.ofSeconds(2)));
		Application application = new Application(transport);
		transport.start(application);
		try {
			server.stop();
			transport.open(opened);
			server = TestRedis.startServer(port);
			await().untilAsserted(() -> assertThat(application.connections()).containsExactly(false, true));
			transport.send(opened, signal("app", 1), null);
			transport.send(opened, response("app", 2), null, null);
			await().until(() -> application.count() == 2);
			assertThat(application.received()).containsExactly(Map.entry(opened, signal("app", 1)),
					Map.entry(opened, response("app", 2)));
			application.stop();
		}
		finally {
			server.stop();
		}
	}

	@Test
	void connectsInTheBackgroundIfItsConnectTimeoutIsZero() throws IOException {
		int port = TestRedis.freePort();
		SignalTransport transport = prepare(createTransport(port, Duration.ZERO));
		Application application = new Application(transport);
		transport.start(application);
		assertThat(transport.isConnected()).isFalse();
		assertThatSendingFails(transport);
		assertThat(application.connections()).isEmpty();
		RedisServer server = TestRedis.startServer(port);
		try {
			await().until(transport::isConnected);
			await().untilAsserted(() -> assertThat(application.connections()).containsExactly(false));
			application.send(signal("app", 1));
			await().untilAsserted(() -> assertThat(application.received()).containsExactly(signal("app", 1)));
			assertThat(application.connections()).containsExactly(false);
			application.stop();
		}
		finally {
			server.stop();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectsAfterAnAttemptThatFailsWithAnError(boolean early) {
		LettuceConnectionFactory connectionFactory = new LettuceConnectionFactory(TestRedis.host(), TestRedis.port());
		connect(connectionFactory);
		AtomicInteger attempts = new AtomicInteger();
		RedisConnectionFactory failing = (RedisConnectionFactory) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { RedisConnectionFactory.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("getConnection") && attempts.incrementAndGet() == 1) {
						throw new OutOfMemoryError("unable to create native thread, on purpose");
					}
					return method.invoke(connectionFactory, arguments);
				});
		RedisPubSubSignalTransport transport = new RedisPubSubSignalTransport(failing,
				RedisPubSubSignalTransport.createListenerContainer(connectionFactory),
				settings(CONNECT_TIMEOUT, HEARTBEAT));
		prepare(transport);
		if (early) {
			transport.prepare();
			await().until(() -> attempts.get() == 1);
		}
		Application application = new Application(transport);
		transport.start(application);
		application.send(signal("app", 1));
		await().until(() -> application.count() == 1);
		transport.stop();
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 600 })
	void startEndsWithTheConnection(int limit) {
		SignalTransport transport = prepare(createTransport(TestRedis.port(), Duration.ofSeconds(limit)));
		assertThat(async(() -> transport.start(new Application(transport)))).succeedsWithin(CONNECT_TIMEOUT);
		assertThat(transport.isConnected()).isTrue();
		transport.stop();
	}

	@Test
	void canBeStoppedWhileItStillTriesToConnect() {
		SignalTransport patient = prepare(createTransport(TestRedis.freePort(), Duration.ofSeconds(-1)));
		Application application = new Application(patient);
		CompletableFuture<Void> start = async(() -> patient.start(application));
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.anyMatch((thread) -> thread.getName().equals("state-signals-connect")));
		assertThat(async(patient::stop)).succeedsWithin(CONNECT_TIMEOUT);
		// It may return or throw.
		assertThat(start.handle((started, ex) -> true)).succeedsWithin(CONNECT_TIMEOUT);
		assertThat(patient.isConnected()).isFalse();
		assertThat(application.connections()).isEmpty();
	}

	private SignalTransport createTransport(int port, Duration connectTimeout) {
		return createTransport(port, connectTimeout, Duration.ofMinutes(1));
	}

	private SignalTransport createTransport(int port, Duration connectTimeout, Duration commandTimeout) {
		return createTransport(port, connectTimeout, commandTimeout, HEARTBEAT);
	}

	private SignalTransport createTransport(int port, Duration connectTimeout, Duration commandTimeout,
			Duration heartbeatInterval) {
		LettuceConnectionFactory connectionFactory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration(TestRedis.host(), port),
				LettuceClientConfiguration.builder()
					.clientResources(resources)
					.clientName(this.channel)
					.commandTimeout(commandTimeout)
					.shutdownTimeout(Duration.ZERO)
					.build());
		connect(connectionFactory);
		return RedisTransports.broadcast(connectionFactory, settings(connectTimeout, heartbeatInterval));
	}

	private static RedisPubSubSignalTransport.Settings settings(Duration connectTimeout, Duration heartbeatInterval) {
		return new RedisPubSubSignalTransport.Settings(connectTimeout, MAX_PAYLOAD, heartbeatInterval, true, null);
	}

	private void publish(String channel, String payload) {
		redis.publish(channel, payload.getBytes(StandardCharsets.UTF_8));
	}

	private void publishSignal(int number) {
		publish(this.signals,
				"{\"publisher_id\":\"app\",\"process_name\":\"process\",\"event\":\"event\","
						+ "\"runner_host\":\"host\",\"sample_no\":" + number
						+ ",\"tag\":\"tag\",\"metadata\":{\"number\":" + number + "}}");
	}

	private List<Long> subscribers() {
		return List.copyOf(redis.pubsubNumsub(this.signals, this.responses).values());
	}

	/**
	 * The connections of this test's transports that are subscribed to a channel.
	 */
	private List<String> subscriptions() {
		return redis.clientList()
			.lines()
			.filter((connection) -> connection.contains(" name=" + this.channel + " ")
					&& !connection.contains(" sub=0 "))
			.collect(Collectors.toList());
	}

	private static final class Wanting extends SilentListener {

		private volatile boolean signals;

		private volatile boolean responses;

		private final List<Response> received = new CopyOnWriteArrayList<>();

		@Override
		public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
			this.received.add(response);
		}

		@Override
		public boolean wantsSignals(String channel) {
			return this.signals;
		}

		@Override
		public boolean wantsResponses(String channel) {
			return this.responses;
		}

	}

}
