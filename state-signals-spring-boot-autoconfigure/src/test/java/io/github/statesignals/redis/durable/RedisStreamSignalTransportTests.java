package io.github.statesignals.redis.durable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalStatus;
import io.github.statesignals.SignalStatus.Completeness;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.SignalTransportContractTests;
import io.github.statesignals.redis.RedisTransports;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.redis.durable.store.StreamKeys;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.redis.driver.StreamCommands;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.SignalCodec;
import io.lettuce.core.KillArgs;
import io.lettuce.core.Range;
import io.lettuce.core.Consumer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.RedisURI;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RedisStreamSignalTransportTests extends SignalTransportContractTests {

	private static ClientResources resources;

	private static RedisClient client;

	private static RedisCommands<String, String> redis;

	private final List<LettuceConnectionFactory> connectionFactories = new ArrayList<>();

	private final String log = key("log");

	@BeforeAll
	static void connect() {
		resources = ClientResources.create();
		client = RedisClient.create(resources, RedisURI.create(TestRedis.uri()));
		redis = client.connect().sync();
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
		return createTransport(Duration.ofDays(1));
	}

	private RedisStreamSignalTransport createTransport(Duration retention) {
		return createTransport(new DurableChannel(retention, Start.NEW));
	}

	private RedisStreamSignalTransport createTransport(DurableChannel settings) {
		Map<String, DurableChannel> durable = new HashMap<>();
		durable.put(this.channel, settings);
		durable.put(this.channel + ".other", settings);
		IntStream.range(0, 20).forEach((i) -> durable.put(this.channel + "." + i, settings));
		LettuceConnectionFactory connectionFactory = RedisTransports.connect(resources);
		this.connectionFactories.add(connectionFactory);
		return RedisTransports.durable(connectionFactory, RedisTransports.settings(Duration.ofSeconds(1)), durable);
	}

	@Override
	protected void sendUnreadable(SignalTransport.UnreadableSignal signal, String json) {
		redis.xadd(this.log, Map.of("signals", json));
	}

	// They come by two ways, and those of two channels by more.
	@Override
	protected void assertReceived(Application application, List<?> sent) {
		assertThat(application.received()).containsExactlyInAnyOrderElementsOf(sent);
		for (Predicate<Object> kind : List.<Predicate<Object>>of(Signal.class::isInstance,
				Response.class::isInstance)) {
			assertThat(application.received().stream().filter(kind).toList())
				.isEqualTo(sent.stream().filter(kind).toList());
		}
	}

	@Test
	void unacknowledgedSignalsAreReceivedInOrderByTheNextInstance() {
		SignalTransport sender = start().transport();
		RecordingResponder first = keeping("r", (number) -> number != 2);
		sender.send(this.channel, signal("p", 1), null);
		sender.send(this.channel, signal("p", 2), null);
		sender.send(this.channel, signal("p", 3), null);
		await().until(() -> first.numbers.size() == 3);
		await().until(() -> pending("r") == 1);
		first.transport.stop();
		IntStream.rangeClosed(4, 700).forEach((i) -> sender.send(this.channel, signal("p", i), null));
		RecordingResponder second = keeping("r", (number) -> true);
		await().until(() -> second.numbers.size() >= 698);
		List<Integer> expected = new ArrayList<>(List.of(2));
		IntStream.rangeClosed(4, 700).forEach(expected::add);
		assertThat(second.numbers).isEqualTo(expected);
		await().until(() -> pending("r") == 0);
	}

	@Test
	void tasksForAfterReceivingRunAfterAllThatWasReadTogether() {
		SignalTransport sender = start().transport();
		keeping("r", (number) -> true).transport.stop();
		// All are stored before any is read: else they may be read one by one.
		CompletableFuture
			.allOf(IntStream.range(0, 200)
				.mapToObj((i) -> sender.send(this.channel, signal("p", i), null))
				.toArray(CompletableFuture[]::new))
			.join();
		SignalTransport transport = createTransport();
		Queue<String> steps = new ConcurrentLinkedQueue<>();
		keeping("r", transport, (number) -> {
			steps.add("signal");
			transport.afterReceiving(() -> steps.add("task"));
			return true;
		});
		await().until(() -> steps.size() == 400);
		assertThat(String.join(" ", steps)).contains("signal signal signal").contains("task task task");
	}

	@Test
	void oneReadsForANameAndTheOtherTakesOver() {
		SignalTransport sender = start().transport();
		RecordingResponder first = keeping("r", (number) -> true);
		send(sender, 1);
		await().until(() -> first.numbers.size() == 1);
		RecordingResponder second = keeping("r", (number) -> true);
		IntStream.range(2, 50).forEach((i) -> send(sender, i));
		await().until(() -> first.numbers.size() == 49);
		assertThat(second.numbers).isEmpty();
		first.transport.stop();
		send(sender, 50);
		await().until(() -> !second.numbers.isEmpty());
		assertThat(second.numbers).containsExactly(50);
	}

	// One that was frozen between checking the lease and reading, when it continues.
	@Test
	@SuppressWarnings("unchecked")
	void signalsThatAnInstanceWithoutTheLeaseHasReadAreHandledInOrder() {
		SignalTransport sender = start().transport();
		RecordingResponder holder = keeping("r", (number) -> true);
		sendNumbered(sender, 1);
		await().until(() -> holder.numbers.size() == 1);
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			RedisFuture<List<StreamMessage<String, String>>> stray = connection.async()
				.xreadgroup(Consumer.from("r", StreamCommands.CONSUMER), XReadArgs.Builder.block(30_000).count(2),
						StreamOffset.lastConsumed(this.log));
			int next = 2;
			while (!stray.isDone()) {
				sendNumbered(sender, next++);
			}
			sendNumbered(sender, next);
			int last = next;
			await().until(() -> holder.numbers.size() == last);
		}
		assertThat(holder.numbers).isSorted();
	}

	@Test
	void signalsAfterNumbersThatWereNotStoredAreDelivered() {
		SignalTransport sender = start().transport();
		RecordingResponder responder = keeping("r", (number) -> true);
		for (int number : List.of(1, 3, 4, 10, 5, 11)) {
			sendNumbered(sender, number);
		}
		await().until(() -> responder.numbers.equals(List.of(1, 3, 4, 10, 5, 11)));
		await().until(() -> pending("r") == 0);
	}

	@Test
	void signalWithTheLargestNumberStopsNothing() {
		SignalTransport sender = start().transport();
		RecordingResponder responder = keeping("r", (number) -> true);
		sendNumbered(sender, 1, 1);
		sendNumbered(sender, 2, Long.MAX_VALUE);
		sendNumbered(sender, 3, 2);
		await().until(() -> responder.numbers.equals(List.of(1, 2, 3)));
		await().until(() -> pending("r") == 0);
	}

	@Test
	void anInstanceThatHasLostTheLeaseCanNotAcknowledge() {
		Application sender = start();
		RecordingResponder frozen = keepingOne(sender);
		redis.set(key("lease:r"), "another");
		frozen.answer(0);
		send(sender.transport(), 2);
		await().until(() -> sender.count() == 2);
		assertThat(sender.received()).doesNotHaveAnyElementsOfTypes(Response.class);
		assertThat(pending("r")).isGreaterThanOrEqualTo(1);
		redis.del(key("lease:r"));
		await().until(() -> frozen.numbers.size() >= 2 && frozen.numbers.contains(2));
	}

	@Test
	void noHandlerBeginsAfterTheLeaseWasLostAndOneThatHadBegunMayFinish() {
		SignalTransport sender = start().transport();
		RecordingResponder frozen = keeping("r", (number) -> false);
		IntStream.rangeClosed(1, 3).forEach((i) -> send(sender, i));
		await().until(() -> frozen.receipts.size() == 3);
		assertThat(frozen.receipts.get(0).begin()).isTrue();
		redis.psetex(key("lease:r"), 3_000, "another");
		await().until(() -> !frozen.receipts.get(1).begin());
		assertThat(frozen.receipts.get(2).begin()).isFalse();
		frozen.answer(2).join();
		assertThat(pending("r")).isGreaterThanOrEqualTo(2);
		await().until(() -> frozen.numbers.size() == 5);
		assertThat(frozen.numbers).containsExactly(1, 2, 3, 2, 3);
		frozen.answer(0).join();
		frozen.answer(3).join();
		frozen.answer(4).join();
		await().until(() -> pending("r") == 0);
		send(sender, 4);
		await().until(() -> frozen.numbers.equals(List.of(1, 2, 3, 2, 3, 4)));
	}

	@Test
	void signalsThatAnotherInstanceHasReadAreReadAgainAndNotAcknowledged() {
		Application sender = start();
		RecordingResponder frozen = keepingOne(sender);
		anotherReadsAndLeaves("r");
		frozen.answer(0);
		await().until(() -> frozen.receipts.size() == 2);
		assertThat(sender.received()).doesNotHaveAnyElementsOfTypes(Response.class);
		assertThat(pending("r")).isEqualTo(1);
		frozen.answer(1);
		await().until(() -> sender.count() == 2);
		assertThat(sender.received()).filteredOn(Response.class::isInstance).hasSize(1);
		await().until(() -> pending("r") == 0);
		send(sender.transport(), 2);
		await().until(() -> frozen.numbers.equals(List.of(1, 1, 2)));
	}

	@Test
	void signalsThatAnotherInstanceHasReadAreNotAcknowledgedWithANewLeaseEither() {
		Application sender = start();
		RecordingResponder frozen = keepingOne(sender);
		anotherReadsAndLeaves("r");
		await().until(() -> frozen.receipts.size() == 2);
		frozen.answer(0).join();
		assertThat(pending("r")).isEqualTo(1);
		frozen.answer(1).join();
		assertThat(pending("r")).isZero();
		await().until(() -> sender.count() == 2);
		send(sender.transport(), 2);
		await().until(() -> frozen.numbers.equals(List.of(1, 1, 2)));
	}

	@Test
	void answersOfTheInstanceThatReadMeanwhileRemain() {
		Application sender = start();
		RecordingResponder frozen = keeping("r", (number) -> false);
		String id = send(sender.transport(), 1);
		await().until(() -> frozen.receipts.size() == 1);
		String answers = new String(StreamKeys.of(this.channel).answers(id), StandardCharsets.UTF_8);
		redis.hset(answers, id + " r", "theirs");
		redis.xack(this.log, "r", StreamKeys.entry(id));
		anotherReadsAndLeaves("r");
		frozen.answer(0).join();
		send(sender.transport(), 2);
		await().until(() -> frozen.numbers.equals(List.of(1, 2)));
		assertThat(redis.hget(answers, id + " r")).isEqualTo("theirs");
	}

	@Test
	void answerIsNotAnnouncedOnTheReplyChannelOfAnotherChannel() {
		Application sender = start();
		String other = this.channel + ".other";
		sender.transport().open(other);
		keeping("r", (number) -> true);
		sender.transport()
			.send(this.channel, signal("p", 1),
					new SignalExtension("1", 1, 1, 20_000, sender.transport().replyTo(other)));
		await().until(() -> sender.received().stream().anyMatch(Response.class::isInstance));
	}

	@Test
	void theLastReaderIsKnownWhileNoInstanceReads() {
		RecordingResponder first = keeping("r", (number) -> true);
		String lease = key("lease:r");
		String reader = key("reader:r");
		await().until(() -> redis.exists(lease) == 1);
		String before = redis.get(lease);
		assertThat(redis.get(reader)).isEqualTo(before);
		first.transport.stop();
		await().until(() -> redis.exists(lease) == 0);
		assertThat(redis.get(reader)).isEqualTo(before);
		keeping("r", (number) -> true);
		await().until(() -> redis.exists(lease) == 1);
		assertThat(redis.get(reader)).isEqualTo(redis.get(lease)).isNotEqualTo(before);
	}

	@Test
	void anExpiredLeaseThatNoOtherInstanceTookIsTakenAgain() {
		Application sender = start();
		RecordingResponder slow = keepingOne(sender);
		redis.del(key("lease:r"));
		slow.answer(0);
		await().until(() -> sender.received().stream().anyMatch(Response.class::isInstance));
		await().until(() -> pending("r") == 0);
		assertThat(slow.numbers).containsExactly(1);
	}

	@Test
	void theAnswerIsStoredAndCanBeRead() {
		Application application = start();
		RedisStreamSignalTransport sender = (RedisStreamSignalTransport) application.transport();
		RecordingResponder responder = keeping("r", (number) -> false);
		RecordingResponder other = keeping("away", (number) -> true);
		other.transport.stop();
		String id = send(sender, 1);
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		assertThat(channels.responders(this.channel)).contains("r", "away");
		SignalStatus accepted = channels.find(this.channel, id).orElseThrow();
		assertThat(accepted.acknowledged()).isEmpty();
		assertThat(accepted.outstanding()).contains("r", "away");
		assertThat(accepted.isComplete()).isFalse();
		await().until(() -> responder.receipts.size() == 1);
		responder.answer(0);
		await().until(() -> application.received().stream().anyMatch(Response.class::isInstance));
		SignalStatus answered = channels.find(this.channel, id).orElseThrow();
		assertThat(answered.acknowledged()).containsOnlyKeys("r");
		assertThat(answered.acknowledged().get("r").message()).isEqualTo("done");
		assertThat(answered.outstanding()).contains("away").doesNotContain("r");
		assertThat(Math.abs(answered.accepted().toEpochMilli() - System.currentTimeMillis())).isLessThan(60_000);
		assertThat(channels.find(this.channel, "1-1.0")).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> channels.find(this.channel, "nonsense"))
			.withMessageContaining("SignalResult.id()");
		assertThatIllegalArgumentException().isThrownBy(() -> channels.find("none", id))
			.withMessageContaining("state-signals.channels.none.delivery=durable");
	}

	@Test
	void answersWhoseNoticesAreLostCanBeRead() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> number != 2);
		String first = send(sender, 1);
		String second = send(sender, 2);
		await().until(() -> responder.receipts.size() == 2);
		await().until(() -> pending("r") == 1);
		CompletableFuture<List<StoredAnswer>> answered = sender.recall(this.channel, first, List.of("r", "other"));
		CompletableFuture<List<StoredAnswer>> outstanding = sender.recall(this.channel, second, List.of("r"));
		assertThat(answered.join()).singleElement().satisfies((answer) -> {
			assertThat(answer.response()).isEqualTo(new Response("r", "p", "event", 1, "done"));
			assertThat(answer.extension()).isNotNull();
		});
		assertThat(outstanding.join()).isEmpty();
	}

	@Test
	void answersOfManySignalsAreReadTogether() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> true);
		List<String> ids = IntStream.range(0, 50).mapToObj((i) -> send(sender, i)).toList();
		await().until(() -> responder.numbers.size() == 50 && pending("r") == 0);
		List<String> names = IntStream.range(0, 30).mapToObj((i) -> (i == 7) ? "r" : "n" + i).toList();
		List<CompletableFuture<List<StoredAnswer>>> answers = ids.stream()
			.map((id) -> sender.recall(this.channel, id, names))
			.toList();
		assertThat(answers).allSatisfy((answer) -> assertThat(answer.join()).hasSize(1));
	}

	@Test
	void requestsInFlightEndWhenTheTransportStops() {
		RedisStreamSignalTransport sender = exporting().transport;
		String id = send(sender, 1);
		sender.stop();
		assertThat(sender.recall(this.channel, id, List.of("r"))).isCompletedExceptionally();
	}

	@Test
	void nothingIsLostStoredTwiceOrOutOfOrderWhenConnectionsBreak() throws Exception {
		// For it all of them stay.
		keeping("away", (number) -> true).transport.stop();
		SignalTransport sender = start().transport();
		RecordingResponder responder = keeping("r", (number) -> true);
		List<CompletableFuture<?>> sent = new ArrayList<>();
		int signals = 3_000;
		for (int i = 0; i < signals; i++) {
			sent.add(sender.send(this.channel, signal("p", i), null));
			if (i % 500 == 250) {
				redis.clientKill(KillArgs.Builder.typeNormal().skipme(true));
				sent.get(i).join();
			}
		}
		List<Integer> all = IntStream.range(0, signals).boxed().toList();
		sent.forEach(CompletableFuture::join);
		assertThat(sent.stream().map(CompletableFuture::join).distinct()).hasSize(signals);
		assertThat(kept()).isEqualTo(all);
		await().until(() -> responder.distinct().size() == signals);
		assertThat(responder.distinct()).isEqualTo(all);
		await().until(() -> pending("r") == 0);
	}

	private List<Integer> kept() {
		SignalCodec codec = new SignalCodec(DataSize.ofMegabytes(1).toBytes());
		List<Integer> numbers = new ArrayList<>();
		for (StreamMessage<String, String> entry : redis.xrange(this.log, Range.unbounded())) {
			for (String signal : entry.getBody().values().iterator().next().split("\n")) {
				ReceivedSignal read = (ReceivedSignal) codec.readSignal(signal.getBytes(StandardCharsets.UTF_8));
				numbers.add((int) read.signal().sampleNo());
			}
		}
		return numbers;
	}

	@Test
	void signalsThatAllHaveAcknowledgedAreDeleted() {
		SignalTransport sender = start().transport();
		RecordingResponder responder = keeping("r", (number) -> true);
		IntStream.range(0, 100).forEach((i) -> sender.send(this.channel, signal("p", i), null));
		await().until(() -> responder.numbers.size() == 100 && pending("r") == 0);
		redis.del(key("trimmed"));
		await().until(() -> redis.xlen(this.log) <= 1);
	}

	@Test
	void expiredSignalsAreDeletedAndReported() {
		RedisStreamSignalTransport sender = createTransport(Duration.ofMillis(1));
		prepare(sender);
		Application application = new Application(sender);
		RecordingResponder away = keeping("r", (number) -> true);
		away.transport.stop();
		sender.start(application);
		IntStream.range(0, 5).forEach((i) -> send(sender, i));
		redis.del(key("trimmed"));
		await().until(() -> redis.xlen(this.log) == 0);
		RecordingResponder back = keeping("r", (number) -> true);
		await().until(() -> back.dropped.size() == 1);
		assertThat(back.dropped).containsExactly("p: 5");
		assertThat(back.numbers).isEmpty();
		send(sender, 6);
		await().until(() -> back.numbers.equals(List.of(6)));
	}

	@Test
	void pendingEntriesThatAreDeletedAreReported() {
		SignalTransport sender = start().transport();
		RecordingResponder first = keeping("r", (number) -> false);
		send(sender, 1);
		await().until(() -> first.receipts.size() == 1);
		first.transport.stop();
		redis.xtrim(this.log, 0);
		RecordingResponder back = keeping("r", (number) -> true);
		await().until(() -> back.dropped.size() == 1);
		send(sender, 2);
		await().until(() -> back.numbers.equals(List.of(2)));
		await().until(() -> pending("r") == 0);
	}

	@Test
	void aSecondAcknowledgementDoesNotCount() {
		SignalTransport sender = start().transport();
		RecordingResponder responder = keeping("r", (number) -> false);
		responder.refusals = 1;
		// While it refuses the first one, these come together.
		IntStream.range(0, 50).forEach((i) -> sender.send(this.channel, signal("p", i), null));
		await().until(() -> responder.receipts.size() == 50);
		for (int i = 0; i < 49; i++) {
			responder.answer(i);
			responder.answer(i);
		}
		send(sender, 50);
		await().until(() -> responder.numbers.size() == 51);
		responder.transport.stop();
		RecordingResponder next = keeping("r", (number) -> true);
		await().until(() -> next.numbers.size() == 2);
		assertThat(next.numbers).containsExactly(49, 50);
	}

	@Test
	void oneLineThatCanNotBeReadTakesNoOthersWithIt() {
		Application application = start();
		redis.publish("event-signal-response:" + this.channel, """
				{"responder_id": "a", "publisher_id": "p", "event": "e", "ras": 1}
				{"responder_id": "b"}
				{"responder_id": "c", "publisher_id": "p", "event": "e", "ras": 1}""");
		await().until(() -> application.count() == 2 && application.malformed().size() == 1);
		redis.publish("event-signal-response:" + this.channel, """
				{
				  "responder_id": "d", "publisher_id": "p",
				  "event": "e", "ras": 1
				}""");
		await().until(() -> application.count() == 3);
		assertThat(application.received()).extracting((response) -> ((Response) response).responderId())
			.containsExactly("a", "c", "d");
	}

	@Test
	void unreadableSignalsAreSkipped() {
		Application application = start();
		redis.xadd(this.log, Map.of("0", "no JSON"));
		send(application.transport(), 1);
		await().until(() -> application.count() == 1);
		assertThat(application.malformed()).singleElement().asString().startsWith(this.log + ": it is not");
		await().until(() -> redis.xinfoGroups(this.log)
			.stream()
			.allMatch((group) -> group.toString().contains("pending, 0")));
	}

	@Test
	void aRedisThatHasLostEverythingIsAGapAndStoresAgain() {
		RecordingResponder responder = keeping("r", (number) -> true);
		SignalTransport sender = start().transport();
		redis.del(this.log, key("responders"));
		await().until(() -> responder.gaps.contains(true));
		send(sender, 1);
		await().until(() -> responder.numbers.equals(List.of(1)));
	}

	@Test
	void aResponderWhoseRegistrationIsLostWhileItIsIdleIsRegisteredAgain() {
		RedisStreamSignalTransport sender = exporting().transport;
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		RecordingResponder responder = keeping("r", (number) -> true);
		String before = send(sender, 1);
		await().until(() -> channels.find(this.channel, before).orElseThrow().isComplete());
		redis.del(key("responders"));
		await().until(() -> redis.hexists(key("responders"), "r"));
		assertThat(channels.responders(this.channel)).containsExactly("r");
		assertThat(channels.find(this.channel, before).orElseThrow()).satisfies((status) -> {
			assertThat(status.acknowledged()).containsOnlyKeys("r");
			assertThat(status.completeness()).isEqualTo(Completeness.UNKNOWN);
		});
		send(sender, 2);
		await().until(() -> responder.numbers.equals(List.of(1, 2)));
		assertThat(responder.gaps).doesNotContain(true);
	}

	@Test
	void aResponderThatIsDisconnectedWhenItsRegistrationIsLostIsStillOne() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder first = keeping("r", (number) -> true);
		send(sender, 1);
		await().until(() -> first.numbers.equals(List.of(1)));
		first.transport.stop();
		String stored = send(sender, 2);
		sender.stop();
		redis.del(key("responders"));
		// It knows of none, and finds them by their consumer groups.
		RedisDurableChannels channels = new RedisDurableChannels(exporting().transport);
		assertThat(channels.responders(this.channel)).containsExactly("r");
		assertThat(channels.find(this.channel, stored).orElseThrow().completeness()).isEqualTo(Completeness.UNKNOWN);
		RecordingResponder back = keeping("r", (number) -> true);
		await().until(() -> back.numbers.equals(List.of(2)));
	}

	@Test
	void signalsStoredAfterRedisHasLostEverythingAreForTheRegisteredAndOfUnknownStatus() {
		RedisStreamSignalTransport sender = exporting().transport;
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		keeping("away", (number) -> true).transport.stop();
		RecordingResponder responder = keeping("r", (number) -> true);
		assertThat(channels.responders(this.channel)).containsExactlyInAnyOrder("r", "away");
		loseEverything();
		String lost = send(sender, 1);
		await().until(() -> responder.numbers.equals(List.of(1)));
		await()
			.untilAsserted(() -> assertThat(channels.responders(this.channel)).containsExactlyInAnyOrder("r", "away"));
		assertThat(channels.find(this.channel, lost)).hasValueSatisfying((status) -> {
			assertThat(status.isComplete()).isFalse();
			assertThat(status.acknowledged()).containsOnlyKeys("r");
		});
		RecordingResponder back = keeping("away", (number) -> true);
		await().until(() -> back.numbers.equals(List.of(1)));
		await().untilAsserted(() -> assertThat(channels.find(this.channel, lost).orElseThrow()).satisfies((status) -> {
			assertThat(status.acknowledged()).containsOnlyKeys("r", "away");
			assertThat(status.completeness()).isEqualTo(Completeness.UNKNOWN);
		}));
	}

	@Test
	void exportersLearnOfRespondersThatWereAnnouncedWhileTheyDidNotListen() {
		RecordingExporter exporting = exporting();
		redis.hset(key("responders"), Map.of("", "0-0", "silent", "0-0"));
		await().until(() -> exporting.registered.contains("silent"));
		redis.hdel(key("responders"), "silent");
		redis.hset(key("removed"), "silent", "0-0");
		await().until(() -> exporting.removed.contains("silent"));
		assertThat(exporting.registered).containsExactly("silent");
	}

	@Test
	void aResponderWhoseGroupIsDestroyedWhileItIsDisconnectedHandlesUnansweredSignals() {
		SignalTransport sender = exporting().transport;
		RecordingResponder first = keeping("r", (number) -> number != 2);
		IntStream.rangeClosed(1, 3).forEach((i) -> send(sender, i));
		await().until(() -> pending("r") == 1 && first.numbers.size() == 3);
		first.transport.stop();
		send(sender, 4);
		redis.xgroupDestroy(this.log, "r");
		send(sender, 5);
		redis.del(key("trimmed"));
		await().until(() -> redis.exists(key("trimmed")) == 1);
		RecordingResponder back = keeping("r", (number) -> true);
		await().until(() -> back.numbers.size() >= 3);
		send(sender, 6);
		await().until(() -> back.numbers.contains(6));
		assertThat(back.numbers).containsExactly(2, 4, 5, 6);
		assertThat(back.gaps).contains(true);
		await().until(() -> pending("r") == 0);
	}

	@Test
	void aResponderWhoseGroupIsDestroyedWhileItIsConnectedHandlesNothingTwice() {
		SignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> true);
		keeping("away", (number) -> true).transport.stop();
		IntStream.rangeClosed(1, 3).forEach((i) -> send(sender, i));
		await().until(() -> responder.numbers.size() == 3 && pending("r") == 0);
		redis.xgroupDestroy(this.log, "r");
		IntStream.rangeClosed(4, 6).forEach((i) -> send(sender, i));
		await().until(() -> responder.numbers.contains(6));
		assertThat(responder.numbers).containsExactly(1, 2, 3, 4, 5, 6);
	}

	// As after a failover to a replica that was behind, or from a backup.
	@Test
	void aSignalWhoseAcknowledgementRedisHasLostIsNotHandledAgainAfterLaterOnes() {
		SignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> number != 1);
		IntStream.rangeClosed(1, 2).forEach((i) -> send(sender, i));
		await().until(() -> responder.numbers.size() == 2 && pending("r") == 1);
		byte[] before = redis.dump(this.log);
		responder.answer(0).join();
		send(sender, 3);
		await().until(() -> responder.numbers.size() == 3 && pending("r") == 0);
		redis.restore(this.log, before, RestoreArgs.Builder.ttl(0).replace());
		redis.del(redis.keys(key("answers:*")).toArray(String[]::new));
		send(sender, 4);
		await().until(() -> responder.numbers.contains(4) && pending("r") == 0);
		assertThat(responder.numbers).containsExactly(1, 2, 3, 4);
	}

	// As after a failover to a replica that was behind, and whose clock is.
	@Test
	void aSignalThatIsStoredWithTheIdOfALostOneIsHandled() {
		SignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> true);
		byte[] before = redis.dump(this.log);
		IntStream.rangeClosed(1, 2).forEach((i) -> send(sender, i));
		await().until(() -> responder.numbers.size() == 2 && pending("r") == 0);
		List<StreamMessage<String, String>> lost = redis.xrange(this.log, Range.unbounded());
		redis.restore(this.log, before, RestoreArgs.Builder.ttl(0).replace());
		redis.del(redis.keys(key("answers:*")).toArray(String[]::new));
		redis.xadd(this.log, new XAddArgs().id(lost.get(0).getId()), lost.get(1).getBody());
		await().until(() -> responder.numbers.size() == 3 && pending("r") == 0);
		assertThat(responder.numbers).containsExactly(1, 2, 2);
	}

	@Test
	void aSignalThatIsStoredWithTheIdOfALostOneThatIsBeingHandledIsHandled() {
		SignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> number != 1);
		byte[] before = redis.dump(this.log);
		IntStream.rangeClosed(1, 2).forEach((i) -> send(sender, i));
		await().until(() -> responder.numbers.size() == 2 && pending("r") == 1);
		List<StreamMessage<String, String>> lost = redis.xrange(this.log, Range.unbounded());
		redis.restore(this.log, before, RestoreArgs.Builder.ttl(0).replace());
		redis.xadd(this.log, new XAddArgs().id(lost.get(0).getId()), lost.get(1).getBody());
		await().until(() -> responder.numbers.equals(List.of(1, 2, 2)) && pending("r") == 0);
		assertThat(responder.answer(0)).succeedsWithin(Duration.ofSeconds(20));
	}

	@Test
	void aResponderWhoseStreamIsDeletedHandlesAllThatIsStoredAfterwards() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> true);
		send(sender, 1);
		await().until(() -> responder.numbers.size() == 1 && pending("r") == 0);
		redis.del(this.log);
		String after = send(sender, 2);
		await().until(() -> responder.numbers.equals(List.of(1, 2)));
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		await().until(() -> channels.find(this.channel, after).orElseThrow().isComplete());
		assertThat(responder.gaps).contains(true);
	}

	@Test
	void aSignalThatWasStoredForNoResponderIsNotComplete() {
		RedisStreamSignalTransport sender = exporting().transport;
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		String unknown = send(sender, 1);
		assertThat(channels.find(this.channel, unknown).orElseThrow().completeness()).isEqualTo(Completeness.UNKNOWN);
		RecordingResponder first = keeping("r", (number) -> false);
		assertThat(channels.find(this.channel, unknown).orElseThrow().completeness())
			.isEqualTo(Completeness.NOT_ANSWERED);
		String stored = send(sender, 2);
		await().until(() -> first.receipts.size() == 1);
		assertThat(channels.find(this.channel, stored).orElseThrow().completeness())
			.isEqualTo(Completeness.OUTSTANDING);
		first.transport.stop();
		channels.remove(this.channel, "r");
		assertThat(channels.find(this.channel, stored).orElseThrow()).satisfies((status) -> {
			assertThat(status.removed()).containsExactly("r");
			assertThat(status.outstanding()).isEmpty();
			assertThat(status.completeness()).isEqualTo(Completeness.NOT_ANSWERED);
		});
	}

	@Test
	void aResponderThatIsRemovedIsNotRestoredByThoseThatKnewIt() {
		RedisStreamSignalTransport sender = exporting().transport;
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		keeping("r", (number) -> true).transport.stop();
		assertThat(channels.responders(this.channel)).containsExactly("r");
		RedisStreamSignalTransport other = exporting().transport;
		new RedisDurableChannels(other).remove(this.channel, "r");
		assertThat(channels.responders(this.channel)).isEmpty();
		assertThat(channels.responders(this.channel)).isEmpty();
	}

	private void loseEverything() {
		redis.del(redis.keys("event-signal:{" + this.channel + "}:*").toArray(String[]::new));
	}

	@Test
	void nothingMoreIsStoredForARemovedResponder() {
		RecordingExporter exporting = exporting();
		RedisStreamSignalTransport sender = exporting.transport;
		RecordingResponder first = keeping("r", (number) -> true);
		await().until(() -> redis.exists(key("reader:r")) == 1);
		first.transport.stop();
		await().until(() -> exporting.registered.contains("r"));
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		assertThat(channels.remove(this.channel, "r")).isTrue();
		assertThat(redis.exists(key("reader:r"))).isZero();
		assertThat(channels.remove(this.channel, "r")).isFalse();
		assertThat(channels.responders(this.channel)).doesNotContain("r");
		await().until(() -> exporting.removed.contains("r"));
		send(sender, 1);
		RecordingResponder back = keeping("r", (number) -> true);
		send(sender, 2);
		await().until(() -> back.numbers.equals(List.of(2)));
	}

	@Test
	void aListenerWithoutCapacityIsAskedAgainAndMissesNothing() {
		SignalTransport sender = start().transport();
		RecordingResponder responder = keeping("r", (number) -> true);
		responder.refusals = 3;
		IntStream.range(0, 20).forEach((i) -> send(sender, i));
		await().until(() -> responder.numbers.size() == 20);
		assertThat(responder.numbers).isEqualTo(IntStream.range(0, 20).boxed().toList());
		assertThat(responder.refusals).isZero();
	}

	@Test
	void aNewResponderGetsTheLastSignalOfEachEventAndPublisherOnce() {
		DurableChannel settings = new DurableChannel(Duration.ofDays(1), Start.LATEST);
		RedisStreamSignalTransport sender = (RedisStreamSignalTransport) prepare(createTransport(settings));
		sender.start(new RecordingExporter(sender));
		RecordingResponder first = keeping("first", createTransport(settings));
		send(sender, "p", "ready", 1);
		send(sender, "p", "bork", 2);
		send(sender, "q", "bork", 3);
		send(sender, "p", "bork", 4);
		send(sender, "p", Signal.SHUTDOWN, 5);
		await().until(() -> first.numbers.size() == 5 && pending("first") == 0);
		redis.del(key("trimmed"));
		await().until(() -> redis.xlen(this.log) <= 1);
		RecordingResponder second = keeping("second", createTransport(settings));
		await().until(() -> second.numbers.size() == 3);
		send(sender, "p", "ready", 6);
		await().until(() -> second.numbers.equals(List.of(1, 3, 4, 6)) && first.numbers.size() == 6);
		assertThat(first.numbers).containsExactly(1, 2, 3, 4, 5, 6);
		second.transport.stop();
		send(sender, "p", "ready", 7);
		RecordingResponder back = keeping("second", createTransport(settings));
		await().until(() -> back.numbers.equals(List.of(7)));
		back.transport.stop();
		new RedisDurableChannels(sender).remove(this.channel, "second");
		send(sender, "p", "ready", 8);
		RecordingResponder added = keeping("second", createTransport(settings));
		send(sender, "p", "ready", 9);
		await().until(() -> added.numbers.equals(List.of(9)));
	}

	@Test
	void aNewResponderGetsAllSignalsThatAreStored() {
		DurableChannel settings = new DurableChannel(Duration.ofDays(1), Start.ALL);
		RedisStreamSignalTransport sender = (RedisStreamSignalTransport) prepare(createTransport(settings));
		sender.start(new RecordingExporter(sender));
		keeping("away", createTransport(settings)).transport.stop();
		IntStream.rangeClosed(1, 3).forEach((i) -> send(sender, i));
		RecordingResponder responder = keeping("r", createTransport(settings));
		await().until(() -> responder.numbers.equals(List.of(1, 2, 3)));
	}

	@Test
	void aSignalWhoseDeliveryAlwaysFailsIsAnsweredAndSetAsideAndCanBeReplayed() {
		RedisStreamSignalTransport sender = exporting().transport;
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		RecordingResponder responder = keeping("r", (number) -> true);
		RecordingResponder other = keeping("other", (number) -> true);
		responder.failures.put(2, StackOverflowError::new);
		List<String> ids = IntStream.rangeClosed(1, 3).mapToObj((i) -> send(sender, i)).toList();
		await().until(() -> responder.numbers.equals(List.of(1, 3)));
		await().until(() -> channels.find(this.channel, ids.get(1)).orElseThrow().isComplete());
		assertThat(channels.find(this.channel, ids.get(1)).orElseThrow().acknowledged().get("r"))
			.satisfies((answer) -> {
				assertThat(answer.ras()).isZero();
				assertThat(answer.message()).contains("StackOverflowError");
			});
		assertThat(channels.countDeadLetters(this.channel)).isOne();
		assertThat(channels.deadLetters(this.channel, 10)).singleElement().satisfies((letter) -> {
			assertThat(letter.id()).isEqualTo(ids.get(1));
			assertThat(letter.responder()).isEqualTo("r");
			assertThat(letter.reason()).contains("StackOverflowError");
			assertThat(letter.signal()).isEqualTo(signal("p", 2));
		});
		responder.failures.clear();
		assertThat(channels.replay(this.channel, ids.get(1), "other")).isFalse();
		assertThat(channels.replay(this.channel, ids.get(1), "r")).isTrue();
		await().until(() -> responder.numbers.equals(List.of(1, 3, 2)));
		assertThat(channels.deadLetters(this.channel, 10)).isEmpty();
		send(sender, 4);
		await().until(() -> other.numbers.contains(4) && pending("other") == 0);
		assertThat(other.numbers).containsExactly(1, 2, 3, 4);
	}

	@Test
	void aReaderWithoutMemoryGivesUpTheLeaseAndAnotherInstanceTakesOver() {
		SignalTransport sender = start().transport();
		RecordingResponder first = keeping("r", (number) -> true);
		send(sender, 0);
		await().until(() -> first.numbers.size() == 1);
		IntStream.rangeClosed(1, 5).forEach((i) -> first.failures.put(i, OutOfMemoryError::new));
		RecordingResponder second = keeping("r", (number) -> true);
		IntStream.rangeClosed(1, 5).forEach((i) -> send(sender, i));
		await().until(() -> second.numbers.size() == 5);
		assertThat(second.numbers).containsExactly(1, 2, 3, 4, 5);
		assertThat(first.numbers).containsExactly(0);
		await().until(() -> pending("r") == 0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "producer:*", "responders", "removed", "lease:r", "reader:r", "dropped:r", "trimmed",
			"answers:*", "latest" })
	void aKeyThatIsDeletedOrThatAnotherClientHasWrittenStopsNothing(String name) {
		RedisStreamSignalTransport sender = exporting().transport;
		RedisDurableChannels channels = new RedisDurableChannels(sender);
		RecordingResponder responder = keeping("r", (number) -> true);
		send(sender, 1);
		await().until(() -> responder.numbers.equals(List.of(1)) && pending("r") == 0);
		redis.del(keysOf(name).toArray(String[]::new));
		send(sender, 2);
		await().until(() -> responder.numbers.equals(List.of(1, 2)));
		for (String key : keysOf(name)) {
			redis.del(key);
			redis.lpush(key, "written by another client");
		}
		String third = send(sender, 3);
		await().until(() -> responder.numbers.equals(List.of(1, 2, 3)));
		await().until(() -> channels.find(this.channel, third).orElseThrow().acknowledged().containsKey("r"));
		assertThat(sender.recall(this.channel, third, List.of("r")).join()).hasSize(1);
		assertThat(channels.responders(this.channel)).containsExactly("r");
		for (String key : keysOf(name)) {
			redis.del(key);
			if (name.equals("responders") || name.equals("removed") || name.equals("dropped:r")
					|| name.equals("latest")) {
				redis.hset(key, Map.of("", "nonsense", "r", "nonsense"));
			}
			else if (!name.equals("answers:*")) {
				redis.set(key, "nonsense");
			}
		}
		send(sender, 4);
		await().until(() -> responder.numbers.contains(4));
		assertThat(responder.numbers.stream().distinct()).containsExactly(1, 2, 3, 4);
	}

	// The answers to later signals are in keys of later seconds.
	private List<String> keysOf(String name) {
		if (name.equals("answers:*")) {
			long now = Long.parseLong(redis.time().get(0));
			return LongStream.range(now - 5, now + 30).mapToObj((second) -> key("answers:" + second)).toList();
		}
		return name.endsWith("*") ? redis.keys(key(name).replace("{", "\\{")) : List.of(key(name));
	}

	@Test
	void aResponderLearnsOfSignalsThatAnotherClientHasDeletedWhileItWasDisconnected() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder first = keeping("r", (number) -> true);
		send(sender, 0);
		await().until(() -> first.numbers.size() == 1 && pending("r") == 0);
		first.transport.stop();
		RecordingResponder back = learnsOfThreeDeletedSignals(sender);
		back.transport.stop();
		send(sender, 6);
		redis.xtrim(this.log, 0);
		RecordingResponder again = keeping("r", (number) -> true);
		await().until(() -> again.dropped.equals(List.of(": 1")));
		send(sender, 7);
		await().until(() -> again.numbers.equals(List.of(7)));
		again.transport.stop();
		send(sender, 8);
		RecordingResponder last = keeping("r", (number) -> true);
		await().until(() -> last.numbers.equals(List.of(8)));
		assertThat(last.dropped).isEmpty();
	}

	@Test
	void aResponderThatHasReadNothingLearnsOfDeletedSignals() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder first = keeping("r", (number) -> true);
		await().until(() -> redis.exists(key("lease:r")) == 1);
		first.transport.stop();
		learnsOfThreeDeletedSignals(sender);
	}

	private RecordingResponder learnsOfThreeDeletedSignals(RedisStreamSignalTransport sender) {
		IntStream.rangeClosed(1, 5).forEach((i) -> send(sender, i));
		redis.xtrim(this.log, 2);
		RecordingResponder back = keeping("r", (number) -> true);
		await().until(() -> back.numbers.equals(List.of(4, 5)) && pending("r") == 0);
		// Redis 6 has no counters, so only the deletion of all of them is known.
		assertThat(back.dropped)
			.isEqualTo(redis.info("server").contains("redis_version:6") ? List.of() : List.of(": 3"));
		return back;
	}

	@Test
	void aStreamThatIsNoStreamIsNamedAtOnce() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> true);
		send(sender, 1);
		await().until(() -> responder.numbers.equals(List.of(1)) && pending("r") == 0);
		redis.del(this.log);
		redis.lpush(this.log, "written by another client");
		assertThat(sender.send(this.channel, signal("p", 2), null)).failsWithin(Duration.ofSeconds(5))
			.withThrowableThat()
			.withMessageContaining("The key '" + this.log + "' is no stream");
		redis.del(this.log);
		await().until(() -> redis.exists(this.log) == 1);
		send(sender, 3);
		await().until(() -> responder.numbers.equals(List.of(1, 3)));
	}

	@Test
	void anEntryWithAMegabyteOfLinesIsMalformedOnce() {
		SignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> true);
		redis.xadd(this.log, Map.of("signals", "{}\n".repeat(350_000)));
		send(sender, 1);
		await().until(() -> responder.numbers.equals(List.of(1)) && pending("r") == 0);
		assertThat(responder.malformed).containsExactly("the entry has more than 256 lines");
	}

	@Test
	void aResponderThatIsRemovedWhileItRunsLearnsOfTheSignalsThatItMisses() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> true);
		responder.refusals = Integer.MAX_VALUE;
		send(sender, 0);
		await().until(() -> pending("r") == 1);
		IntStream.rangeClosed(1, 5).forEach((i) -> send(sender, i));
		new RedisDurableChannels(sender).remove(this.channel, "r");
		responder.refusals = 0;
		await().until(() -> responder.dropped.equals(List.of(": 5")));
		send(sender, 6);
		await().until(() -> responder.numbers.equals(List.of(0, 6)));
		assertThat(responder.gaps).doesNotContain(true);
	}

	@Test
	void signalsThatAreNotAcknowledgedAreBoundedInBytes() {
		RedisStreamSignalTransport sender = exporting().transport;
		RecordingResponder responder = keeping("r", (number) -> false);
		String large = "x".repeat(900_000);
		for (int i = 0; i < 40; i++) {
			sender.send(this.channel, new Signal("p", "process", "event", "host", i, "", Map.of("large", large)), null)
				.join();
		}
		await().during(Duration.ofSeconds(2)).until(() -> pending("r") > 0 && pending("r") < 12);
		for (int i = 0; i < 40; i++) {
			int next = i;
			await().until(() -> responder.receipts.size() > next);
			responder.answer(next);
		}
		assertThat(responder.numbers).isEqualTo(IntStream.range(0, 40).boxed().toList());
		await().until(() -> pending("r") == 0);
	}

	private void send(SignalTransport sender, String publisherId, String event, int number) {
		sender.send(this.channel, new Signal(publisherId, "process", event, "host", number, "", Map.of()), null).join();
	}

	private void sendNumbered(SignalTransport sender, int number) {
		sendNumbered(sender, number, number);
	}

	private void sendNumbered(SignalTransport sender, int sampleNo, long number) {
		sender
			.send(this.channel, signal("p", sampleNo),
					new SignalExtension("id-" + sampleNo, number, SignalExtension.NONE, SignalExtension.NONE, null))
			.join();
	}

	private String send(SignalTransport sender, int number) {
		Object sent = sender.send(this.channel, signal("p", number), null).join();
		return ((StoredSignal) sent).id();
	}

	private long pending(String group) {
		return redis.xpending(this.log, group).getCount();
	}

	private void anotherReadsAndLeaves(String name) {
		redis.set(key("reader:" + name), "another");
		redis.del(key("lease:" + name));
	}

	private String key(String name) {
		return "event-signal:{" + this.channel + "}:" + name;
	}

	// One that has received a signal, and has not answered.
	private RecordingResponder keepingOne(Application sender) {
		RecordingResponder listener = keeping("r", (number) -> false);
		send(sender.transport(), 1);
		await().until(() -> listener.receipts.size() == 1);
		return listener;
	}

	private RecordingExporter exporting() {
		RecordingExporter listener = new RecordingExporter((RedisStreamSignalTransport) prepare(createTransport()));
		listener.transport.start(listener);
		return listener;
	}

	private RecordingResponder keeping(String name, Predicate<Integer> acknowledged) {
		return keeping(name, createTransport(), acknowledged);
	}

	private RecordingResponder keeping(String name, SignalTransport transport) {
		return keeping(name, transport, (number) -> true);
	}

	private RecordingResponder keeping(String name, SignalTransport transport, Predicate<Integer> acknowledged) {
		RecordingResponder listener = new RecordingResponder(name, prepare(transport), acknowledged);
		listener.transport.start(listener);
		return listener;
	}

}
