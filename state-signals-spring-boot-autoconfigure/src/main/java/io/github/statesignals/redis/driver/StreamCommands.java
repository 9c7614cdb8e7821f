package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The commands of durable channels, on a connection of their own. It is not made anew
 * when it is lost: a driver that does so repeats what it has sent, in another order.
 * Whoever asks may be waiting for Redis on the event loop of another connection, so that
 * nothing blocks but {@link #open}.
 */
public interface StreamCommands {

	/**
	 * The name of every consumer: there is one in a group at a time, and the next one
	 * goes on with what is pending.
	 */
	String CONSUMER = "active";

	/**
	 * Run a script.
	 * @param script the script
	 * @param keys its keys
	 * @param arguments its arguments
	 * @return completes with its reply, on any thread, or exceptionally with what the
	 * driver throws
	 */
	CompletableFuture<List<?>> eval(LuaScript script, List<byte[]> keys, List<byte[]> arguments);

	/**
	 * Read from a stream for a consumer group.
	 * @param log the stream
	 * @param group the group
	 * @param after the id after which to read what is delivered and not acknowledged;
	 * {@code null}: what is not delivered yet
	 * @param count how many entries at the most
	 * @param block how long to wait for the first one
	 * @return completes with the entries, none if none came, on any thread; or
	 * exceptionally with what the driver throws
	 */
	CompletableFuture<List<Entry>> read(byte[] log, String group, @Nullable String after, int count, Duration block);

	/**
	 * Let the connection go.
	 * @return completes when nothing is under way any more
	 */
	CompletableFuture<Void> close();

	/**
	 * Make entries of what Redis replies to a read from one stream: its name, and them.
	 * @param reply the reply
	 * @return the entries
	 */
	static List<Entry> entries(@Nullable List<?> reply) {
		if (reply == null || reply.isEmpty() || !(reply.get(0) instanceof List<?> stream)
				|| !(stream.get(1) instanceof List<?> read)) {
			return List.of();
		}
		List<Entry> entries = new ArrayList<>(read.size());
		for (Object entry : read) {
			List<?> parts = (List<?>) entry;
			byte[] lines = (parts.size() > 1 && parts.get(1) instanceof List<?> fields && fields.size() > 1)
					? (byte[]) fields.get(1) : null;
			entries.add(new Entry(new String((byte[]) parts.get(0), StandardCharsets.US_ASCII), lines));
		}
		return entries;
	}

	/**
	 * Connect.
	 * @param connectionFactory provides connections; Redis has to be there
	 * @return the commands
	 */
	static StreamCommands open(RedisConnectionFactory connectionFactory) {
		if (RedisDrivers.isLettucePresent()) {
			StreamCommands lettuce = LettuceStreamCommands.open(connectionFactory);
			if (lettuce != null) {
				return lettuce;
			}
		}
		return new BlockingStreamCommands(connectionFactory);
	}

	/**
	 * An entry of a stream.
	 *
	 * @param id its id
	 * @param lines its signals in JSON, a line each; {@code null} if they were dropped
	 * before they were acknowledged
	 */
	record Entry(String id, byte @Nullable [] lines) {
	}

}
