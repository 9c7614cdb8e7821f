package io.github.statesignals.redis;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.RedisPublisher;
import io.github.statesignals.transport.LogLimit;
import io.github.statesignals.transport.SignalTransport.Listener;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.ReceivedMessage.UnverifiedMessage;
import io.github.statesignals.wire.ReceivedMessage;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads messages and passes them to the listener, one at a time, until it is closed.
 */
final class MessageReceiver {

	private static final Logger logger = LoggerFactory.getLogger(MessageReceiver.class);

	// By the names of Redis channels.
	private final Map<String, Topic> topics = new ConcurrentHashMap<>();

	// Held while the listener is called. A thread that holds it must not wait for Redis.
	private final ReentrantLock listening = new ReentrantLock();

	@GuardedBy("listening")
	private boolean closed;

	private volatile boolean answerable;

	private volatile boolean countable = true;

	private final LogLimit failures = new LogLimit(1);

	private final RedisHeartbeat heartbeat;

	// Absent until the transport starts: no channel but that of heartbeats is added
	// before.
	private volatile @Nullable Listener listener;

	MessageReceiver(RedisHeartbeat heartbeat) {
		this.heartbeat = heartbeat;
	}

	void begin(Listener listener) {
		this.listener = listener;
	}

	Listener listener() {
		return Objects.requireNonNull(this.listener);
	}

	void add(RedisChannel channel, String name) {
		this.topics.put(name,
				new Topic(channel, name.equals(channel.names().signals()), name.equals(channel.replyTo())));
	}

	void receive(String name, byte[] payload) {
		Topic topic = this.topics.get(name);
		if (topic == null) {
			this.heartbeat.receive(payload);
			return;
		}
		if (!isWanted(topic)) {
			return;
		}
		ReceivedMessage message = read(topic, payload);
		// Not by notifyListener, which would cost an object for each message.
		this.listening.lock();
		try {
			if (!this.closed) {
				pass(topic, message);
			}
		}
		finally {
			this.listening.unlock();
		}
	}

	// Messages before the transport is connected can't be answered. Probes of
	// responders come to the reply channel, whether or not it has an exporter.
	private boolean isWanted(Topic topic) {
		if (!this.answerable) {
			return false;
		}
		String channel = topic.channel.name();
		return topic.signals ? listener().wantsSignals(channel) : topic.replies || listener().wantsResponses(channel);
	}

	private static ReceivedMessage read(Topic topic, byte[] payload) {
		SignalCodec codec = topic.channel.codec();
		if (topic.signals) {
			return codec.readSignals(payload);
		}
		return topic.replies ? codec.readReplies(payload) : codec.readResponses(payload);
	}

	@GuardedBy("listening")
	private void pass(Topic topic, ReceivedMessage message) {
		String channel = topic.channel.name();
		if (message instanceof ReceivedResponse received) {
			listener().onResponse(channel, received.response(), received.extension());
		}
		else if (message instanceof ReceivedSignal received) {
			listener().onSignal(channel, received.signal(), received.extension());
		}
		else if (message instanceof ReceivedFrame frame) {
			frame.messages().forEach((next) -> passOn(topic, next));
		}
		else if (message instanceof MalformedMessage malformed) {
			passMalformed(topic, malformed);
		}
		else if (message instanceof UnverifiedMessage unverified) {
			listener().onUnverified(channel, unverified.sender(), unverified.problem(), unverified.message() == null);
			if (unverified.message() != null) {
				pass(topic, unverified.message());
			}
		}
	}

	// One that fails must not take the others of its frame with it.
	@GuardedBy("listening")
	private void passOn(Topic topic, ReceivedMessage message) {
		try {
			pass(topic, message);
		}
		catch (RuntimeException | Error ex) {
			this.failures.errorCounted(logger, "A message could not be processed", ex);
		}
	}

	@GuardedBy("listening")
	private void passMalformed(Topic topic, MalformedMessage malformed) {
		String channel = topic.channel.name();
		SignalChannels names = topic.channel.names();
		listener().onMalformed(topic.signals ? names.signals() : names.responses(), malformed.problem());
		if (malformed.signal() != null) {
			listener().onUnreadable(channel, malformed.signal());
		}
		if (malformed.response() != null) {
			pass(topic, malformed.response());
		}
	}

	void connected(boolean gap) {
		this.answerable = true;
		notifyListener(() -> listener().onConnected(gap));
	}

	// Of each channel with an exporter: responders without extensions do not announce
	// themselves. Waits for nothing.
	void countReceivers(@Nullable RedisPublisher publisher) {
		if (publisher != null) {
			this.topics.values()
				.stream()
				.map(Topic::channel)
				.distinct()
				.forEach((channel) -> countReceivers(publisher, channel));
		}
	}

	private void countReceivers(RedisPublisher publisher, RedisChannel channel) {
		if (!this.countable || !listener().wantsResponses(channel.name())) {
			return;
		}
		// A closed publisher may throw an exception: the caller's thread must go on.
		CompletableFuture.completedFuture(channel.signals())
			.thenCompose(publisher::countSubscribers)
			.whenComplete((count, ex) -> {
				if (ex == null) {
					notifyListener(() -> listener().onReceivers(channel.name(), count));
				}
				else {
					logger.debug("The subscribers of a Redis channel can't be counted", ex);
					// Most often the permission is missing, which is not required.
					this.countable = !RedisExceptions.isFinal(ex);
				}
			});
	}

	private void notifyListener(Runnable call) {
		this.listening.lock();
		try {
			if (!this.closed) {
				call.run();
			}
		}
		finally {
			this.listening.unlock();
		}
	}

	// Waits for the present call of the listener.
	void close() {
		this.listening.lock();
		try {
			this.closed = true;
		}
		finally {
			this.listening.unlock();
		}
	}

	private record Topic(RedisChannel channel, boolean signals, boolean replies) {
	}

}
