package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;

/**
 * Publishes messages on one connection, in the order of the calls, without blocking the
 * caller.
 */
public interface RedisPublisher {

	/**
	 * Publishes a message.
	 * @param channel the Redis channel
	 * @param payload the payload
	 * @return completes when Redis has confirmed it, in the order of the calls; or
	 * exceptionally with a {@link org.springframework.dao.DataAccessException}, which is
	 * a {@link io.github.statesignals.transport.SignalNotSentException} if Redis has
	 * refused it. Cancelling it prevents the sending, if that has not happened
	 */
	CompletableFuture<?> publish(byte[] channel, byte[] payload);

	/**
	 * Closes the connection.
	 */
	void close();

}
