package io.github.statesignals;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The state of a signal on a durable channel. Immutable.
 *
 * @param id the id of the signal
 * @param accepted when Redis took it, by Redis's clock, to the millisecond
 * @param acknowledged the answers so far, by the name of the responder
 * @param outstanding the names of the responders that it is stored for and that have not
 * answered
 * @param removed the names of the responders that it was stored for and that were removed
 * before they answered
 * @param completeness whether all responders that it was stored for have answered
 * @since 0.1.0
 */
public record SignalStatus(String id, Instant accepted, Map<String, Response> acknowledged, Set<String> outstanding,
		Set<String> removed, Completeness completeness) {

	public SignalStatus {
		acknowledged = Collections.unmodifiableMap(new LinkedHashMap<>(acknowledged));
		outstanding = Collections.unmodifiableSet(new LinkedHashSet<>(outstanding));
		removed = Collections.unmodifiableSet(new LinkedHashSet<>(removed));
	}

	/**
	 * Whether it is known that all responders that the signal was stored for, without
	 * those that were removed, have answered, be it with success or not.
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

		/** All have answered, and there is at least one. */
		COMPLETE,

		/** At least one has not answered. */
		OUTSTANDING,

		/** It was stored for no responder, or all of them were removed. */
		NOT_ANSWERED,

		/**
		 * Redis does not know for which responders it was stored: the names were lost, or
		 * none was registered yet.
		 */
		UNKNOWN

	}

}
