package io.github.statesignals;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The status of a signal on a durable channel. Immutable.
 *
 * @param id the id of the signal
 * @param accepted the time at which Redis accepted the signal, by the clock of Redis, in
 * milliseconds
 * @param acknowledged the answers until now, by responder name
 * @param unhandled the names of those responders that answered that they have no handler
 * for the event: they did not act, also where their answer has {@code ras} 1
 * @param outstanding the names of the responders that the signal is stored for and that
 * have not answered
 * @param removed the names of the responders that the signal was stored for and that were
 * removed before they answered
 * @param completeness whether all responders that the signal was stored for have answered
 * @since 0.1.0
 */
public record SignalStatus(String id, Instant accepted, Map<String, Response> acknowledged, Set<String> unhandled,
		Set<String> outstanding, Set<String> removed, Completeness completeness) {

	public SignalStatus {
		acknowledged = Collections.unmodifiableMap(new LinkedHashMap<>(acknowledged));
		unhandled = Collections.unmodifiableSet(new LinkedHashSet<>(unhandled));
		outstanding = Collections.unmodifiableSet(new LinkedHashSet<>(outstanding));
		removed = Collections.unmodifiableSet(new LinkedHashSet<>(removed));
	}

	/**
	 * Returns whether all responders that the signal was stored for are known and have
	 * answered, with success or not. Removed responders do not count.
	 * @return {@code true} when the completeness is {@link Completeness#COMPLETE}
	 */
	public boolean isComplete() {
		return this.completeness == Completeness.COMPLETE;
	}

	/**
	 * Whether all responders that a signal was stored for have answered.
	 *
	 * @since 0.1.0
	 */
	public enum Completeness {

		/**
		 * All responders have answered, and there is at least one.
		 */
		COMPLETE,

		/**
		 * At least one responder has not answered.
		 */
		OUTSTANDING,

		/**
		 * The signal was stored for no responder, or all of them were removed.
		 */
		NOT_ANSWERED,

		/**
		 * Redis does not know which responders the signal was stored for: the names were
		 * lost, or none was registered yet.
		 */
		UNKNOWN

	}

}
