package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Listens on a connection that is closed when it stops. With the application's own
 * connection factory a pool would return the connection that is stuck, or has unread
 * replies, and the container could not be stopped while Lettuce waits for a server that
 * does not answer.
 */
public final class SignalListenerContainer extends RedisMessageListenerContainer {

	private static final long RECOVERY_INTERVAL_MILLIS = 1_000;

	private @Nullable RedisConnectionFactory application;

	// Absent unless the driver is Lettuce.
	private @Nullable LettuceConnections connections;

	// Its start or subscription is being refused.
	private volatile @Nullable Thread refused;

	// Derived from the application's factory where that is possible.
	private volatile @Nullable RedisConnectionFactory derived;

	public SignalListenerContainer(RedisConnectionFactory connectionFactory) {
		setConnectionFactory(connectionFactory);
		// Any other executor loses the order of messages.
		setTaskExecutor(new SyncTaskExecutor());
		// A blocking driver subscribes on it, and would never return from start().
		setSubscriptionExecutor(new SimpleAsyncTaskExecutor("state-signals-subscription-"));
		setRecoveryBackoff(new FixedBackOff(RECOVERY_INTERVAL_MILLIS, FixedBackOff.UNLIMITED_ATTEMPTS));
		setAutoStartup(false);
	}

	@Override
	public void setConnectionFactory(RedisConnectionFactory connectionFactory) {
		this.application = connectionFactory;
		this.connections = DriverClasses.connections(connectionFactory);
		super.setConnectionFactory(connectionFactory);
	}

	@Nullable LettuceConnections connections() {
		return this.connections;
	}

	@Override
	public @Nullable RedisConnectionFactory getConnectionFactory() {
		return this.application;
	}

	@Override
	public void start() {
		if (!isRunning()) {
			LettuceConnections configured = this.connections;
			RedisConnectionFactory created = (configured != null) ? configured.derive() : null;
			if (created == null) {
				created = DriverClasses.deriveJedis(this.application);
			}
			if (created != null) {
				use(created);
				this.derived = created;
			}
		}
		super.start();
	}

	// The container takes the factory only when it is initialized.
	private void use(RedisConnectionFactory connectionFactory) {
		try {
			super.destroy();
		}
		catch (Exception ex) {
			throw new IllegalStateException("The container could not be initialized again", ex);
		}
		super.setConnectionFactory(connectionFactory);
		afterPropertiesSet();
	}

	@Override
	public void stop(Runnable callback) {
		super.stop(callback);
		disconnect();
	}

	// The container logs the trace of each failure while it runs. The caller logs a
	// refusal once, with its remedy. A lost connection is the container's to recover.
	@Override
	protected void handleSubscriptionException(CompletableFuture<Void> future, BackOffExecution backOff,
			Throwable cause) {
		boolean lost = cause instanceof RedisConnectionFailureException;
		this.refused = (!lost && ConnectProblem.of(cause).isCertain()) ? Thread.currentThread() : null;
		try {
			super.handleSubscriptionException(future, backOff, cause);
		}
		finally {
			this.refused = null;
		}
	}

	@Override
	public boolean isRunning() {
		return super.isRunning() && this.refused != Thread.currentThread();
	}

	/**
	 * Closes the connection: a thread that waits for the driver, in {@link #start} or
	 * while it adds a listener, goes on. Safe for use by any thread.
	 */
	public void disconnect() {
		RedisConnectionFactory closed = this.derived;
		this.derived = null;
		if (closed != null) {
			DriverClasses.destroy(closed);
		}
	}

}
