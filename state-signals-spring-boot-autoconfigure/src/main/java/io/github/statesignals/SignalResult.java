package io.github.statesignals;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Who acted on a published signal. Immutable.
 * <p>
 * A responder that says that it leaves, as one does that stops, is awaited no longer: it
 * neither fails the publish nor is it missing. Who has to know asks for {@link #left()}.
 *
 * @param code the outcome in the protocol's terms
 * @param responses the answers that counted, by responder id, in the order of their
 * arrival
 * @param messages what responders said, by responder id; also a message of a responder
 * that was not awaited, whose answer does not count
 * @param missing the responder ids that were awaited and had not answered when the
 * publish ended
 * @param elapsed how long it took from sending the signal to its end
 * @param left the responder ids that were awaited and said, before they answered, that
 * they leave
 * @param id on a durable channel the id under which the signal and its answers are kept,
 * to ask {@link DurableChannels} for those that come later; {@code null} on any other
 * @since 0.1.0
 */
public record SignalResult(ResultCode code, Map<String, Answer> responses, Map<String, String> messages,
		Set<String> missing, Duration elapsed, Set<String> left, @Nullable String id) {

	public SignalResult {
		responses = copy(responses);
		messages = copy(messages);
		missing = copy(missing);
		left = copy(left);
	}

	// Most results have none of it, or one.
	private static <V> Map<String, V> copy(Map<String, V> map) {
		if (map.size() == 1) {
			Map.Entry<String, V> entry = map.entrySet().iterator().next();
			return Collections.singletonMap(entry.getKey(), entry.getValue());
		}
		return map.isEmpty() ? Collections.emptyMap() : Collections.unmodifiableMap(new LinkedHashMap<>(map));
	}

	private static Set<String> copy(Set<String> set) {
		return set.isEmpty() ? Collections.emptySet() : Collections.unmodifiableSet(new LinkedHashSet<>(set));
	}

	/**
	 * Whether every awaited responder succeeded, which includes that nobody was awaited.
	 * @return {@code true} when the code is {@link ResultCode#ALL_SUBS_SUCCESS}
	 */
	public boolean isSuccess() {
		return this.code == ResultCode.ALL_SUBS_SUCCESS;
	}

	/**
	 * How many responders were awaited to the end.
	 * @return the number, without those that left; 0 tells "nobody is subscribed" from
	 * "all succeeded"
	 */
	public int awaited() {
		return this.responses.size() + this.missing.size();
	}

	/**
	 * One responder's answer.
	 *
	 * @param ras <em>response action success</em>: 1 is success, anything else is not
	 * @param message what the responder said, if anything
	 * @param latency the time from sending the signal to having this answer
	 */
	public record Answer(int ras, @Nullable String message, Duration latency) {

		/**
		 * Whether the responder acted with success.
		 * @return {@code true} when {@code ras} is 1
		 */
		public boolean isSuccess() {
			return this.ras == Acknowledgement.SUCCESS;
		}

	}

}
