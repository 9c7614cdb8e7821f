package io.github.statesignals.redis;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.ClassUtils;
import org.springframework.util.backoff.FixedBackOff;

/**
 * A container that listens on a connection of its own, where the driver lets us have one.
 */
final class RedisSubscription {

	private static final Logger logger = LoggerFactory.getLogger(RedisSubscription.class);

	private static final boolean lettucePresent = ClassUtils.isPresent("io.lettuce.core.RedisClient",
			RedisSubscription.class.getClassLoader());

	private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

	private final @Nullable DisposableBean ownFactory;

	RedisSubscription(RedisConnectionFactory connectionFactory, Duration retryInterval) {
		RedisConnectionFactory own = lettucePresent ? LettuceConnections.derive(connectionFactory) : null;
		this.ownFactory = (DisposableBean) own;
		this.container.setConnectionFactory((own != null) ? own : connectionFactory);
		// Any other executor loses the order of messages.
		this.container.setTaskExecutor(new SyncTaskExecutor());
		// A blocking driver subscribes on it, and would never return from start().
		this.container.setSubscriptionExecutor(new SimpleAsyncTaskExecutor("state-signals-subscription-"));
		// Lettuce connects again by itself; what fails at first is ours to try again.
		this.container.setRecoveryBackoff(
				new FixedBackOff(retryInterval.toMillis(), (own != null) ? 0 : FixedBackOff.UNLIMITED_ATTEMPTS));
		this.container.afterPropertiesSet();
	}

	RedisMessageListenerContainer container() {
		return this.container;
	}

	/**
	 * Unsubscribe and let the connection go.
	 */
	void destroy() {
		try {
			this.container.destroy();
		}
		catch (Exception ex) {
			logger.debug("Could not close the subscription", ex);
		}
		letGo();
	}

	/**
	 * Let the connection go without a word to a Redis that would not answer.
	 */
	void abandon() {
		letGo();
		destroy();
	}

	private void letGo() {
		if (this.ownFactory == null) {
			return;
		}
		try {
			this.ownFactory.destroy();
		}
		catch (Exception ex) {
			logger.debug("Could not close the connection", ex);
		}
	}

}
