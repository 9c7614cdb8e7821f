package io.github.statesignals.core.publish;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a publish, without the messages of responders.
 *
 * @param endedMillis when it ended, in milliseconds since the epoch
 * @param result its result; {@code null} if it failed
 * @param error why it failed; {@code null} if it has a result
 * @param answered the number of responders that answered
 * @param missing the number of responders that did not
 * @param success whether it is a success, also by answers that are not stored
 */
public record LastResult(long endedMillis, @Nullable SignalResult result, @Nullable String error, int answered,
		int missing, boolean success) {

	/**
	 * The number of answers, and of missing responders, that are stored.
	 */
	public static final int LIMIT = 100;

	private static final int LONGEST_ERROR = 500;

	public Instant ended() {
		return Instant.ofEpochMilli(this.endedMillis);
	}

	static LastResult of(Throwable ex) {
		String error = String.valueOf(ex.getMessage());
		return new LastResult(System.currentTimeMillis(), null,
				error.substring(0, Math.min(error.length(), LONGEST_ERROR)), 0, 0, false);
	}

	static LastResult of(SignalResult result) {
		int answered = result.responses().size();
		int missing = result.missing().size();
		boolean small = answered <= LIMIT && missing <= LIMIT && result.left().size() <= LIMIT
				&& result.messages().isEmpty();
		return new LastResult(System.currentTimeMillis(), small ? result : shortened(result), null, answered, missing,
				result.isSuccess());
	}

	private static SignalResult shortened(SignalResult result) {
		Map<String, Answer> answers = new LinkedHashMap<>();
		result.responses().entrySet().stream().limit(LIMIT).forEach((entry) -> {
			Answer answer = entry.getValue();
			answers.put(entry.getKey(), new Answer(answer.ras(), null, answer.latency(), answer.handled()));
		});
		return new SignalResult(result.code(), answers, Map.of(), first(result.missing()), result.elapsed(),
				first(result.left()), first(result.gone()), result.subscriptionLost(), result.id());
	}

	private static Set<String> first(Set<String> ids) {
		return ids.stream().limit(LIMIT).collect(Collectors.toCollection(LinkedHashSet::new));
	}

}
