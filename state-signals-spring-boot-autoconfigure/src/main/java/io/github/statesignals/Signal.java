package io.github.statesignals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.github.statesignals.immutable.OrderedMap;
import org.jspecify.annotations.Nullable;

/**
 * A state signal, with the fields of a signal of the Python package {@code state-signals}
 * 1.0.1. Immutable, except for mutable values that a publisher adds to the metadata.
 *
 * @param publisherId the id of the publisher: {@code <process name>-<uuid4>}, created
 * once per exporter
 * @param processName the name of the publishing process
 * @param event the event; {@value #INITIALIZATION} and {@value #SHUTDOWN} are reserved
 * @param runnerHost the host of the publisher
 * @param sampleNo the sample number, {@value #NO_SAMPLE} if none was set. A received
 * signal whose number exceeds 64 bits is answered {@code ras} 0 and not handled
 * @param tag the tag, {@value #NO_TAG} if none was set
 * @param metadata the metadata as JSON values (strings, booleans, numbers, maps, lists
 * and {@code null}), in the publisher's order; unmodifiable. An integer is an
 * {@link Integer}, {@link Long} or {@link java.math.BigInteger}, the first that can
 * represent it. Any other number is a {@link Double} if it is written as Java or Python
 * write that double ({@code 2.5}, {@code 1.0E-7}, {@code 1e-07}), else a
 * {@link java.math.BigDecimal} with the digits and the scale that were sent
 * ({@code 10.00}, {@code 1E+2}). Use {@link Number} to accept either
 * @since 0.1.0
 */
public record Signal(String publisherId, String processName, String event, String runnerHost, long sampleNo, String tag,
		Map<String, @Nullable Object> metadata) {

	/**
	 * The reserved event that asks responders to subscribe to an exporter.
	 */
	public static final String INITIALIZATION = "initialization";

	/**
	 * The reserved event that announces that an exporter shuts down. It awaits no answer.
	 */
	public static final String SHUTDOWN = "shutdown";

	/**
	 * The metadata key that is reserved for extensions of the protocol. It can't be sent,
	 * and handlers do not see it.
	 */
	public static final String RESERVED_METADATA_KEY = "_ss";

	/**
	 * The tag of a signal for which none was set.
	 */
	public static final String NO_TAG = "No tag specified";

	/**
	 * The sample number of a signal for which none was set.
	 */
	public static final long NO_SAMPLE = -1;

	public Signal {
		Objects.requireNonNull(publisherId, "publisherId");
		Objects.requireNonNull(processName, "processName");
		Objects.requireNonNull(event, "event");
		Objects.requireNonNull(runnerHost, "runnerHost");
		Objects.requireNonNull(tag, "tag");
		// Not Map.copyOf: it loses the order, and refuses null.
		metadata = OrderedMap.copyOf(Objects.requireNonNull(metadata, "metadata"));
	}

	/**
	 * Creates a signal without sample number, tag and metadata.
	 * @param publisherId the id of the publisher
	 * @param processName the name of the publishing process
	 * @param event the event
	 * @param runnerHost the host of the publisher
	 */
	public Signal(String publisherId, String processName, String event, String runnerHost) {
		this(publisherId, processName, event, runnerHost, NO_SAMPLE, NO_TAG, Map.of());
	}

	/**
	 * Returns a copy of this signal with a sample number.
	 * @param sampleNo the sample number
	 * @return the copy
	 */
	public Signal withSampleNo(long sampleNo) {
		return new Signal(this.publisherId, this.processName, this.event, this.runnerHost, sampleNo, this.tag,
				this.metadata);
	}

	/**
	 * Returns a copy of this signal with a tag.
	 * @param tag the tag
	 * @return the copy
	 */
	public Signal withTag(String tag) {
		return new Signal(this.publisherId, this.processName, this.event, this.runnerHost, this.sampleNo, tag,
				this.metadata);
	}

	/**
	 * Returns a copy of this signal with other metadata.
	 * @param metadata the metadata as JSON values
	 * @return the copy
	 */
	public Signal withMetadata(Map<String, ? extends @Nullable Object> metadata) {
		return new Signal(this.publisherId, this.processName, this.event, this.runnerHost, this.sampleNo, this.tag,
				new LinkedHashMap<>(metadata));
	}

	/**
	 * Returns whether an event is reserved for the protocol.
	 * @param event the event
	 * @return {@code true} for {@value #INITIALIZATION} and {@value #SHUTDOWN}
	 */
	public static boolean isReserved(String event) {
		return INITIALIZATION.equals(event) || SHUTDOWN.equals(event);
	}

}
