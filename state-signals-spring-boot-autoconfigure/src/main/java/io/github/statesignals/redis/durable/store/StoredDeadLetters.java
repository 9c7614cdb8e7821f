package io.github.statesignals.redis.durable.store;

import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * The signals of a channel that could not be delivered.
 */
public record StoredDeadLetters(long total, List<StoredDeadLetter> letters) {

	static StoredDeadLetters of(List<?> reply) {
		List<?> fields = (List<?>) reply.get(1);
		List<?> letters = (List<?>) reply.get(2);
		return new StoredDeadLetters(Replies.number(reply.get(0)),
				IntStream.range(0, fields.size())
					.mapToObj((i) -> StoredDeadLetter.of(Replies.text(fields.get(i)), letters.get(i)))
					.toList());
	}

	/**
	 * A signal that could not be delivered.
	 */
	public record StoredDeadLetter(String signal, String responder, long millis, String reason, byte[] json) {

		static StoredDeadLetter of(String field, @Nullable Object letter) {
			String[] names = field.split(" ", 2);
			String text = Replies.text(letter);
			int end = Math.max(text.indexOf('\n'), 0);
			String[] head = text.substring(0, end).split(" ", 2);
			byte[] json = StreamKeys.bytes(text.substring(Math.min(end + 1, text.length())));
			return new StoredDeadLetter(names[0], (names.length > 1) ? names[1] : "", Replies.number(head[0]),
					(head.length > 1) ? head[1] : "", json);
		}

	}

}
