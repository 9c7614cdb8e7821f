package io.github.statesignals.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.SubscriptionListener;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Listens with Spring's container, whatever the driver is.
 */
final class ContainerSubscription implements RedisSubscription {

	private static final Logger logger = LoggerFactory.getLogger(ContainerSubscription.class);

	private final RedisMessageListenerContainer container = new RedisMessageListenerContainer();

	private final MessageListener listener;

	ContainerSubscription(RedisConnectionFactory connectionFactory, Duration retryInterval, Hearer hearer) {
		this.listener = new Listener(hearer);
		this.container.setConnectionFactory(connectionFactory);
		// Any other executor loses the order of messages.
		this.container.setTaskExecutor(new SyncTaskExecutor());
		// A blocking driver subscribes on it, and would never return from start().
		this.container.setSubscriptionExecutor(new SimpleAsyncTaskExecutor("state-signals-subscription-"));
		this.container.setRecoveryBackoff(new FixedBackOff(retryInterval.toMillis(), FixedBackOff.UNLIMITED_ATTEMPTS));
		this.container.afterPropertiesSet();
	}

	@Override
	public void hear(Collection<String> channels) {
		this.container.addMessageListener(this.listener, channels.stream().map(ChannelTopic::of).toList());
	}

	@Override
	public void start() {
		this.container.start();
	}

	// Its messages come one by one.
	@Override
	public void afterHearing(Runnable task) {
		task.run();
	}

	@Override
	public void destroy() {
		try {
			this.container.destroy();
		}
		catch (Exception ex) {
			logger.debug("Could not close the subscription", ex);
		}
	}

	private record Listener(Hearer hearer) implements MessageListener, SubscriptionListener {

		@Override
		public void onMessage(Message message, byte @Nullable [] pattern) {
			String channel = new String(message.getChannel(), StandardCharsets.UTF_8);
			byte[] payload = message.getBody();
			Object read = this.hearer.read(channel, payload, payload.length);
			if (read != null) {
				this.hearer.heard(channel, read);
			}
		}

		@Override
		public void onChannelSubscribed(byte[] channel, long count) {
			this.hearer.subscribed(new String(channel, StandardCharsets.UTF_8));
		}

	}

}
