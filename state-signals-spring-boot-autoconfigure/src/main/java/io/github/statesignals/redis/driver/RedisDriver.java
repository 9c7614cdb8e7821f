package io.github.statesignals.redis.driver;

import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Creates everything that differs between drivers, and is the only place that chooses.
 * Methods that connect need Redis to be available, and block.
 *
 * @since 0.1.0
 */
public final class RedisDriver {

	private final RedisConnectionFactory connectionFactory;

	private final PublishFailures failures = new PublishFailures();

	public RedisDriver(RedisConnectionFactory connectionFactory) {
		this.connectionFactory = connectionFactory;
	}

	/**
	 * Creates the container that receives messages, with Lettuce on its own connection.
	 */
	public RedisMessageListenerContainer createListenerContainer() {
		return new SignalListenerContainer(this.connectionFactory);
	}

	/**
	 * Connects for publishing.
	 */
	public RedisPublisher openPublisher() {
		if (DriverClasses.isLettucePresent()) {
			RedisPublisher lettuce = LettucePublisher.open(this.connectionFactory, this.failures);
			if (lettuce != null) {
				return lettuce;
			}
		}
		// Spring's listener container retries without end, and does not say why it can't
		// connect. A cluster was connected to for its topology.
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			if (!(connection instanceof RedisClusterConnection)) {
				connection.ping();
			}
		}
		return new BlockingPublisher(this.connectionFactory, this.failures);
	}

	/**
	 * Connects for the commands of durable channels.
	 */
	public StreamCommands openStreamCommands() {
		if (DriverClasses.isLettucePresent()) {
			StreamCommands lettuce = LettuceStreamCommands.open(this.connectionFactory);
			if (lettuce != null) {
				return lettuce;
			}
		}
		return new BlockingStreamCommands(this.connectionFactory);
	}

}
