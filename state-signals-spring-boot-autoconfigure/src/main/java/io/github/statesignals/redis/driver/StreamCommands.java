package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Executes the commands of durable channels on a separate connection, without blocking
 * the caller, which may be the event loop of another connection. A connection that is
 * lost stays lost: a driver that reconnects repeats the commands in flight, in another
 * order.
 */
public interface StreamCommands {

	/**
	 * The name of every consumer: a group has one at a time, and the next one continues
	 * with the pending entries.
	 */
	String CONSUMER = "active";

	// Completes on any thread, or exceptionally with the driver's exception.
	CompletableFuture<List<?>> eval(LuaScript script, List<byte[]> keys, List<byte[]> arguments);

	// Reads pending entries after an id, or, if that is null, those that were not
	// delivered yet: waits for the first one until the time to block has passed.
	// Completes as eval().
	CompletableFuture<List<Entry>> read(byte[] log, String group, @Nullable String after, int count, Duration block);

	// Completes when no command is in flight.
	CompletableFuture<Void> close();

	// The reply has the name of the one stream and its entries.
	static List<Entry> entries(@Nullable List<?> reply) {
		if (reply == null || reply.isEmpty() || !(reply.get(0) instanceof List<?> stream)
				|| !(stream.get(1) instanceof List<?> read)) {
			return List.of();
		}
		List<Entry> entries = new ArrayList<>(read.size());
		for (Object entry : read) {
			List<?> parts = (List<?>) entry;
			List<?> fields = (parts.size() > 1 && parts.get(1) instanceof List<?> list) ? list : List.of();
			entries.add(entry(new String((byte[]) parts.get(0), StandardCharsets.US_ASCII), fields));
		}
		return entries;
	}

	// The fields are names and values, which alternate.
	static Entry entry(String id, List<?> fields) {
		return new Entry(id, lines(fields), field(fields, "responder"));
	}

	// Another client may have named them otherwise.
	private static byte @Nullable [] lines(List<?> fields) {
		byte[] signals = field(fields, "signals");
		return (signals != null || fields.size() < 2) ? signals : (byte[]) fields.get(1);
	}

	// Not by its place: a newer version may add fields.
	private static byte @Nullable [] field(List<?> fields, String name) {
		byte[] key = name.getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i + 1 < fields.size(); i += 2) {
			if (Arrays.equals(key, (byte[]) fields.get(i))) {
				return (byte[]) fields.get(i + 1);
			}
		}
		return null;
	}

	/**
	 * An entry of a stream.
	 *
	 * @param id its id
	 * @param lines its signals in JSON, a line each; {@code null} if they were dropped
	 * before they were acknowledged
	 * @param responder the name of the only responder that they are for; {@code null}:
	 * they are for all
	 */
	record Entry(String id, byte @Nullable [] lines, byte @Nullable [] responder) {
	}

}
