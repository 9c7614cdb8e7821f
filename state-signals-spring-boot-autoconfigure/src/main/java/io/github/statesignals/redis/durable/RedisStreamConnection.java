package io.github.statesignals.redis.durable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.SignalChannels;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.StreamRegistry.Purpose;
import io.github.statesignals.transport.DurableSignalTransport.Listener;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalNotSentException;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * One life of a {@link RedisStreamSignalTransport}, from start to stop.
 */
final class RedisStreamConnection {

	private static final Logger logger = LoggerFactory.getLogger(RedisStreamSignalTransport.class);

	/**
	 * After so long without a reply the connection is taken for lost.
	 */
	static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);

	private static final long TICK_MILLIS = 2_000;

	private static final long RETRY_MILLIS = 200;

	private static final long RETRY_SOON_MILLIS = 20;

	private static final Duration TRIM_INTERVAL = Duration.ofSeconds(5);

	/**
	 * Connect, which may take long: a pool may have nothing left.
	 */
	private final Executor connectors;

	/**
	 * Does what there is to do from time to time, none of which blocks.
	 */
	private final ScheduledThreadPoolExecutor scheduler;

	private final Map<ReaderKey, StreamReader> readers = new LinkedHashMap<>();

	private final Map<String, StreamPublisher> publishers = new ConcurrentHashMap<>();

	private final RedisConnectionFactory connectionFactory;

	private final Consumer<Runnable> afterReceiving;

	private final SignalCodec codec;

	private final Map<String, Duration> retentions;

	private final Set<String> opened;

	private final Hearing listener;

	private final StreamRegistry registry;

	private final StreamAnswers answers;

	/**
	 * Completes when the listener has been told that signals are heard, and kept.
	 */
	private final CompletableFuture<Void> connected = new CompletableFuture<>();

	private final StreamClient client;

	private final FailureLog failures = new FailureLog();

	private final RedisPersistence persistence = new RedisPersistence();

	private volatile boolean closed;

	RedisStreamConnection(RedisConnectionFactory connectionFactory, Consumer<Runnable> afterReceiving,
			SignalCodec codec, Map<String, Duration> retentions, Set<String> opened, Listener listener) {
		this.connectionFactory = connectionFactory;
		this.afterReceiving = afterReceiving;
		this.codec = codec;
		this.retentions = retentions;
		this.opened = opened;
		this.listener = new Hearing(listener);
		CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-durable-");
		threads.setDaemon(true);
		this.scheduler = new ScheduledThreadPoolExecutor(1, threads);
		CustomizableThreadFactory connecting = new CustomizableThreadFactory("state-signals-durable-connect-");
		connecting.setDaemon(true);
		this.connectors = (task) -> connecting.newThread(task).start();
		this.scheduler.setRemoveOnCancelPolicy(true);
		this.client = new StreamClient(new RedisDriver(connectionFactory)::openStreamCommands, this.connectors);
		this.registry = new StreamRegistry(this, this.listener, this.listener::subscribe, this.scheduler);
		this.answers = new StreamAnswers((keys, fields) -> eval(StreamScript.RECALL, keys, fields), codec, this::retry);
	}

	static String text(@Nullable Object reply) {
		return (reply instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
	}

	static long number(@Nullable Object reply) {
		return (reply instanceof Number number) ? number.longValue() : Long.parseLong(text(reply));
	}

	/**
	 * The listener as the transport for all else is to have it.
	 * @return a listener that is called by one thread at a time
	 */
	Listener listener() {
		return this.listener;
	}

	/**
	 * Run a task when handlers have been woken for what was read.
	 * @param task the task
	 */
	void afterReceiving(Runnable task) {
		this.afterReceiving.accept(task);
	}

	SignalCodec codec() {
		return this.codec;
	}

	StreamRegistry registry() {
		return this.registry;
	}

	StreamAnswers answers() {
		return this.answers;
	}

	/**
	 * Begin to do what there is to do from time to time.
	 */
	void begin() {
		this.scheduler.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void tick() {
		try {
			this.client.endOverdue();
			// Somebody may have left while nothing could be said.
			this.opened.forEach(this::readForAll);
			readers().forEach(StreamReader::tick);
			this.opened.forEach(this.registry::refresh);
			this.retentions.forEach(this::trim);
			this.retentions.keySet().forEach((channel) -> this.persistence.check(channel, this));
		}
		catch (RuntimeException ex) {
			logger.debug("Could not look after durable channels; trying again", ex);
		}
	}

	private void trim(String channel, Duration retention) {
		StreamKeys keys = StreamKeys.of(channel);
		this.registry.checkPermissions(channel, Purpose.TRIMMING)
			.thenCompose((checked) -> eval(StreamScript.TRIM, List.of(keys.log(), keys.trimmed(), keys.responders()),
					List.of(StreamPublisher.number(TRIM_INTERVAL.toMillis()),
							StreamPublisher.number(retention.toMillis()), keys.dropped(""))))
			.whenComplete((reply, ex) -> this.failures
				.log("Channel '" + channel + "' is not trimmed, so that its stream grows", ex));
	}

	/**
	 * Read for those that are there now, and for nobody else.
	 * @param channel the channel's name
	 * @return the readers that were not there before
	 */
	Collection<StreamReader> readForAll(String channel) {
		Collection<String> names = this.listener.responders(channel);
		List<StreamReader> added = new ArrayList<>();
		List<StreamReader> gone = new ArrayList<>();
		synchronized (this.readers) {
			if (this.closed) {
				return added;
			}
			this.readers.forEach((key, reader) -> {
				if (key.channel().equals(channel) && !names.contains(key.name())) {
					gone.add(reader);
				}
			});
			this.readers.values().removeAll(gone);
			for (String name : names) {
				this.readers.computeIfAbsent(new ReaderKey(channel, name), (key) -> {
					StreamReader reader = createReader(channel, name);
					added.add(reader);
					return reader;
				});
			}
		}
		// Each has a lock of its own, under which it calls others.
		gone.forEach(StreamReader::stop);
		added.forEach(StreamReader::tick);
		return added;
	}

	private StreamReader createReader(String channel, String name) {
		StreamClient reads = new StreamClient(new RedisDriver(this.connectionFactory)::openStreamCommands,
				this.connectors);
		return new StreamReader(channel, name, this, reads, this.listener);
	}

	private List<StreamReader> readers() {
		synchronized (this.readers) {
			return List.copyOf(this.readers.values());
		}
	}

	private @Nullable StreamReader reader(String channel, String name) {
		synchronized (this.readers) {
			return this.readers.get(new ReaderKey(channel, name));
		}
	}

	/**
	 * When signals are kept for responders.
	 * @param readers their readers
	 * @return completes when they are, or exceptionally when Redis refuses to
	 */
	static CompletableFuture<Void> registration(Collection<StreamReader> readers) {
		return CompletableFuture
			.allOf(readers.stream().map(StreamReader::registration).toArray(CompletableFuture[]::new));
	}

	/**
	 * Returns why a responder could not be registered, the last time that it was tried.
	 */
	@Nullable Throwable registrationFailure() {
		return readers().stream()
			.map(StreamReader::registrationFailure)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	/**
	 * When the listener was told that signals are heard, and kept for whoever was there.
	 * @return completes then, or exceptionally when Redis refuses to keep any
	 */
	CompletableFuture<Void> connected() {
		return this.connected;
	}

	/**
	 * Wait.
	 * @param all for what
	 * @param timeout how long; negative: for ever
	 * @return {@code false} when the time is up before
	 */
	static boolean await(CompletableFuture<Void> all, Duration timeout) {
		try {
			if (timeout.isNegative()) {
				all.get();
			}
			else {
				all.get(TimeUnit.MILLISECONDS.convert(timeout), TimeUnit.MILLISECONDS);
			}
			return true;
		}
		catch (TimeoutException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		catch (ExecutionException ex) {
			throw RedisExceptions.translate(ex);
		}
	}

	/**
	 * Whether signals are kept for a responder of this application.
	 * @param channel the channel's name
	 * @param name the name of the responder
	 * @return whether it is registered
	 */
	boolean isRegistered(String channel, String name) {
		StreamReader reader = reader(channel, name);
		return reader != null && reader.registration().isDone();
	}

	/**
	 * Keep a signal.
	 * @param channel the channel's name
	 * @param signal the signal in JSON
	 * @return completes when it is kept
	 */
	CompletableFuture<StoredSignal> publish(String channel, byte[] signal) {
		if (this.closed) {
			return CompletableFuture.failedFuture(notConnected());
		}
		return this.publishers
			.computeIfAbsent(channel, (name) -> new StreamPublisher(this.client, StreamKeys.of(name), this::retry))
			.publish(signal);
	}

	static SignalNotSentException notConnected() {
		return new SignalNotSentException("not connected to Redis (yet)", null);
	}

	/**
	 * Run a script.
	 * @param script the script
	 * @param keys its keys
	 * @param arguments its arguments
	 * @return completes with its reply
	 */
	CompletableFuture<List<?>> eval(StreamScript script, List<byte[]> keys, List<byte[]> arguments) {
		return this.client.call((commands) -> commands.eval(script.script(), keys, arguments), TIMEOUT);
	}

	/**
	 * Waits for a reply.
	 * @param <T> the type of the reply
	 * @param reply the reply
	 * @return its value
	 */
	static <T> T get(CompletableFuture<T> reply) {
		try {
			return reply.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueryTimeoutException("Interrupted while waiting for Redis", ex);
		}
		catch (TimeoutException ex) {
			throw new QueryTimeoutException("Redis has not answered within " + TIMEOUT.toSeconds() + " s", ex);
		}
		catch (ExecutionException ex) {
			throw RedisExceptions.translate(ex);
		}
	}

	/**
	 * How long a channel keeps what nobody has acknowledged, and answers.
	 * @param channel the channel's name
	 * @return how long
	 */
	Duration retention(String channel) {
		return this.retentions.getOrDefault(channel, Duration.ZERO);
	}

	/**
	 * Where to send an answer.
	 * @param channel the channel's name
	 * @param replyTo what the signal says
	 * @return the Redis channel
	 */
	String address(String channel, @Nullable String replyTo) {
		SignalChannels names = SignalChannels.of(channel);
		return (replyTo != null && names.isReplyTo(replyTo)) ? replyTo : names.responses();
	}

	/**
	 * Run what failed again, after a while.
	 * @param task what to run
	 */
	void retry(Runnable task) {
		schedule(task, RETRY_MILLIS);
	}

	/**
	 * Run again, soon, what had to wait for room.
	 * @param task what to run
	 */
	void retrySoon(Runnable task) {
		schedule(task, RETRY_SOON_MILLIS);
	}

	private void schedule(Runnable task, long millis) {
		try {
			this.scheduler.schedule(task, millis, TimeUnit.MILLISECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Not tried again: the transport was stopped", ex);
		}
	}

	/**
	 * Let it all go: what is under way has a moment to arrive, and the listener hears
	 * nothing more.
	 */
	void close() {
		List<StreamReader> stopped;
		synchronized (this.readers) {
			this.closed = true;
			stopped = List.copyOf(this.readers.values());
		}
		long deadline = System.nanoTime() + FLUSH_TIMEOUT.toNanos();
		CompletableFuture<?>[] stopping = stopped.stream().map(StreamReader::stop).toArray(CompletableFuture[]::new);
		try {
			CompletableFuture.allOf(stopping).get(FLUSH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
			while (!this.publishers.values().stream().allMatch(StreamPublisher::isIdle)
					&& deadline - System.nanoTime() > 0) {
				TimeUnit.MILLISECONDS.sleep(1);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("What was acknowledged last may be delivered again", ex);
		}
		this.listener.close();
		this.publishers.values().forEach((publisher) -> publisher.close(notConnected()));
		this.answers.close();
		this.client.close();
		this.scheduler.shutdownNow();
		// Whoever waits for it to start.
		this.connected.complete(null);
	}

	private record ReaderKey(String channel, String name) {
	}

	/**
	 * Tells that signals are heard when those of durable channels are kept, too: what is
	 * sent from then on arrives.
	 */
	private final class Hearing extends GuardedListener {

		Hearing(Listener delegate) {
			super(delegate, RedisStreamConnection.this.retentions::containsKey);
		}

		void subscribe(String channel, Response response) {
			super.onResponse(channel, response, ResponseExtension.UNDERSTOOD);
		}

		// Anybody can publish that a responder is subscribed, or leaves: Redis knows.
		@Override
		public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
			RedisStreamConnection outer = RedisStreamConnection.this;
			if (Signal.isReserved(response.event()) && outer.retentions.containsKey(channel) && !isHello(response)) {
				outer.registry.refresh(channel);
			}
			else {
				super.onResponse(channel, response, extension);
			}
		}

		private boolean isHello(Response response) {
			return Signal.INITIALIZATION.equals(response.event())
					&& SignalTransport.ALL_EXPORTERS.equals(response.publisherId());
		}

		@Override
		public void onConnected(boolean gap) {
			RedisStreamConnection outer = RedisStreamConnection.this;
			outer.opened.forEach(outer::readForAll);
			registration(outer.readers()).whenComplete((registered, ex) -> {
				super.onConnected(gap);
				if (ex != null) {
					outer.connected.completeExceptionally(ex);
				}
				else {
					outer.connected.complete(null);
				}
			});
		}

	}

}
