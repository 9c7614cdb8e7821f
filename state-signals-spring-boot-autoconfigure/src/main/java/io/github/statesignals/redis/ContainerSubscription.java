package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.SignalListenerContainer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.SubscriptionListener;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.adapter.RedisListenerExecutionFailedException;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Subscribes to Redis channels with Spring's container, from one start of the container
 * to its stop. One thread calls it at a time, except {@link #disconnect}.
 */
final class ContainerSubscription implements MessageListener, SubscriptionListener {

	private static final Logger logger = LoggerFactory.getLogger(ContainerSubscription.class);

	// The time to wait for Redis to confirm channels that are added: a driver that is
	// reconnecting subscribes when it has.
	private static final Duration CONFIRMATION = Duration.ofSeconds(2);

	// After everything that uses signals, and before connection factories, which have 0.
	private static final int PHASE = 1;

	private final Set<String> requested = ConcurrentHashMap.newKeySet();

	private final Set<String> confirmed = ConcurrentHashMap.newKeySet();

	private final RedisMessageListenerContainer container;

	private final MessageReceiver receiver;

	private final Runnable resubscription;

	// The channel whose second confirmation reports a new connection: the driver
	// subscribes to all channels again in one go.
	private volatile @Nullable String reporter;

	private volatile State state = State.CREATED;

	private volatile @Nullable Thread starter;

	// That of the last message: the next one often comes from the same.
	private volatile Channel latest = new Channel(new byte[0], "");

	// Nothing else uses the container meanwhile. The resubscription is called when all
	// channels are subscribed again, on a new connection.
	ContainerSubscription(RedisMessageListenerContainer container, MessageReceiver receiver, Runnable resubscription) {
		this.container = container;
		this.receiver = receiver;
		this.resubscription = resubscription;
		// A container that failed to start reports itself as started.
		container.stop();
	}

	static RedisMessageListenerContainer adopt(RedisMessageListenerContainer container) {
		// Any other loses the order, and the container has no getter to check it.
		container.setTaskExecutor(new SyncTaskExecutor());
		container.setAutoStartup(false);
		container.setPhase(PHASE);
		if (!container.isActive()) {
			container.afterPropertiesSet();
		}
		return container;
	}

	// After the start this waits for Redis to confirm the channels, each added for the
	// first time. False if it has not within two seconds.
	boolean add(Collection<String> channels) {
		if (channels.isEmpty()) {
			return true;
		}
		this.requested.addAll(channels);
		if (this.reporter == null) {
			this.reporter = channels.iterator().next();
		}
		if (this.state == State.STARTED && this.container.isRunning()) {
			return addToRunning(channels);
		}
		register(channels);
		if (this.state == State.STARTED) {
			startContainer();
		}
		return true;
	}

	private void register(Collection<String> channels) {
		if (this.state != State.DESTROYED) {
			// One listener for all: a second one for a channel subscribes to it again.
			this.container.addMessageListener(this, channels.stream().map(ChannelTopic::of).toList());
		}
	}

	// The container waits for the driver, and for the confirmation without a timeout.
	private boolean addToRunning(Collection<String> channels) {
		try {
			FutureTask<?> registration = new FutureTask<>(() -> register(channels), null);
			onNewThread(registration);
			registration.get(CONFIRMATION.toMillis(), TimeUnit.MILLISECONDS);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new QueryTimeoutException("Interrupted while subscribing", ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			if (RedisExceptions.isFinal(ex)) {
				throw cause(ex);
			}
			logger.debug("Redis has not confirmed {} yet", channels, ex);
		}
		return false;
	}

	private static void onNewThread(Runnable task) {
		Thread thread = new Thread(task, "state-signals-subscribe");
		thread.setDaemon(true);
		thread.start();
	}

	void start() {
		if (this.state == State.CREATED && !this.requested.isEmpty()) {
			startContainer();
		}
		this.state = State.STARTED;
	}

	private void startContainer() {
		this.starter = Thread.currentThread();
		try {
			this.container.start();
		}
		catch (RuntimeException ex) {
			this.container.stop();
			throw cause(ex);
		}
		finally {
			this.starter = null;
		}
		if (!this.container.isRunning()) {
			throw new IllegalStateException(
					"The bean 'stateSignalsListenerContainer' subscribes on the thread that starts it");
		}
	}

	// The container wraps the driver's exception.
	private RuntimeException cause(Exception ex) {
		Throwable cause = ex;
		while (cause.getCause() != null && (cause instanceof RedisListenerExecutionFailedException
				|| !(cause instanceof DataAccessException))) {
			cause = cause.getCause();
		}
		return (cause instanceof TimeoutException)
				? new QueryTimeoutException("Redis did not confirm the subscription in time", ex)
				: RedisExceptions.translate(cause, this.requested);
	}

	// Closes the container's connection if it has its own, so that a thread that waits
	// for the driver continues. Safe for use by any thread.
	void disconnect() {
		if (this.container instanceof SignalListenerContainer own) {
			own.disconnect();
		}
	}

	// Never throws: the next attempt stops the container again.
	void destroy() {
		this.state = State.DESTROYED;
		try {
			if (!unconfirmed().isEmpty()) {
				// A thread may be waiting for the driver, which the container would wait
				// for.
				disconnect();
			}
			this.container.stop();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("The listener container could not be stopped", ex);
		}
		this.container.removeMessageListener(this);
	}

	private Set<String> unconfirmed() {
		Set<String> unconfirmed = new HashSet<>(this.requested);
		unconfirmed.removeAll(this.confirmed);
		return unconfirmed;
	}

	// The driver subscribes again to channels that Redis has confirmed before.
	private void resubscribed() {
		Set<String> unconfirmed = unconfirmed();
		if (unconfirmed.isEmpty()) {
			this.resubscription.run();
			return;
		}
		onNewThread(() -> {
			try {
				addToRunning(unconfirmed);
			}
			catch (RuntimeException ex) {
				logger.warn("Can't subscribe to {}: {}", unconfirmed, ex.getMessage());
			}
			this.resubscription.run();
		});
	}

	@Override
	public void onMessage(Message message, byte @Nullable [] pattern) {
		if (this.state == State.DESTROYED) {
			return;
		}
		byte[] bytes = message.getChannel();
		Channel channel = this.latest;
		if (!Arrays.equals(channel.bytes, bytes)) {
			channel = new Channel(bytes, new String(bytes, StandardCharsets.UTF_8));
			this.latest = channel;
		}
		this.receiver.receive(channel.name, message.getBody());
	}

	@Override
	public void onChannelSubscribed(byte[] bytes, long count) {
		String channel = new String(bytes, StandardCharsets.UTF_8);
		if (Thread.currentThread() == this.starter) {
			// It would not return before the subscription ends.
			this.container.stop();
			return;
		}
		boolean again = !this.confirmed.add(channel);
		if (again && this.state == State.STARTED && channel.equals(this.reporter)) {
			resubscribed();
		}
	}

	private enum State {

		CREATED, STARTED, DESTROYED

	}

	private record Channel(byte[] bytes, String name) {
	}

}
