package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.RedisDriver;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.redis.durable.store.StreamClient;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.transport.DurableSignalTransport.Listener;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The durable channels of a {@link RedisStreamSignalTransport}, from a start to a stop.
 */
final class RedisStreamConnection {

	private static final Logger logger = LoggerFactory.getLogger(RedisStreamConnection.class);

	private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);

	private static final long TICK_MILLIS = 2_000;

	// Its tasks must not block.
	private final ScheduledThreadPoolExecutor scheduler;

	private final Set<String> opened;

	private final ReadyListener listener;

	private final Map<String, StreamChannel> channels = new LinkedHashMap<>();

	// Completes when the listener was notified that signals are received and stored.
	private final CompletableFuture<Void> connected = new CompletableFuture<>();

	private final StreamClient client;

	private final RedisPersistence persistence = new RedisPersistence();

	RedisStreamConnection(RedisDriver driver, Function<String, RedisChannel> targets,
			Map<String, DurableChannel> channels, Set<String> opened, Listener listener) {
		this.opened = opened;
		this.listener = new ReadyListener(listener);
		this.scheduler = new ScheduledThreadPoolExecutor(1, threads("state-signals-durable-"));
		this.scheduler.setRemoveOnCancelPolicy(true);
		CustomizableThreadFactory connecting = threads("state-signals-durable-connect-");
		// Connecting may block: a pool may be exhausted.
		Executor connectors = (task) -> connecting.newThread(task).start();
		Supplier<StreamClient> clients = () -> new StreamClient(driver::openStreamCommands, connectors);
		this.client = clients.get();
		StreamServices services = new StreamServices(this.listener, new Retries(this.scheduler), clients,
				driver::onEventLoop);
		channels.forEach((name, settings) -> this.channels.put(name,
				new StreamChannel(targets.apply(name), new StreamStore(name, settings, this.client), services)));
	}

	private static CustomizableThreadFactory threads(String prefix) {
		CustomizableThreadFactory threads = new CustomizableThreadFactory(prefix);
		threads.setDaemon(true);
		return threads;
	}

	// Returns the listener for the transport of all other channels: it is called by one
	// thread at a time.
	SignalTransport.Listener listener() {
		return this.listener;
	}

	StreamChannel channel(String name) {
		return Objects.requireNonNull(this.channels.get(name), name);
	}

	// Begins to renew leases, read responders and trim streams at intervals.
	void begin() {
		this.scheduler.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void tick() {
		try {
			this.client.endOverdue();
			opened().forEach(StreamChannel::tick);
			this.channels.forEach((name, channel) -> {
				if (this.persistence.check(name, channel.store())) {
					channel.trim();
				}
			});
		}
		// Also an error: the scheduler would not run this again.
		catch (RuntimeException | Error ex) {
			logger.warn("Could not maintain durable channels; trying again", ex);
		}
	}

	private List<StreamChannel> opened() {
		return this.opened.stream().map(this::channel).toList();
	}

	private List<StreamReader> readers() {
		return this.channels.values().stream().flatMap((channel) -> channel.readers().stream()).toList();
	}

	static CompletableFuture<Void> registration(Collection<StreamReader> readers) {
		return CompletableFuture.allOf(
				readers.stream().map((reader) -> reader.registration().completion()).toArray(CompletableFuture[]::new));
	}

	@Nullable Throwable registrationFailure() {
		return readers().stream()
			.map((reader) -> reader.registration().failure())
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	CompletableFuture<Void> connected() {
		return this.connected;
	}

	// After a short time for commands in flight. When this returns, the listener is not
	// called any more.
	void close() {
		CompletableFuture<?>[] stopping = this.channels.values()
			.stream()
			.map(StreamChannel::stop)
			.toArray(CompletableFuture[]::new);
		try {
			CompletableFuture.allOf(stopping).get(FLUSH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.debug("The signals that were acknowledged last may be delivered again", ex);
		}
		this.listener.close();
		this.channels.values().forEach(StreamChannel::close);
		this.client.close();
		this.scheduler.shutdownNow();
		this.connected.complete(null);
	}

	private final class ReadyListener extends GuardedListener {

		ReadyListener(Listener delegate) {
			super(delegate, (channel) -> RedisStreamConnection.this.channels.containsKey(channel));
		}

		// Any client can publish that a responder is subscribed, or leaves: Redis knows.
		@Override
		public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
			StreamChannel durable = RedisStreamConnection.this.channels.get(channel);
			if (durable != null && Signal.isReserved(response.event()) && !isHello(response)) {
				durable.registry().refresh();
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
			outer.opened().forEach(StreamChannel::updateReaders);
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
