package io.github.statesignals.core.publish;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.core.lane.Budget;
import org.jspecify.annotations.Nullable;

/**
 * The messages of the responses to one publish, bounded in their number and length, and
 * together with those of other publishes in their memory: any client can respond. Not
 * thread-safe.
 */
final class AnswerMessages {

	// The characters of all messages, beyond which further ones are shortened.
	static final int CAPACITY = 4 * 1024 * 1024;

	static final int SHORTENED = 1_000;

	// The characters of a message when the memory for messages is used up.
	static final int SHORTEST = 100;

	private static final int OBJECT = 100;

	// The responders that were not awaited and whose messages are stored.
	static final int UNAWAITED = 100;

	private static final int LONGEST_ID = 256;

	private Map<String, String> messages = Map.of();

	private int characters;

	private int unawaited;

	private final Budget memory;

	// The memory that the messages take.
	private long bytes;

	AnswerMessages(Budget memory) {
		this.memory = memory;
	}

	// Adds the message of a response, and returns it, shortened if it is too long.
	@Nullable String add(String responderId, @Nullable String message, boolean awaited) {
		if (message == null) {
			return null;
		}
		String before = this.messages.get(responderId);
		int others = this.characters - ((before != null) ? before.length() : 0);
		boolean stores = awaited || before != null || isStored(responderId);
		String stored = (awaited && message.length() <= CAPACITY - others) ? message : shortened(message, SHORTENED);
		if (stores) {
			release((before != null) ? size(before) : 0);
			stored = reserve(stored, message);
			if (this.messages.isEmpty()) {
				this.messages = new LinkedHashMap<>();
			}
			this.messages.put(responderId, stored);
			this.characters = others + stored.length();
		}
		return stored;
	}

	private String reserve(String stored, String message) {
		if (take(stored)) {
			return stored;
		}
		String shortened = shortened(message, SHORTENED);
		if (shortened.length() < stored.length() && take(shortened)) {
			return shortened;
		}
		// The number of answers is bounded, too.
		String shortest = shortened(message, SHORTEST);
		this.memory.force(size(shortest));
		this.bytes += size(shortest);
		return shortest;
	}

	private boolean take(String text) {
		boolean reserved = this.memory.reserve(size(text));
		this.bytes += reserved ? size(text) : 0;
		return reserved;
	}

	private static long size(String text) {
		return OBJECT + 2L * text.length();
	}

	// Releases the memory, for the result is handed out.
	void release() {
		release(this.bytes);
	}

	private void release(long released) {
		this.memory.release(released);
		this.bytes -= released;
	}

	private boolean isStored(String responderId) {
		return responderId.length() <= LONGEST_ID && this.unawaited++ < UNAWAITED;
	}

	Map<String, String> byResponder() {
		return this.messages;
	}

	private static String shortened(String message, int length) {
		return (message.length() <= length) ? message
				: message.substring(0, length) + "\u2026 (shortened from " + message.length() + " characters)";
	}

}
