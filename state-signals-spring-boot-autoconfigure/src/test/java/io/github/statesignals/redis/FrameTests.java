package io.github.statesignals.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalNotSentException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisServer;

import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Messages that wait for the same Redis channel, and are sent in one. A driver that
 * blocks makes them wait while the server executes no {@code PUBLISH}.
 */
class FrameTests {

	// The ras of a response that the listener fails on.
	private static final int FAILING = 4_711;

	private static final String CHANNEL = "frames";

	private static final Duration AT_MOST = Duration.ofSeconds(20);

	private final List<Map.Entry<String, String>> published = new CopyOnWriteArrayList<>();

	private final List<Object> received = new CopyOnWriteArrayList<>();

	private final List<String> ids = new CopyOnWriteArrayList<>();

	private final List<String> malformed = new CopyOnWriteArrayList<>();

	private final List<AutoCloseable> resources = new ArrayList<>();

	private final String replyTo = SignalChannels.of(CHANNEL).newReplyTo(true);

	private final String otherReplyTo = SignalChannels.of(CHANNEL).newReplyTo(true);

	private final String responses = SignalChannels.of(CHANNEL).responses();

	private final String signals = SignalChannels.of(CHANNEL).signals();

	private int port;

	private RedisCommands<String, String> redis;

	private RedisPubSubSignalTransport transport;

	@BeforeEach
	void startServer() throws Exception {
		this.port = TestRedis.freePort();
		RedisServer server = TestRedis.startServer(this.port);
		this.resources.add(server::stop);
		RedisClient client = RedisClient.create(RedisURI.create("redis://127.0.0.1:" + this.port));
		this.resources.add(() -> client.shutdown(Duration.ZERO, Duration.ofSeconds(5)));
		this.redis = client.connect().sync();
		// Newer servers disconnect subscribers whose user loses a channel.
		command(CommandType.ACL, "SETUSER", "observer", "on", "nopass", "+@all", "allchannels");
		StatefulRedisPubSubConnection<String, String> subscription = client
			.connectPubSub(RedisURI.create("redis://observer:any@127.0.0.1:" + this.port));
		subscription.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String message) {
				FrameTests.this.published.add(Map.entry(channel, message));
			}

		});
		subscription.sync()
			.subscribe(this.replyTo, this.otherReplyTo, this.responses, this.signals,
					SignalChannels.DEFAULT.responses(), SignalChannels.DEFAULT.signals());
	}

	@AfterEach
	void close() throws Exception {
		for (int i = this.resources.size() - 1; i >= 0; i--) {
			this.resources.get(i).close();
		}
	}

	@Test
	void answersThatWaitForAReplyChannelAreSentTogether() {
		startBlocking();
		pause();
		List<CompletableFuture<?>> sent = new ArrayList<>();
		sent.add(answer(0, null));
		IntStream.rangeClosed(1, 600).forEach((i) -> sent.add(answer(i, this.replyTo)));
		assertThat(sent).noneMatch(CompletableFuture::isDone);
		unpause();
		await().untilAsserted(() -> assertThat(lines()).hasSize(601));
		assertThat(this.published).extracting((message) -> message.getValue().split("\n").length)
			.containsExactly(1, 256, 256, 88);
		assertNumbers(0, 600);
		assertThat(sent).allSatisfy((each) -> assertThat(each).succeedsWithin(AT_MOST).isNotEqualTo(0L));
	}

	@Test
	void frameIsBoundedInBytesAndALargerMessageIsSentAlone() {
		startBlocking();
		pause();
		answer(0, null);
		for (int i = 1; i <= 20; i++) {
			answer(i, this.replyTo, "x".repeat((i == 10) ? 100_000 : 10_000));
		}
		unpause();
		await().untilAsserted(() -> assertThat(lines()).hasSize(21));
		assertThat(this.published).extracting((message) -> message.getValue().split("\n").length)
			.containsExactly(1, 6, 3, 1, 6, 4);
		assertThat(this.published).filteredOn((message) -> message.getValue().contains("\n"))
			.allSatisfy((message) -> assertThat(message.getValue().length()).isLessThanOrEqualTo(64 * 1024));
		assertNumbers(0, 20);
	}

	@Test
	void orderIsThatOfSendingAlsoAcrossRedisChannels() {
		startBlocking();
		pause();
		answer(0, null);
		answer(1, this.replyTo);
		answer(2, this.replyTo);
		answer(3, this.otherReplyTo);
		answer(4, this.replyTo);
		answer(5, this.replyTo);
		answer(6, null);
		signal(CHANNEL, 7);
		answer(8, this.replyTo);
		unpause();
		await().untilAsserted(() -> assertThat(lines()).hasSize(9));
		assertNumbers(0, 8);
		assertThat(this.published).extracting(Map.Entry::getKey)
			.containsExactly(this.responses, this.replyTo, this.otherReplyTo, this.replyTo, this.responses,
					this.signals, this.replyTo);
	}

	@Test
	void cancelledMessageThatWaitsIsNotSent() {
		startBlocking();
		pause();
		answer(0, null);
		List<CompletableFuture<?>> sent = new ArrayList<>();
		IntStream.rangeClosed(1, 6).forEach((i) -> sent.add(answer(i, this.replyTo)));
		Stream.of(1, 3, 6).forEach((i) -> sent.get(i - 1).cancel(false));
		unpause();
		Stream.of(2, 4, 5).forEach((i) -> assertThat(sent.get(i - 1)).succeedsWithin(AT_MOST));
		answer(7, this.replyTo);
		await().untilAsserted(() -> assertThat(numbers()).isEqualTo(List.of(0, 2, 4, 5, 7)));
	}

	@Test
	void olderExporterReceivesNoFrames() {
		startBlocking();
		String older = this.replyTo.replace("}:f.", "}:");
		assertThat(older).isNotEqualTo(this.replyTo);
		subscribe(older);
		pause();
		IntStream.range(0, 20).forEach((i) -> answer(i, older));
		unpause();
		await().untilAsserted(() -> assertThat(this.published).hasSize(20));
		assertThat(this.published).allSatisfy((message) -> {
			assertThat(message.getKey()).isEqualTo(older);
			assertThat(message.getValue()).doesNotContain("\n");
		});
		assertNumbers(0, 19);
	}

	@Test
	void answersThatDifferInIdsOnlyAreOneLine() {
		startBlocking();
		pause();
		answer(0, null);
		List<CompletableFuture<?>> sent = new ArrayList<>();
		IntStream.range(0, 300).forEach((i) -> sent.add(plainAnswer("r-1", "" + i, ownReplyTo())));
		IntStream.range(0, 200).forEach((i) -> sent.add(plainAnswer("r-" + i, "300", ownReplyTo())));
		sent.get(7).cancel(false);
		subscribe(ownReplyTo());
		unpause();
		await().untilAsserted(() -> assertThat(this.received).hasSize(500));
		List<Response> expected = Stream
			.concat(Collections.nCopies(299, "r-1").stream(), IntStream.range(0, 200).mapToObj((i) -> "r-" + i))
			.map((responderId) -> new Response(responderId, "p", "e", 1, null))
			.toList();
		assertThat(this.received).startsWith(response(0, "")).endsWith(expected.toArray());
		await().untilAsserted(() -> assertThat(this.published).hasSize(3));
		assertThat(this.published).filteredOn((message) -> message.getKey().equals(ownReplyTo()))
			.extracting((message) -> message.getValue().split("\n").length)
			.containsExactly(1, 2);
		assertThat(this.ids).containsExactlyElementsOf(
				Stream
					.concat(IntStream.range(0, 300).filter((i) -> i != 7).mapToObj(String::valueOf),
							Collections.nCopies(200, "300").stream())
					.toList());
		sent.remove(7);
		assertThat(sent).allSatisfy((each) -> assertThat(each).succeedsWithin(AT_MOST).isEqualTo(2L));
	}

	@Test
	void exporterThatReadsFramesAndNoCombinedAnswersReceivesOneEachLine() {
		startBlocking();
		String older = this.replyTo.replace("}:f.c.", "}:f.");
		assertThat(older).isNotEqualTo(this.replyTo);
		subscribe(older);
		pause();
		answer(0, null);
		IntStream.range(0, 20).forEach((i) -> plainAnswer("r", "" + i, older));
		unpause();
		await().untilAsserted(() -> assertThat(lines()).hasSize(21));
		assertThat(this.published).hasSize(2);
		assertThat(lines().subList(1, 21)).allSatisfy((line) -> assertThat(line).doesNotContain("["));
	}

	@Test
	void nothingIsSentTogetherWherePythonListens() {
		startBlocking();
		pause();
		for (int i = 0; i < 40; i += 2) {
			signal("", i);
			this.transport.send("", response(i + 1, ""), new ResponseExtension("1"), null);
		}
		unpause();
		await().untilAsserted(() -> assertThat(this.published).hasSize(40));
		assertThat(this.published).allSatisfy((message) -> assertThat(message.getValue()).doesNotContain("\n"));
		assertNumbers(0, 39);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void eachMessageOfAFrameThatRedisRefusesFailsAndWasNotSent(boolean blocking) {
		if (blocking) {
			startBlocking();
		}
		else {
			startPipelining();
		}
		acl("resetchannels", "&" + this.responses);
		pause();
		List<CompletableFuture<?>> sent = new ArrayList<>();
		CompletableFuture<?> before = answer(0, null);
		IntStream.range(1, 50).forEach((i) -> sent.add(answer(i, this.replyTo)));
		CompletableFuture<?> after = answer(50, null);
		unpause();
		assertThat(sent).allSatisfy((each) -> assertThat(each).failsWithin(AT_MOST)
			.withThrowableThat()
			.withCauseInstanceOf(SignalNotSentException.class)
			.havingRootCause()
			.withMessageStartingWith("NOPERM"));
		assertThat(sent.get(0)).failsWithin(AT_MOST)
			.withThrowableThat()
			.havingCause()
			.withCauseInstanceOf(PermissionDeniedDataAccessException.class);
		assertThat(before).succeedsWithin(AT_MOST);
		assertThat(after).succeedsWithin(AT_MOST);
		acl("allchannels");
		assertThat(answer(51, this.replyTo)).succeedsWithin(AT_MOST);
		await().untilAsserted(() -> assertThat(numbers()).isEqualTo(List.of(0, 50, 51)));
	}

	@Test
	void manyThreadsSendInTheirOrderAndFewerMessages() throws Exception {
		startPipelining();
		AtomicInteger numbers = new AtomicInteger(-1);
		List<CompletableFuture<?>> sent = new CopyOnWriteArrayList<>();
		List<Thread> threads = IntStream.range(0, 4).mapToObj((i) -> new Thread(() -> {
			for (int j = 0; j < 1_000; j++) {
				synchronized (numbers) {
					sent.add(answer(numbers.incrementAndGet(), this.replyTo));
				}
			}
		})).toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		await().untilAsserted(() -> assertThat(lines()).hasSize(4_000));
		assertNumbers(0, 3_999);
		assertThat(this.published).hasSizeLessThan(4_000)
			.allSatisfy((message) -> assertThat(message.getValue().split("\n").length).isLessThanOrEqualTo(256));
		assertThat(sent).allSatisfy(
				(each) -> assertThat(each).isCompletedWithValueMatching((value) -> value != null && value.equals(1L)));
	}

	@Test
	void messagesBeyondThreeUnconfirmedBatchesCanBeCancelled() {
		startPipelining();
		pause();
		List<CompletableFuture<?>> sent = new ArrayList<>();
		IntStream.range(0, 6_000).forEach((i) -> sent.add(answer(i, null)));
		for (int i = sent.size() - 1; i >= 0; i--) {
			sent.get(i).cancel(false);
		}
		unpause();
		assertThat(answer(6_000, null)).succeedsWithin(AT_MOST);
		await().untilAsserted(() -> assertThat(numbers()).contains(6_000));
		assertThat(numbers()).hasSizeLessThanOrEqualTo(3 * 1_024 + 1).isSorted();
	}

	@Test
	void batchesOfMessagesThatAreNotFramedAreInTheOrderOfSending() {
		startPipelining();
		List<CompletableFuture<?>> sent = new ArrayList<>();
		IntStream.range(0, 5_000).forEach((i) -> sent.add(answer(i, (i % 7 == 0) ? this.replyTo : null)));
		assertThat(sent).allSatisfy((each) -> assertThat(each).succeedsWithin(AT_MOST));
		await().untilAsserted(() -> assertThat(lines()).hasSize(5_000));
		assertNumbers(0, 4_999);
	}

	@Test
	void malformedLineCostsItselfOnly() {
		startPipelining();
		for (String broken : List.of("{\"responder_id\":7}", "{", "", "nonsense", "{\"responder_id\":\"r\",")) {
			this.received.clear();
			this.malformed.clear();
			this.redis.publish(ownReplyTo(), json(1) + "\n" + broken + "\n" + json(2) + "\n" + json(3));
			await().untilAsserted(() -> assertThat(this.received).hasSize(3));
			assertThat(this.malformed).hasSize(1);
		}
		for (String broken : List.of("{\"responder_id\":7}", "{", "nonsense")) {
			this.received.clear();
			this.malformed.clear();
			this.redis.publish(ownReplyTo(), broken + "\n" + json(1) + "\n" + json(2));
			await().untilAsserted(() -> assertThat(this.received).hasSize(2));
			assertThat(this.malformed).hasSize(1);
		}
	}

	@Test
	void whiteSpaceAfterTheObjectOfALineCostsNothing() {
		startPipelining();
		for (String space : List.of("\r", " ", "\t")) {
			this.received.clear();
			this.redis.publish(ownReplyTo(), json(1) + space + "\n" + json(2) + space);
			await().untilAsserted(() -> assertThat(this.received).hasSize(2));
			this.redis.publish(ownReplyTo(), json(3) + space + "\n" + json(4) + space + "\n");
			await().untilAsserted(() -> assertThat(this.received).hasSize(4));
		}
		assertThat(this.malformed).isEmpty();
	}

	@Test
	void messageThatTheListenerFailsOnCostsItselfOnly() {
		startPipelining();
		this.redis.publish(ownReplyTo(), json(1) + "\n" + json(FAILING) + "\n" + json(2));
		await().untilAsserted(() -> assertThat(this.received).hasSize(2));
	}

	@Test
	void signalsThatComeTogetherAreReceivedInTheirOrder() {
		startPipelining();
		String signal = "{\"publisher_id\":\"p\",\"process_name\":\"p\",\"event\":\"e\",\"runner_host\":\"h\","
				+ "\"sample_no\":%d,\"tag\":\"t\",\"metadata\":{\"a\":1}}";
		this.redis.publish(this.signals, signal.formatted(1) + "\n{\"publisher_id\":\"p\",\"event\":\"e\"}\n"
				+ signal.formatted(2) + "\n" + signal.formatted(3));
		await().untilAsserted(() -> assertThat(this.received).hasSize(3));
		assertThat(this.received).map((each) -> ((Signal) each).sampleNo()).containsExactly(1L, 2L, 3L);
		assertThat(this.malformed).hasSize(1);
	}

	@Test
	void frameBeyondTheBoundsIsCountedOnceAndSkipped() {
		startPipelining();
		String line = json(1);
		this.redis.publish(ownReplyTo(), String.join("\n", Collections.nCopies(257, line)));
		this.redis.publish(ownReplyTo(), line.replace("\"e\"", "\"" + "e".repeat(64 * 1024) + "\"") + "\n" + line);
		this.redis.publish(ownReplyTo(), String.join("\n", Collections.nCopies(256, line)));
		await().untilAsserted(() -> assertThat(this.received).hasSize(256));
		assertThat(this.malformed).hasSize(2).allSatisfy((problem) -> assertThat(problem).contains("several messages"));
	}

	private String ownReplyTo() {
		return String.valueOf(this.transport.replyTo(CHANNEL));
	}

	private CompletableFuture<?> plainAnswer(String responderId, String id, String address) {
		return this.transport.send(CHANNEL, new Response(responderId, "p", "e", 1, null), new ResponseExtension(id),
				address);
	}

	private CompletableFuture<?> answer(int number, @Nullable String address) {
		return answer(number, address, "");
	}

	private CompletableFuture<?> answer(int number, @Nullable String address, String message) {
		return this.transport.send(CHANNEL, response(number, message), new ResponseExtension("1"), address);
	}

	private static Response response(int number, String message) {
		return new Response("r", "p", "e", number, message);
	}

	private void signal(String channel, int number) {
		this.transport.send(channel, new Signal("p", "p", "e", "h", number, "t", Map.of()), null);
	}

	private static String json(int number) {
		return "{\"responder_id\":\"r\",\"publisher_id\":\"p\",\"event\":\"e\",\"ras\":" + number + "}";
	}

	private List<String> lines() {
		return this.published.stream().flatMap((message) -> Arrays.stream(message.getValue().split("\n"))).toList();
	}

	private List<Integer> numbers() {
		return lines().stream().map((line) -> {
			String[] parts = line.split("\"(?:ras|sample_no)\":");
			return Integer.valueOf(parts[1].replaceFirst("\\D.*", ""));
		}).toList();
	}

	private void assertNumbers(int first, int last) {
		assertThat(numbers()).isEqualTo(IntStream.rangeClosed(first, last).boxed().toList());
	}

	private void subscribe(String channel) {
		RedisClient client = RedisClient.create(RedisURI.create("redis://127.0.0.1:" + this.port));
		this.resources.add(() -> client.shutdown(Duration.ZERO, Duration.ofSeconds(5)));
		StatefulRedisPubSubConnection<String, String> subscription = client.connectPubSub();
		subscription.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String from, String message) {
				FrameTests.this.published.add(Map.entry(from, message));
			}

		});
		subscription.sync().subscribe(channel);
	}

	private void startBlocking() {
		JedisConnectionFactory factory = RedisTransports
			.started(new JedisConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", this.port),
					JedisClientConfiguration.builder().readTimeout(Duration.ofMinutes(2)).build()));
		this.resources.add(factory::destroy);
		start(factory);
	}

	private void startPipelining() {
		LettuceConnectionFactory factory = RedisTransports
			.started(new LettuceConnectionFactory("127.0.0.1", this.port));
		this.resources.add(factory::destroy);
		start(factory);
	}

	private void start(RedisConnectionFactory factory) {
		this.transport = RedisTransports.broadcast(factory, RedisTransports.settings(AT_MOST, Duration.ZERO));
		this.transport.open(CHANNEL);
		this.transport.open("");
		this.transport.start(new SilentListener() {

			@Override
			public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
				FrameTests.this.received.add(signal);
			}

			@Override
			public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
				if (Integer.valueOf(FAILING).equals(response.ras())) {
					throw new IllegalStateException("on purpose");
				}
				FrameTests.this.received.add(response);
				if (response.message() == null && extension != null) {
					FrameTests.this.ids.add(String.valueOf(extension.id()));
				}
			}

			@Override
			public void onMalformed(String source, String problem) {
				FrameTests.this.malformed.add(problem);
			}

		});
		this.resources.add(this.transport::stop);
	}

	private void pause() {
		command(CommandType.CLIENT, "PAUSE", "600000", "WRITE");
	}

	private void unpause() {
		command(CommandType.CLIENT, "UNPAUSE");
	}

	private void acl(String... rules) {
		command(CommandType.ACL,
				Stream.concat(Stream.of("SETUSER", "default"), Stream.of(rules)).toArray(String[]::new));
	}

	private void command(ProtocolKeyword name, String... words) {
		CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
		Arrays.asList(words).forEach(arguments::add);
		this.redis.dispatch(name, new StatusOutput<>(StringCodec.UTF8), arguments);
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(AT_MOST);
	}

}
