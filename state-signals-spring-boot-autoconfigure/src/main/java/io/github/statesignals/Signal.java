package io.github.statesignals;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A state signal as it travels from a publisher to its responders. Field for field the
 * signal of the Python package {@code state-signals} 1.0.1. Immutable, apart from mutable
 * values that somebody put into the metadata.
 *
 * @param publisherId who published it: {@code <process name>-<uuid4>}, made once per
 * exporter
 * @param processName the publishing process
 * @param event the event; {@value #INITIALIZATION} and {@value #SHUTDOWN} are reserved
 * @param runnerHost the host on which the publisher runs
 * @param sampleNo the sample number, {@value #NO_SAMPLE} when none was given; a signal of
 * a peer whose number is beyond 64 bits is answered {@code ras} 0 and not handled
 * @param tag the tag, {@value #NO_TAG} when none was given
 * @param metadata what else the publisher says: JSON values (strings, booleans, numbers,
 * maps, lists and {@code null}), in the publisher's order; unmodifiable, empty when the
 * publisher gave none. An integer is an {@link Integer}, {@link Long} or
 * {@link java.math.BigInteger}, whichever is the first to hold it. Another number is a
 * {@link Double} where it is written as Java or Python write that double ({@code 2.5},
 * {@code 1.0E-7}, {@code 1e-07}), else a {@link java.math.BigDecimal} with the digits and
 * the scale that were sent ({@code 10.00}, {@code 1E+2}). Code that takes either asks for
 * {@link Number}, or for its own type as a parameter or a property
 * @since 0.1.0
 */
public record Signal(String publisherId, String processName, String event, String runnerHost, long sampleNo, String tag,
		Map<String, @Nullable Object> metadata) {

	/**
	 * The reserved event by which an exporter asks responders to subscribe.
	 */
	public static final String INITIALIZATION = "initialization";

	/**
	 * The reserved event by which an exporter says that it is done. Nobody answers it.
	 */
	public static final String SHUTDOWN = "shutdown";

	/**
	 * The one metadata key that belongs to the protocol: nobody may send it, and no
	 * handler sees it.
	 */
	public static final String RESERVED_METADATA_KEY = "_ss";

	/**
	 * The tag on the wire when the publisher gave none.
	 */
	public static final String NO_TAG = "No tag specified";

	/**
	 * The sample number on the wire when the publisher gave none.
	 */
	public static final long NO_SAMPLE = -1;

	public Signal {
		Objects.requireNonNull(publisherId, "publisherId");
		Objects.requireNonNull(processName, "processName");
		Objects.requireNonNull(event, "event");
		Objects.requireNonNull(runnerHost, "runnerHost");
		Objects.requireNonNull(tag, "tag");
		// Not Map.copyOf: it loses the order, and refuses null.
		Map<String, @Nullable Object> copy = Collections.emptyMap();
		if (!metadata.isEmpty()) {
			copy = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
		}
		metadata = copy;
	}

	/**
	 * Whether the event is one that the protocol keeps for itself.
	 * @param event the event
	 * @return {@code true} for {@value #INITIALIZATION} and {@value #SHUTDOWN}
	 */
	public static boolean isReserved(String event) {
		return INITIALIZATION.equals(event) || SHUTDOWN.equals(event);
	}

}
