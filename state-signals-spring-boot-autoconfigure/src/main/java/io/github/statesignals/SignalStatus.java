package io.github.statesignals;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What has become of a signal on a durable channel. Immutable.
 *
 * @param id the id of the signal
 * @param accepted when Redis took it, by Redis's clock, to the millisecond
 * @param acknowledged the answers so far, by the name of the responder
 * @param outstanding the names of those that it is kept for and that have not answered
 * @since 0.1.0
 */
public record SignalStatus(String id, Instant accepted, Map<String, Response> acknowledged, Set<String> outstanding) {

	public SignalStatus {
		acknowledged = Collections.unmodifiableMap(new LinkedHashMap<>(acknowledged));
		outstanding = Collections.unmodifiableSet(new LinkedHashSet<>(outstanding));
	}

	/**
	 * Whether everybody has answered, be it with success or not.
	 * @return {@code true} when nobody is outstanding
	 */
	public boolean isComplete() {
		return this.outstanding.isEmpty();
	}

}
