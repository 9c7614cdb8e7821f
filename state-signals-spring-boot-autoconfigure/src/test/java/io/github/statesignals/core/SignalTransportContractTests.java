package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What a {@link SignalTransport} promises. Every implementation has a test class that
 * extends this one.
 */
public abstract class SignalTransportContractTests {

	private static final Duration AT_MOST = Duration.ofSeconds(20);

	/**
	 * The channel of one test.
	 */
	protected final String channel = "contract-" + UUID.randomUUID();

	private final List<SignalTransport> transports = new CopyOnWriteArrayList<>();

	// The ends of answers that transports have reported.
	private final AtomicInteger reports = new AtomicInteger();

	private Set<Thread> threadsBefore = Set.of();

	/**
	 * Create a transport. Those of one test receive from each other and no others, and
	 * each is as if of a separate application.
	 * @return the transport, not started
	 */
	protected abstract SignalTransport createTransport();

	@BeforeEach
	void rememberThreads() {
		this.threadsBefore = transportThreads();
	}

	@AfterEach
	final void stopTransports() {
		this.transports.forEach(SignalTransport::stop);
		release();
	}

	@Test
	void channelsAreSeparate() {
		String other = this.channel + ".other";
		Application both = start();
		both.transport().open(other);
		Application one = start();
		SignalTransport transport = createTransport();
		transport.open(other);
		Application another = new Application(transport);
		transport.start(another);
		try {
			both.transport().send(other, signal("both", 1), null);
			both.transport().send(other, response("both", 2), null, null);
			both.send(signal("both", 3));
			both.send(response("both", 4));
			transport.send(other, signal("another", 5), null);
			one.send(signal("one", 6));
			await().until(() -> both.count() == 6 && one.count() == 3 && another.count() == 3);
			assertThat(both.received()).containsExactlyInAnyOrder(Map.entry(other, signal("both", 1)),
					Map.entry(other, response("both", 2)), signal("both", 3), response("both", 4),
					Map.entry(other, signal("another", 5)), signal("one", 6));
			assertThat(one.received()).containsExactlyInAnyOrder(signal("both", 3), response("both", 4),
					signal("one", 6));
			assertThat(another.received()).containsExactlyInAnyOrder(Map.entry(other, signal("both", 1)),
					Map.entry(other, response("both", 2)), Map.entry(other, signal("another", 5)));
		}
		finally {
			transport.stop();
		}
	}

	@Test
	void messagesThatManyThreadsSendInTurnAreReceivedInThatOrder() throws Exception {
		Application application = start();
		int signals = 4_000;
		AtomicInteger numbers = new AtomicInteger();
		Runnable next = new Runnable() {

			@Override
			public void run() {
				CompletableFuture<?> sent;
				// Calling itself for each that is sent at once would overflow the stack.
				do {
					synchronized (numbers) {
						if (numbers.get() == signals) {
							return;
						}
						sent = application.transport()
							.send(SignalTransportContractTests.this.channel, signal("app", numbers.getAndIncrement()),
									null);
					}
				}
				while (sent.isDone());
				// On any thread.
				sent.whenComplete((nothing, ex) -> run());
			}

		};
		List<Thread> threads = IntStream.range(0, 4).mapToObj((i) -> new Thread(() -> {
			for (int j = 0; j < 50; j++) {
				next.run();
				Thread.yield();
			}
		})).toList();
		threads.forEach(Thread::start);
		for (Thread thread : threads) {
			thread.join();
		}
		await().until(() -> application.count() == signals);
		assertThat(application.received())
			.isEqualTo(IntStream.range(0, signals).mapToObj((i) -> signal("app", i)).toList());
	}

	@Test
	void messagesThatAreSentOnceAChannelIsOpenAreReceivedOnce() {
		Application sender = start();
		Application application = start();
		List<Object> sent = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			String opened = this.channel + "." + i;
			sender.transport().open(opened);
			application.transport().open(opened);
			application.transport().open(opened);
			sender.transport().send(opened, signal("app", i), null);
			sender.transport().send(opened, response("app", i), null, null);
			sent.add(Map.entry(opened, signal("app", i)));
			sent.add(Map.entry(opened, response("app", i)));
		}
		sender.send(signal("last", 0));
		sent.add(signal("last", 0));
		await().until(() -> application.count() >= sent.size());
		assertReceived(application, sent);
		assertThat(application.connections()).containsExactly(false);
	}

	@Test
	void channelsThatWereOpenedStayOpenWhenItIsStartedAgain() {
		String other = this.channel + ".other";
		Application application = start();
		application.transport().open(other);
		application.transport().stop();
		application.transport().start(application);
		application.transport().send(other, signal("app", 1), null);
		application.send(signal("app", 2));
		await().until(() -> application.count() >= 2);
		assertReceived(application, List.of(Map.entry(other, signal("app", 1)), signal("app", 2)));
	}

	/**
	 * Assert that an application has received the messages of one thread, in their order.
	 * @param application the application
	 * @param sent the messages, on the test's channel, or on another with its name
	 */
	protected void assertReceived(Application application, List<?> sent) {
		assertThat(application.received()).isEqualTo(sent);
	}

	/**
	 * Releases the resources of the stopped transports.
	 */
	protected void release() {
	}

	@Test
	void allReceiveEachMessageTheSenderIncluded() {
		List<Application> applications = List.of(start(), start(), start());
		List<Object> sent = new ArrayList<>();
		for (int i = 0; i < applications.size(); i++) {
			Signal signal = signal("app-" + i, 1);
			Response response = response("app-" + i, 2);
			assertThat(applications.get(i).send(signal)).succeedsWithin(AT_MOST);
			assertThat(applications.get(i).send(response)).succeedsWithin(AT_MOST);
			sent.addAll(List.of(signal, response));
		}
		await().untilAsserted(() -> assertThat(applications)
			.allSatisfy((application) -> assertThat(application.received()).containsExactlyInAnyOrderElementsOf(sent)));
	}

	@Test
	void allReceiveTheMessagesOfOneThreadInItsOrder() {
		Application sender = start();
		Application other = start();
		List<Object> sent = new ArrayList<>();
		for (int i = 0; i < 2_000; i++) {
			Signal signal = signal("app", i);
			sender.send(signal);
			sent.add(signal);
			if (i % 4 == 3) {
				Response response = response("app", i);
				sender.send(response);
				sent.add(response);
			}
		}
		await().until(() -> sender.count() >= sent.size() && other.count() >= sent.size());
		assertReceived(sender, sent);
		assertReceived(other, sent);
	}

	@Test
	void messagesOfEachOfSeveralSendersAreReceivedInOrderByOneThreadAtATime() {
		Application listener = start();
		List<CompletableFuture<Void>> senders = new ArrayList<>();
		for (String name : List.of("a", "b", "c")) {
			Application application = start();
			senders.add(async(() -> {
				for (int i = 0; i < 500; i++) {
					application.send(signal(name, i));
					application.send(response(name, i));
				}
			}));
		}
		assertThat(senders).allSatisfy((sender) -> assertThat(sender).succeedsWithin(AT_MOST));
		await().until(() -> listener.count() >= 3_000);
		Map<String, List<Integer>> signals = listener.received()
			.stream()
			.filter(Signal.class::isInstance)
			.map(Signal.class::cast)
			.collect(Collectors.groupingBy(Signal::publisherId,
					Collectors.mapping((signal) -> (int) signal.sampleNo(), Collectors.toList())));
		List<Integer> inOrder = IntStream.range(0, 500).boxed().toList();
		assertThat(signals).isEqualTo(Map.of("a", inOrder, "b", inOrder, "c", inOrder));
		assertThat(listener.count()).isEqualTo(3_000);
		assertThat(listener.isCalledConcurrently()).isFalse();
	}

	@Test
	void theListenerIsCalledByOneThreadAtATimeAlsoWhileItLearnsOfTheConnection() {
		Application sender = start();
		Application application = new Application(transport(), () -> {
			for (int i = 0; i < 500; i++) {
				sender.send(signal("app", i));
			}
		});
		application.transport().start(application);
		await().until(() -> application.count() == 500);
		assertThat(application.isCalledConcurrently()).isFalse();
	}

	@Test
	void messagesThatAreSentOnceStartHasReturnedAreReceived() {
		Application other = start();
		for (int i = 0; i < 30; i++) {
			Application fresh = start();
			List<Object> sent = List.of(signal("other", i), signal("own", i), response("other", i));
			other.send((Signal) sent.get(0));
			fresh.send((Signal) sent.get(1));
			other.send((Response) sent.get(2));
			await().untilAsserted(() -> assertThat(fresh.received()).containsExactlyInAnyOrderElementsOf(sent));
			assertThat(fresh.connections()).containsExactly(false);
			fresh.transport().stop();
		}
	}

	@Test
	void aStoppedTransportReceivesNothingMore() {
		Application sender = start();
		AtomicBoolean enough = new AtomicBoolean();
		CompletableFuture<Void> flood = async(() -> {
			for (int i = 0; !enough.get(); i++) {
				sender.send(signal("flood", i)).toCompletableFuture().join();
			}
		});
		try {
			for (int i = 0; i < 20; i++) {
				Application application = start();
				await().until(() -> application.count() > 5);
				application.stop();
				int soFar = sender.count();
				await().until(() -> sender.count() > soFar + 20);
				assertThat(application.isCalledAfterStop()).as("called after stop() number %s has returned", i)
					.isFalse();
			}
		}
		finally {
			enough.set(true);
		}
		assertThat(flood).succeedsWithin(AT_MOST);
	}

	@Test
	void aTransportThatIsStoppedLeavesNoThreadBehind() {
		for (int i = 0; i < 3; i++) {
			Application application = start();
			application.send(signal("app", i));
			await().until(() -> application.count() == 1);
			application.stop();
		}
		await().untilAsserted(() -> assertThat(transportThreads()).isSubsetOf(this.threadsBefore));
	}

	@Test
	void aTransportThatWasStoppedCanBeStartedAgain() {
		Application other = start();
		SignalTransport transport = transport();
		List<Application> lives = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Application life = new Application(transport);
			lives.add(life);
			transport.start(life);
			other.send(signal("wanted", i));
			await().until(() -> life.count() == 1);
			life.stop();
			assertThat(other.send(signal("unwanted", i))).succeedsWithin(AT_MOST);
		}
		await().until(() -> other.count() == 6);
		assertThat(lives).allSatisfy((life) -> {
			assertThat(life.connections()).containsExactly(false);
			assertThat(life.received()).hasSize(1);
			assertThat(life.isCalledAfterStop()).isFalse();
		});
	}

	@Test
	void stoppingDoesNothingUnlessStarted() {
		SignalTransport transport = transport();
		assertThatNoException().isThrownBy(transport::stop);
		Application application = new Application(transport);
		transport.start(application);
		transport.stop();
		assertThatNoException().isThrownBy(transport::stop);
		transport.start(application);
		application.send(signal("app", 1));
		await().untilAsserted(() -> assertThat(application.received()).containsExactly(signal("app", 1)));
		assertThat(application.connections()).containsExactly(false, false);
	}

	@Test
	void sendingFailsUnlessStartedAndNeverThrows() {
		SignalTransport transport = transport();
		assertThat(transport.isConnected()).isFalse();
		assertThatSendingFails(transport);
		transport.start(new Application(transport));
		assertThat(transport.isConnected()).isTrue();
		assertThat(transport.send(this.channel, signal("app", 1), null)).succeedsWithin(AT_MOST);
		assertThat(answer(transport, response("app", 1))).succeedsWithin(AT_MOST);
		transport.stop();
		assertThat(transport.isConnected()).isFalse();
		assertThatSendingFails(transport);
		assertThat(this.reports).hasValue(3);
	}

	@Test
	void carriesSignalsUnchanged() {
		Application sender = start();
		Application other = start();
		Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
		metadata.put("Größe", "状態 🚀 \u0000\"\\\u2028");
		metadata.put("directory", null);
		metadata.put("args", Map.of("interrupt", false, "nested", List.of(1, 1L << 40, 0.1, -0.0, "x", List.of())));
		metadata.put("large", "0123456789".repeat(20_000));
		Signal signal = new Signal("p-ä", "größe", "ereignis\n", "höst", Long.MIN_VALUE, "", metadata);
		Response response = new Response("größe 🚀-resp", "*", "", Integer.MAX_VALUE, "状態".repeat(10_000));
		Response bare = new Response("r", "p", "e", null, null);
		sender.send(signal);
		sender.send(response);
		sender.send(bare);
		await().until(() -> sender.count() == 3 && other.count() == 3);
		assertReceived(sender, List.of(signal, response, bare));
		assertReceived(other, List.of(signal, response, bare));
	}

	@Test
	void aSignalThatIsTooLargeFailsAtOnceAndIsNotSent() {
		Application application = start();
		Signal small = signal("app", 1);
		Signal large = new Signal("app", "process", "event", "host", 1, "tag", Map.of("x", "x".repeat(10_000_000)));
		assertThat(application.transport().send(this.channel, large, null)).isCompletedExceptionally()
			.failsWithin(AT_MOST)
			.withThrowableThat()
			.withCauseInstanceOf(IllegalArgumentException.class)
			.withMessageContaining("'event' of 'app' was not sent")
			.withMessageContaining("state-signals.protocol.max-payload");
		assertThatIllegalArgumentException().isThrownBy(() -> application.transport().check(large));
		assertThatNoException().isThrownBy(() -> application.transport().check(small));
		application.send(small);
		await().until(() -> application.count() == 1);
		assertThat(application.received()).containsExactly(small);
	}

	@Test
	void aResponseThatIsTooLargeIsSentWithAShortenedMessage() {
		Application application = start();
		application.send(new Response("r", "p", "e", 0, "x".repeat(10_000_000)));
		await().until(() -> application.count() == 1);
		assertThat(application.received()).singleElement().isInstanceOfSatisfying(Response.class, (response) -> {
			assertThat(response.ras()).isZero();
			assertThat(response.message()).startsWith("xxx")
				.endsWith("x\u2026 (shortened from 10000000 characters)")
				.hasSizeGreaterThan(100_000);
		});
		assertThat(application.malformed()).isEmpty();
	}

	@Test
	void aSignalThatCanNotBeReadIsReportedWithItsPublisherAndItsEvent() {
		Application application = start();
		String problem = "'sample_no' is not a 64-bit integer";
		UnreadableSignal unreadable = new UnreadableSignal("p-1", "e", "t",
				new SignalExtension("17", 17, SignalExtension.NONE, SignalExtension.NONE, null), problem);
		sendUnreadable(unreadable, """
				{"publisher_id":"p-1","process_name":"p","event":"e","runner_host":"h",\
				"sample_no":9223372036854775808,"tag":"t","metadata":{"_ss":{"v":1,"id":"17","seq":17},"x":1}}""");
		await().until(() -> application.unreadable().size() == 1 && application.malformed().size() == 1);
		assertThat(application.unreadable()).containsExactly(unreadable);
		assertThat(application.malformed()).singleElement().asString().endsWith(problem);
		application.send(signal("app", 1));
		await().until(() -> application.count() == 1);
		assertThat(application.received()).containsExactly(signal("app", 1));
	}

	/**
	 * Send a signal that can't be read on the test's channel.
	 * @param signal its readable part
	 * @param json the same in JSON
	 */
	protected abstract void sendUnreadable(UnreadableSignal signal, String json);

	/**
	 * Create a transport that has the test's channel open.
	 * @return the transport, not started
	 */
	protected final SignalTransport transport() {
		return prepare(createTransport());
	}

	/**
	 * Open the test's channel, and have a transport stopped after the test.
	 * @param transport the transport
	 * @return the transport
	 */
	protected final SignalTransport prepare(SignalTransport transport) {
		transport.open(this.channel);
		this.transports.add(transport);
		return transport;
	}

	/**
	 * Start a transport.
	 * @return the application that listens to it
	 */
	protected final Application start() {
		Application application = new Application(transport());
		application.transport().start(application);
		return application;
	}

	/**
	 * Run something that may block: on a separate thread, as the common pool may have but
	 * one.
	 * @param task the task
	 * @return completes when it is done
	 */
	protected static CompletableFuture<Void> async(Runnable task) {
		return CompletableFuture.runAsync(task, (command) -> {
			Thread thread = new Thread(command, "contract");
			thread.setDaemon(true);
			thread.start();
		});
	}

	protected static ConditionFactory await() {
		return Awaitility.await().atMost(AT_MOST).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
	}

	protected static Signal signal(String publisherId, int number) {
		return new Signal(publisherId, "process", "event", "host", number, "tag", Map.of("number", number));
	}

	protected static Response response(String publisherId, int number) {
		return new Response("responder-resp", publisherId, "event", number, null);
	}

	protected final void assertThatSendingFails(SignalTransport transport) {
		for (CompletionStage<?> sent : List.of(transport.send(this.channel, signal("app", 1), null),
				transport.send(this.channel, response("app", 1), null, null), answer(transport, response("app", 1)))) {
			assertThat(sent).failsWithin(AT_MOST).withThrowableThat().withCauseInstanceOf(DataAccessException.class);
		}
	}

	// Completes with the transport's report.
	private CompletableFuture<@Nullable Object> answer(SignalTransport transport, Response response) {
		CompletableFuture<@Nullable Object> reported = new CompletableFuture<>();
		transport.answer(this.channel, response, null, null, (sent, ex) -> {
			this.reports.incrementAndGet();
			if (ex != null) {
				reported.completeExceptionally(ex);
			}
			else {
				reported.complete(sent);
			}
		});
		return reported;
	}

	private static Set<Thread> transportThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().matches("(state-signals|in-memory)-.*"))
			.collect(Collectors.toSet());
	}

	/**
	 * One that listens to a transport.
	 */
	protected final class Application extends SilentListener {

		private final String name = "app-" + UUID.randomUUID();

		private final SignalTransport transport;

		private final Runnable whenConnected;

		private final List<Object> received = new ArrayList<>();

		private final List<String> malformed = new CopyOnWriteArrayList<>();

		private final List<UnreadableSignal> unreadable = new CopyOnWriteArrayList<>();

		private final List<Boolean> connections = new CopyOnWriteArrayList<>();

		private final AtomicInteger callers = new AtomicInteger();

		private volatile boolean calledConcurrently;

		private volatile boolean stopped;

		private volatile boolean calledAfterStop;

		public Application(SignalTransport transport) {
			this(transport, () -> {
			});
		}

		Application(SignalTransport transport, Runnable whenConnected) {
			this.transport = transport;
			this.whenConnected = whenConnected;
		}

		public SignalTransport transport() {
			return this.transport;
		}

		public CompletionStage<?> send(Signal signal) {
			return this.transport.send(SignalTransportContractTests.this.channel, signal, null);
		}

		public CompletionStage<?> send(Response response) {
			return this.transport.send(SignalTransportContractTests.this.channel, response, null, null);
		}

		/**
		 * Stop the transport, for good.
		 */
		public void stop() {
			this.transport.stop();
			this.stopped = true;
		}

		/**
		 * The signals and responses received so far; those of another than the test's
		 * channel with its name.
		 * @return a copy
		 */
		public List<Object> received() {
			synchronized (this.received) {
				return new ArrayList<>(this.received);
			}
		}

		public int count() {
			synchronized (this.received) {
				return this.received.size();
			}
		}

		/**
		 * The malformed messages, as "source: problem".
		 * @return a view
		 */
		public List<String> malformed() {
			return this.malformed;
		}

		/**
		 * The readable parts of malformed signals.
		 * @return a view
		 */
		public List<UnreadableSignal> unreadable() {
			return this.unreadable;
		}

		/**
		 * For each connection whether there was a gap before it.
		 * @return a view
		 */
		public List<Boolean> connections() {
			return this.connections;
		}

		public boolean isCalledConcurrently() {
			return this.calledConcurrently;
		}

		public boolean isCalledAfterStop() {
			return this.calledAfterStop;
		}

		@Override
		public Collection<String> responders(String channel) {
			return List.of(this.name);
		}

		@Override
		public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
			call(() -> receive(channel, signal));
		}

		@Override
		public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
			call(() -> receive(channel, response));
		}

		@Override
		public void onMalformed(String source, String problem) {
			call(() -> this.malformed.add(source + ": " + problem));
		}

		@Override
		public void onUnreadable(String channel, UnreadableSignal signal) {
			call(() -> this.unreadable.add(signal));
		}

		@Override
		public boolean onUnreadable(String channel, String responder, UnreadableSignal signal,
				DurableSignalTransport.Receipt receipt) {
			call(() -> this.unreadable.add(signal));
			receipt.acknowledge(null, null);
			return true;
		}

		@Override
		public void onConnected(boolean gap) {
			call(() -> {
				this.connections.add(gap);
				this.whenConnected.run();
			});
		}

		private void receive(String channel, Object message) {
			synchronized (this.received) {
				this.received.add(channel.equals(SignalTransportContractTests.this.channel) ? message
						: Map.entry(channel, message));
			}
		}

		private void call(Runnable call) {
			this.calledAfterStop |= this.stopped;
			this.calledConcurrently |= this.callers.incrementAndGet() > 1;
			call.run();
			this.callers.decrementAndGet();
		}

	}

}
