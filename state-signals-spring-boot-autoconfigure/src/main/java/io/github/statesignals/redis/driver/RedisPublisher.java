package io.github.statesignals.redis.driver;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Publishes messages on one connection, in the order of the calls, without blocking the
 * caller.
 */
public interface RedisPublisher {

	BiConsumer<@Nullable Object, @Nullable Throwable> NOT_CALLED_BACK = (receivers, ex) -> {
	};

	/**
	 * Publishes a message. Cancelling the future prevents the sending, if that has not
	 * happened.
	 * @param onSent called before the future completes, with its result or exception; a
	 * dependent stage costs more
	 * @return completes with the number of receivers when Redis has confirmed it; or
	 * exceptionally with a {@link org.springframework.dao.DataAccessException}, which is
	 * a {@link io.github.statesignals.transport.SignalNotSentException} if Redis has
	 * refused it, or has not confirmed too many bytes
	 */
	CompletableFuture<?> publish(byte[] channel, Payload payload,
			BiConsumer<@Nullable Object, @Nullable Throwable> onSent);

	// Without a limit of bytes.
	CompletableFuture<?> publish(byte[] channel, byte[] payload);

	CompletableFuture<?> last();

	// Grows while Redis confirms messages.
	long confirmedBytes();

	// Whether Redis has not confirmed half of the bytes that are the limit.
	boolean isHalfFull();

	// On a cluster, those of one node. Fails with the driver's exception.
	CompletableFuture<Long> countSubscribers(byte[] channel);

	void close();

}
