package io.github.statesignals.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.driver.ConnectProblem;
import io.github.statesignals.redis.driver.Payload;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.RedisPublisher;
import io.github.statesignals.redis.driver.SignalListenerContainer;
import io.github.statesignals.signing.ChannelSigner;
import io.github.statesignals.signing.MessageSigner;
import io.github.statesignals.transport.LogLimit;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.transport.SignalTransportException;
import io.github.statesignals.wire.FrameLine;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.unit.DataSize;

/**
 * Carries signals and responses over Redis pub/sub, as the Python package
 * {@code state-signals} 1.0.1 does. Receives through a
 * {@link RedisMessageListenerContainer} the messages that its listener wants, and
 * publishes on another connection.
 * <p>
 * Pub/sub stores nothing: a message that is sent while this transport is not connected is
 * never received. Redis does not separate databases either: all clients of the server
 * that use these channels receive each other's messages.
 */
public class RedisPubSubSignalTransport implements SignalTransport, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RedisPubSubSignalTransport.class);

	private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);

	private final RedisDriver driver;

	private final RedisMessageListenerContainer container;

	// Held by the connection that uses the container.
	private final Lock containerUse = new ReentrantLock();

	private final Settings settings;

	private final SignalCodec codec;

	private final Map<String, RedisChannel> channels = new ConcurrentHashMap<>();

	// Changed under the lock, and read without it: each message asks.
	private volatile @Nullable RedisPubSubConnection connection;

	// Absent unless it is connecting before the start.
	@GuardedBy("this")
	private @Nullable RedisPubSubConnection prepared;

	/**
	 * Creates a transport. The container is used for nothing else. The transport starts
	 * it, stops it, and replaces its task executor by one that calls listeners in the
	 * order of messages, on the thread of the driver.
	 */
	public RedisPubSubSignalTransport(RedisConnectionFactory connectionFactory, RedisMessageListenerContainer container,
			Settings settings) {
		this(new RedisDriver(connectionFactory, container), container, settings);
	}

	RedisPubSubSignalTransport(RedisDriver driver, RedisMessageListenerContainer container, Settings settings) {
		this.container = ContainerSubscription.adopt(container);
		this.driver = driver;
		this.settings = settings;
		this.codec = new SignalCodec(settings.maxPayload().toBytes());
	}

	/**
	 * Creates a container for a transport: not started by the application context, and
	 * with Lettuce on its own connection, which is closed when it is stuck and not
	 * returned to the application's pool.
	 */
	public static RedisMessageListenerContainer createListenerContainer(RedisConnectionFactory connectionFactory) {
		RedisMessageListenerContainer container = new SignalListenerContainer(connectionFactory);
		LogLimit failures = new LogLimit(1);
		container
			.setErrorHandler((failure) -> failures.errorCounted(logger, "A message could not be processed", failure));
		return container;
	}

	// For further connections. It is closed when this transport stops.
	public RedisDriver driver() {
		return this.driver;
	}

	// Connects in the background, which takes long, while the application creates its
	// other beans. Nothing but heartbeats is received or sent before start(), which tries
	// again if this fails, and reports the reason.
	public synchronized void prepare() {
		if (this.connection == null && this.prepared == null) {
			this.prepared = connection();
			this.prepared.prepare();
		}
	}

	// Closes connections that were prepared and are not used, and ends the thread of the
	// driver unless it is in use. Waits for two seconds at most, and does not stop the
	// transport.
	@Override
	public synchronized void close() {
		RedisPubSubConnection unused = this.prepared;
		this.prepared = null;
		if (unused != null) {
			unused.discard();
		}
		closeDriver();
	}

	@Override
	public void start(Listener listener) {
		RedisPubSubConnection started = begin(listener);
		boolean interrupted = false;
		try {
			if (started == null || this.settings.connectTimeout().isZero() || started.awaitConnected()) {
				return;
			}
		}
		catch (InterruptedException ex) {
			// Not set again: beans are destroyed on this thread next, and may wait.
			interrupted = true;
		}
		stop();
		throw failure(started.failure(), interrupted);
	}

	private SignalTransportException failure(@Nullable RuntimeException cause, boolean interrupted) {
		ConnectProblem problem = ConnectProblem.of(cause);
		String message = "Could not subscribe to the Redis channels " + this.channels.values();
		if (interrupted) {
			message += SignalTransportException.INTERRUPTED;
		}
		else if (!problem.isCertain()) {
			message += " within %d ms (state-signals.connect-timeout)"
				.formatted(TimeUnit.MILLISECONDS.convert(this.settings.connectTimeout()));
		}
		return new SignalTransportException((cause != null) ? message : message + ": Redis has not answered",
				ConnectProblem.remedy(cause), cause);
	}

	// Waits for nothing, so that stop() can end the wait for Redis.
	private synchronized @Nullable RedisPubSubConnection begin(Listener listener) {
		if (this.connection != null) {
			return null;
		}
		RedisPubSubConnection started = (this.prepared != null) ? this.prepared : connection();
		this.prepared = null;
		this.connection = started;
		started.begin(listener);
		return started;
	}

	private RedisPubSubConnection connection() {
		return new RedisPubSubConnection(this.container, this.containerUse, this.driver, this.channels.values(),
				new RedisHeartbeat(this.settings.heartbeatInterval(), this.driver), this.settings.connectTimeout());
	}

	@Override
	public void stop() {
		RedisPubSubConnection stopped = this.connection;
		if (stopped == null) {
			return;
		}
		stopped.publisher().flush(FLUSH_TIMEOUT);
		synchronized (this) {
			if (this.connection == stopped) {
				this.connection = null;
			}
		}
		// Waits for a call of the listener, which may open a channel: not under the lock.
		stopped.close();
		closeDriver();
	}

	// Ends its thread, for a stopped application may be written to disk (CRaC). Another
	// start has another one.
	private synchronized void closeDriver() {
		if (this.connection == null) {
			this.driver.close();
		}
	}

	@Override
	public boolean isConnected() {
		RedisPubSubConnection current = this.connection;
		return current != null && current.isAlive();
	}

	@Override
	public @Nullable Throwable outage() {
		RedisPubSubConnection current = this.connection;
		RuntimeException failure = (current != null) ? current.failure() : null;
		return (failure != null) ? RedisExceptions.notExecuted(failure) : null;
	}

	@Override
	public void open(String channel) {
		RedisPubSubConnection current;
		synchronized (this) {
			if (!this.channels.containsKey(channel)) {
				this.channels.put(channel, createChannel(channel));
			}
			current = this.connection;
		}
		if (current != null) {
			current.updateSubscriptions();
		}
	}

	// Its codec signs and verifies, if messages of the channel are signed.
	public final RedisChannel createChannel(String name) {
		return new RedisChannel(name, this.settings.replyTo(), this.codec.signedBy(signer(name)));
	}

	private @Nullable ChannelSigner signer(String channel) {
		MessageSigner signer = this.settings.signer();
		return (signer != null) ? ChannelSigner.of(signer, channel) : null;
	}

	@Override
	public @Nullable String replyTo(String channel) {
		return channel(channel).replyTo();
	}

	@Override
	public boolean requiresExtensions(String channel) {
		ChannelSigner signer = signer(channel);
		return signer != null && signer.isRequired();
	}

	@Override
	public void check(Signal signal) {
		this.codec.write(signal, null);
	}

	@Override
	public void afterReceiving(Runnable task) {
		if (isEventLoop()) {
			this.driver.onEventLoop(task);
		}
		else {
			task.run();
		}
	}

	@Override
	public boolean isEventLoop() {
		return this.driver.isEventLoop();
	}

	@Override
	public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
		return send(channel, signal, extension, false);
	}

	@Override
	public CompletableFuture<?> sendFramed(String channel, Signal signal, @Nullable SignalExtension extension) {
		return send(channel, signal, extension, isNamed(channel));
	}

	@Override
	public boolean readsFrames(String channel, String address) {
		return isNamed(channel) && channel(channel).address(address).readsFrames();
	}

	// Python receives the signals of the default channel.
	private static boolean isNamed(String channel) {
		return !channel.isEmpty();
	}

	private CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension,
			boolean joinable) {
		try {
			RedisChannel target = channel(channel);
			byte[] written = target.codec().write(signal, extension);
			return publish(target.signals(),
					joinable ? new FramePayload(this.codec, new FrameLine.Written(written))
							: new Payload.Written(written, isRepeatable(signal.event(), extension)),
					RedisPublisher.NOT_CALLED_BACK);
		}
		catch (IllegalArgumentException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	@Override
	public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo) {
		return send(channel, response, extension, replyTo, RedisPublisher.NOT_CALLED_BACK);
	}

	@Override
	public void answer(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo, BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		send(channel, response, extension, replyTo, onSent);
	}

	private CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo, BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		RedisChannel target = channel(channel);
		RedisChannel.Address address = target.address(replyTo);
		if (address == target.responses() && extension != null && extension.probe() != null) {
			return CompletableFuture.completedFuture(null);
		}
		boolean repeatable = isRepeatable(response.event(),
				(extension == null) ? null : (extension.probe() != null) ? extension.probe() : extension.id());
		FrameLine line = target.line(response, extension, address);
		boolean joinable = address.readsFrames() && repeatable;
		// One that may be combined is joinable.
		Payload payload = (!joinable && line instanceof FrameLine.Written alone)
				? new Payload.Written(alone.json(), repeatable) : new FramePayload(this.codec, line);
		return publish(address.name(), payload, onSent);
	}

	private RedisChannel channel(String name) {
		RedisChannel channel = this.channels.get(name);
		if (channel == null) {
			throw new IllegalArgumentException("The channel '" + name + "' is not open");
		}
		return channel;
	}

	// Without an id only a second subscription or departure means the same as one.
	private static boolean isRepeatable(String event, @Nullable Object id) {
		return id != null || Signal.isReserved(event);
	}

	private CompletableFuture<?> publish(byte[] channel, Payload payload,
			BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		RedisPubSubConnection current = this.connection;
		return (current != null) ? current.publisher().publish(channel, payload, onSent)
				: OutboundPublisher.notConnected(onSent);
	}

	/**
	 * The settings of a transport.
	 *
	 * @param connectTimeout the time for which {@link #start} tries to connect, once a
	 * second; negative: indefinitely; zero: in the background
	 * @param maxPayload the size of a payload beyond which a signal is neither sent nor
	 * read, and the message of a response is shortened
	 * @param heartbeatInterval the interval at which to verify, on a separate Redis
	 * channel, that published messages are received; zero: never
	 * @param replyTo whether to receive responses on a separate Redis channel as well
	 * @param signer signs and verifies messages, if those of any channel are signed
	 */
	public record Settings(Duration connectTimeout, DataSize maxPayload, Duration heartbeatInterval, boolean replyTo,
			@Nullable MessageSigner signer) {
	}

	private record FramePayload(SignalCodec codec, FrameLine line) implements Payload {

		@Override
		public int size() {
			return this.line.length();
		}

		@Override
		public byte[] write(List<Payload> frame) {
			List<FrameLine> lines = new ArrayList<>(frame.size());
			for (Payload payload : frame) {
				lines.add(((FramePayload) payload).line);
			}
			return this.codec.write(lines);
		}

	}

}
