package io.github.statesignals.core.publish;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The messages of the responses to one publish, bounded in their number and length: any
 * client can respond. Not thread-safe.
 */
final class AnswerMessages {

	/**
	 * The characters of all messages, beyond which further ones are shortened.
	 */
	static final int CAPACITY = 4 * 1024 * 1024;

	static final int SHORTENED = 1_000;

	/**
	 * The responders that were not awaited and whose messages are stored.
	 */
	static final int UNAWAITED = 100;

	private static final int LONGEST_ID = 256;

	private Map<String, String> messages = Map.of();

	private int characters;

	private int unawaited;

	/**
	 * Adds the message of a response.
	 * @param responderId the responder's id
	 * @param message the message, if it has one
	 * @param awaited whether the publish awaits the responder
	 * @return the message, shortened if it is too long
	 */
	@Nullable String add(String responderId, @Nullable String message, boolean awaited) {
		if (message == null) {
			return null;
		}
		String before = this.messages.get(responderId);
		int others = this.characters - ((before != null) ? before.length() : 0);
		String stored = (awaited && message.length() <= CAPACITY - others) ? message : shortened(message);
		if (awaited || before != null || isStored(responderId)) {
			if (this.messages.isEmpty()) {
				this.messages = new LinkedHashMap<>();
			}
			this.messages.put(responderId, stored);
			this.characters = others + stored.length();
		}
		return stored;
	}

	private boolean isStored(String responderId) {
		return responderId.length() <= LONGEST_ID && this.unawaited++ < UNAWAITED;
	}

	Map<String, String> byResponder() {
		return this.messages;
	}

	private static String shortened(String message) {
		return (message.length() <= SHORTENED) ? message
				: message.substring(0, SHORTENED) + "\u2026 (shortened from " + message.length() + " characters)";
	}

}
