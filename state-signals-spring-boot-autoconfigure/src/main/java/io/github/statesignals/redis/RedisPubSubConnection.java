package io.github.statesignals.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import io.github.statesignals.redis.RedisPubSubSignalTransport.Settings;
import io.github.statesignals.redis.driver.ConnectProblem;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.RedisPublisher;
import io.github.statesignals.transport.SignalTransport.Listener;
import io.github.statesignals.transport.SignalTransportException;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/**
 * One life of a {@link RedisPubSubSignalTransport}, from start to stop. One thread
 * connects, and then watches over what it has connected: the driver reconnects by itself,
 * but may take long, or be deaf thereafter.
 */
final class RedisPubSubConnection {

	private static final Logger logger = LoggerFactory.getLogger(RedisPubSubSignalTransport.class);

	private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

	/**
	 * Spring Data logs an error with its trace each time.
	 */
	private static final Duration REFUSED_INTERVAL = Duration.ofSeconds(10);

	private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

	/**
	 * A console that shows nothing for longer looks stuck.
	 */
	private static final Duration SILENCE = Duration.ofSeconds(3);

	/**
	 * Opens when Redis is there, refuses us, or nobody wants it any more.
	 */
	private final CountDownLatch decided = new CountDownLatch(1);

	/**
	 * Opens when Redis is there, or nobody wants it any more.
	 */
	private final CountDownLatch settled = new CountDownLatch(1);

	private final CountDownLatch closed = new CountDownLatch(1);

	/**
	 * Guards what is subscribed to: calls side by side may lose a channel, or hear it
	 * twice.
	 */
	private final ReentrantLock registration = new ReentrantLock();

	/**
	 * The Redis channels that are subscribed to.
	 */
	private final Set<String> heard = new HashSet<>();

	/**
	 * By the names of Redis channels.
	 */
	private final Map<String, Topic> topics = new ConcurrentHashMap<>();

	/**
	 * Held while the listener is called, by the driver or by the connector; and by nobody
	 * who waits for either.
	 */
	private final ReentrantLock hearing = new ReentrantLock();

	/**
	 * The tasks to run once the present message was passed on. Guarded by
	 * {@link #hearing}.
	 */
	private final List<Runnable> afterwards = new ArrayList<>();

	private final Thread connector = new Thread(this::run, "state-signals-connect");

	/**
	 * Held while the container is used: the connection before this one may not have
	 * stopped it yet.
	 */
	private final Lock containerUse;

	private final RedisMessageListenerContainer container;

	private final RedisDriver driver;

	private final Map<String, RedisChannel> channels;

	private final SignalCodec codec;

	private final Listener listener;

	private final RedisHeartbeat heartbeat;

	private final Duration connectTimeout;

	/**
	 * What was made before it began.
	 */
	private @Nullable CompletableFuture<RedisPublisher> prepared;

	private volatile @Nullable RuntimeException failure;

	/**
	 * There while it is connected.
	 */
	private @Nullable ContainerSubscription subscription;

	/**
	 * What the connector is busy with, or has started last.
	 */
	private volatile @Nullable ContainerSubscription attempt;

	private volatile @Nullable RedisPublisher publisher;

	private volatile boolean connected;

	private volatile boolean connectedBefore;

	RedisPubSubConnection(RedisDriver driver, RedisMessageListenerContainer container, Lock containerUse,
			Map<String, RedisChannel> channels, SignalCodec codec, Settings settings, Listener listener,
			@Nullable CompletableFuture<RedisPublisher> prepared) {
		this.container = container;
		this.containerUse = containerUse;
		this.prepared = prepared;
		this.driver = driver;
		this.channels = channels;
		this.codec = codec;
		this.listener = listener;
		this.connectTimeout = settings.connectTimeout();
		this.heartbeat = new RedisHeartbeat(settings.heartbeatInterval(), driver);
	}

	/**
	 * Connect, and stay connected, until it is closed.
	 */
	void begin() {
		this.connector.setDaemon(true);
		this.connector.start();
	}

	private void run() {
		this.containerUse.lock();
		try {
			while (connect()) {
				if (this.heartbeat.watch(this::publisher, this::replacePublisher, this.closed)) {
					return;
				}
				logger.warn("Redis takes what is published, but nothing is heard: subscribing anew");
				disconnect();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			disconnect();
			this.containerUse.unlock();
		}
	}

	/**
	 * Try until it is connected.
	 * @return {@code false} if it was closed before
	 */
	private boolean connect() throws InterruptedException {
		while (this.closed.getCount() > 0) {
			ContainerSubscription attempt = new ContainerSubscription(this.container, new Hearing());
			RedisPublisher current = this.publisher;
			RedisPublisher opened = current;
			this.attempt = attempt;
			try {
				if (opened == null) {
					// First, for it says at once why it can't connect.
					opened = createPublisher();
				}
				hearAll(attempt, true);
				attempt.start();
				this.heartbeat.hearItself(opened);
				if (open(attempt, opened)) {
					return true;
				}
			}
			catch (RuntimeException ex) {
				failed(ex);
			}
			if (opened != null && opened != current) {
				opened.close();
			}
			attempt.destroy();
			RuntimeException reason = this.failure;
			boolean refused = reason != null && ConnectProblem.of(reason).isCertain();
			this.closed.await((refused ? REFUSED_INTERVAL : RETRY_INTERVAL).toMillis(), TimeUnit.MILLISECONDS);
		}
		return false;
	}

	private RedisPublisher createPublisher() {
		CompletableFuture<RedisPublisher> done = this.prepared;
		this.prepared = null;
		if (done != null) {
			try {
				return done.join();
			}
			catch (CompletionException ex) {
				logger.debug("What was prepared failed; connecting again", ex);
			}
		}
		return this.driver.openPublisher();
	}

	private void failed(RuntimeException ex) {
		RuntimeException before = this.failure;
		this.failure = RedisExceptions.translate(ex);
		if (this.closed.getCount() == 0) {
			return;
		}
		if (before == null || !RedisExceptions.reason(before).equals(RedisExceptions.reason(ex))) {
			warn(String.valueOf(SignalTransportException.describe(ex)), ConnectProblem.of(ex));
		}
		if (ConnectProblem.of(ex).isCertain()) {
			// Waiting does not help, unless Redis is configured meanwhile.
			this.decided.countDown();
		}
	}

	private void warn(String reason, ConnectProblem problem) {
		String remedy = problem.remedy();
		logger.warn("Redis is not available: {}{} {}.{}", reason, reason.endsWith(".") ? "" : ".", whatFollows(problem),
				(remedy != null) ? " " + remedy : "");
	}

	private String whatFollows(ConnectProblem problem) {
		boolean starting = !this.connectedBefore;
		if (starting && problem.isCertain() && !this.connectTimeout.isNegative() && !this.connectTimeout.isZero()) {
			return "Not waiting for it, as that would not help";
		}
		String retrying = "Retrying every %d s"
			.formatted((problem.isCertain() ? REFUSED_INTERVAL : RETRY_INTERVAL).toSeconds());
		if (!starting || this.connectTimeout.isZero()) {
			return retrying + " in the background";
		}
		return retrying
				+ (this.connectTimeout.isNegative() ? ", without limit"
						: ", for %s at most".formatted(
								DurationFormatterUtils.print(this.connectTimeout, DurationFormat.Style.COMPOSITE)))
				+ " (state-signals.connect-timeout)";
	}

	private boolean open(ContainerSubscription started, RedisPublisher opened) {
		boolean gap = this.connectedBefore;
		this.registration.lock();
		try {
			// Those that were noted while it started.
			hearAll(started, false);
			synchronized (this) {
				if (this.closed.getCount() == 0) {
					return false;
				}
				this.subscription = started;
				this.publisher = opened;
				this.connectedBefore = true;
				this.connected = true;
			}
		}
		finally {
			this.registration.unlock();
		}
		this.failure = null;
		tell((listener) -> listener.onConnected(gap));
		this.settled.countDown();
		this.decided.countDown();
		logger.debug("Hearing {}", this.channels.values());
		return true;
	}

	private void disconnect() {
		ContainerSubscription stopped;
		this.registration.lock();
		try {
			synchronized (this) {
				stopped = this.subscription;
				this.subscription = null;
				this.connected = false;
			}
		}
		finally {
			this.registration.unlock();
		}
		if (stopped != null) {
			stopped.destroy();
		}
	}

	/**
	 * Hear all channels that are noted; or, until it is connected, leave that to the
	 * connector.
	 */
	void hearAll() {
		this.registration.lock();
		try {
			ContainerSubscription current = this.subscription;
			if (current != null) {
				hearAll(current, false);
			}
		}
		catch (RuntimeException ex) {
			throw RedisExceptions.describe("Could not subscribe to the Redis channels " + this.channels.values(), ex);
		}
		finally {
			this.registration.unlock();
		}
	}

	private void hearAll(ContainerSubscription target, boolean afresh) {
		this.registration.lock();
		try {
			if (afresh) {
				this.heard.clear();
			}
			List<String> added = new ArrayList<>();
			this.heartbeat.channel().filter((beats) -> afresh).ifPresent(added::add);
			this.channels.values().forEach((channel) -> added.addAll(unheard(channel)));
			if (!added.isEmpty()) {
				target.add(added);
				// Should that fail, the same ones are tried again.
				this.heard.addAll(added);
			}
		}
		finally {
			this.registration.unlock();
		}
	}

	private List<String> unheard(RedisChannel channel) {
		List<String> unheard = new ArrayList<>();
		boolean responses = this.listener.wantsResponses(channel.name());
		if (this.listener.wantsSignals(channel.name())) {
			unheard.add(channel.names().signals());
			if (!responses && channel.replyTo() != null) {
				// Where its responders are probed.
				unheard.add(channel.replyTo());
			}
		}
		if (responses) {
			unheard.addAll(channel.responseTopics());
		}
		unheard.removeAll(this.heard);
		unheard.forEach((topic) -> this.topics.put(topic, new Topic(channel, topic.equals(channel.names().signals()))));
		return unheard;
	}

	/**
	 * Wait for the connection.
	 * @param timeout how long; negative: for ever, whatever Redis says
	 * @return {@code false} when the time was up, or Redis refuses us; {@code true} when
	 * it is there, or nobody wants it any more
	 */
	boolean awaitConnected(Duration timeout) {
		try {
			boolean longer = timeout.isNegative() || timeout.compareTo(SILENCE) > 0;
			if (longer && !this.decided.await(SILENCE.toMillis(), TimeUnit.MILLISECONDS) && this.failure == null) {
				warn("it has not answered yet", ConnectProblem.NO_ANSWER);
			}
			if (timeout.isNegative()) {
				this.settled.await();
				return true;
			}
			Duration rest = longer ? timeout.minus(SILENCE) : timeout;
			return this.decided.await(TimeUnit.MILLISECONDS.convert(rest), TimeUnit.MILLISECONDS)
					&& (this.connected || this.closed.getCount() == 0);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	@Nullable RuntimeException failure() {
		return this.failure;
	}

	/**
	 * What to publish with.
	 * @return the publisher, once there is one
	 */
	@Nullable RedisPublisher publisher() {
		return this.publisher;
	}

	boolean isAlive() {
		return this.connected && this.heartbeat.isAlive();
	}

	private void replacePublisher(RedisPublisher fresh) {
		RedisPublisher stuck;
		synchronized (this) {
			if (this.closed.getCount() == 0) {
				stuck = fresh;
			}
			else {
				stuck = this.publisher;
				this.publisher = fresh;
			}
		}
		if (stuck != null) {
			stuck.close();
		}
	}

	void close() {
		this.hearing.lock();
		try {
			this.closed.countDown();
		}
		finally {
			this.hearing.unlock();
		}
		this.settled.countDown();
		this.decided.countDown();
		RedisPublisher opened;
		ContainerSubscription trying;
		synchronized (this) {
			opened = this.publisher;
			this.publisher = null;
			trying = (this.subscription == null) ? this.attempt : null;
		}
		if (opened != null) {
			opened.close();
		}
		if (trying != null) {
			// The connector may be waiting for the driver.
			trying.disconnect();
		}
		awaitConnector();
	}

	// It stops the container.
	private void awaitConnector() {
		try {
			this.connector.join(STOP_TIMEOUT.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Run a task when the present message was passed on, or at once on a thread that
	 * passes on none.
	 * @param task the task
	 */
	void afterReceiving(Runnable task) {
		if (this.hearing.isHeldByCurrentThread()) {
			this.afterwards.add(task);
		}
		else {
			task.run();
		}
	}

	// One call at a time, and none once it is closed.
	private void tell(Consumer<Listener> call) {
		this.hearing.lock();
		try {
			if (this.closed.getCount() > 0) {
				call.accept(this.listener);
			}
		}
		finally {
			unlockHearing();
		}
	}

	private void unlockHearing() {
		List<Runnable> tasks = this.afterwards.isEmpty() ? List.of() : List.copyOf(this.afterwards);
		this.afterwards.clear();
		this.hearing.unlock();
		tasks.forEach(Runnable::run);
	}

	/**
	 * What a Redis channel is for.
	 *
	 * @param channel the channel that it belongs to
	 * @param signals whether it is for signals, and not for responses
	 */
	private record Topic(RedisChannel channel, boolean signals) {
	}

	/**
	 * Passes on what is heard on the Redis channels.
	 */
	private final class Hearing implements ContainerSubscription.Receiver {

		@Override
		public @Nullable Object read(String channel, byte[] payload) {
			Topic topic = RedisPubSubConnection.this.topics.get(channel);
			if (topic == null) {
				return RedisPubSubConnection.this.heartbeat.read(payload, payload.length);
			}
			Listener listening = RedisPubSubConnection.this.listener;
			if (!isWanted(listening, channel, topic)) {
				return null;
			}
			SignalCodec codec = RedisPubSubConnection.this.codec;
			try {
				return topic.signals ? codec.readSignal(payload) : codec.readResponses(payload);
			}
			catch (RuntimeException ex) {
				logger.error("A payload could not be read", ex);
				return null;
			}
		}

		// Probes of responders come to the address, whether or not there is an exporter.
		private static boolean isWanted(Listener listening, String channel, Topic topic) {
			String name = topic.channel.name();
			return topic.signals ? listening.wantsSignals(name)
					: listening.wantsResponses(name) || channel.equals(topic.channel.replyTo());
		}

		@Override
		public void received(String channel, Object message) {
			Topic topic = RedisPubSubConnection.this.topics.get(channel);
			if (topic == null) {
				RedisPubSubConnection.this.heartbeat.heard(message);
				return;
			}
			// As tell() does, without an object for each message.
			RedisPubSubConnection.this.hearing.lock();
			try {
				if (RedisPubSubConnection.this.closed.getCount() > 0) {
					pass(topic, message);
				}
			}
			finally {
				unlockHearing();
			}
		}

		private void pass(Topic topic, Object message) {
			RedisChannel channel = topic.channel;
			Listener listening = RedisPubSubConnection.this.listener;
			if (message instanceof ReceivedResponse received) {
				listening.onResponse(channel.name(), received.response(), received.extension());
			}
			else if (message instanceof ReceivedSignal received) {
				listening.onSignal(channel.name(), received.signal(), received.extension());
			}
			else if (message instanceof ReceivedFrame frame) {
				frame.messages().forEach((next) -> pass(topic, next));
			}
			else if (message instanceof MalformedMessage malformed) {
				passMalformed(topic, malformed);
			}
		}

		private void passMalformed(Topic topic, MalformedMessage malformed) {
			RedisChannel channel = topic.channel;
			Listener listening = RedisPubSubConnection.this.listener;
			listening.onMalformed(topic.signals ? channel.names().signals() : channel.names().responses(),
					malformed.problem());
			if (malformed.signal() != null) {
				listening.onUnreadable(channel.name(), malformed.signal());
			}
			if (malformed.response() != null) {
				listening.onResponse(channel.name(), malformed.response().response(), malformed.response().extension());
			}
		}

		@Override
		public void resubscribed() {
			if (RedisPubSubConnection.this.connected) {
				tell((listener) -> listener.onConnected(true));
			}
		}

	}

}
