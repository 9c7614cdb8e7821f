package io.github.statesignals.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * A way to publish a signal and to receive the answer of every subscriber.
 */
enum Arm {

	/** Lettuce alone, as an expert writes it. */
	FLOOR,

	/** The floor again: the difference between the two is noise. */
	FLOOR_AGAIN,

	/** The floor with streaming JSON in place of templates and scanners. */
	FLOOR_JSON,

	/** The starter, as a user gets it. */
	OURS,

	/** The starter on a named channel. */
	OURS_NAMED,

	/** The starter without its extensions of the protocol. */
	OURS_PLAIN,

	/** The starter on a durable channel. */
	OURS_DURABLE,

	/** The code that a user of Spring writes without it. */
	NAIVE,

	/** Topics of Redisson. */
	REDISSON,

	/** The Python package. */
	PYTHON;

	/**
	 * The maximum number of answers in flight: Redis disconnects a subscriber that is
	 * more than 32 MB behind.
	 */
	private static final int OUTSTANDING = 25_000;

	/**
	 * The same for slow arms, which more answers in flight only make slower: they would
	 * need seconds to receive them, and disturb the other arms meanwhile.
	 */
	private static final int SLOW_OUTSTANDING = 2_500;

	static Arm of(String label) {
		return Arrays.stream(values())
			.filter((arm) -> arm.label().equals(label))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("There is no arm '" + label + "'"));
	}

	String label() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	boolean isOurs() {
		return this == OURS || this == OURS_NAMED || this == OURS_PLAIN || this == OURS_DURABLE;
	}

	/**
	 * Whether this arm uses so much CPU that no other arm is measured at the same time.
	 * @return {@code true} for an arm that a user would pick instead
	 */
	boolean isSlow() {
		return this == NAIVE || this == REDISSON || this == PYTHON;
	}

	/**
	 * The most responders that this arm can be measured with in reasonable time.
	 * @return the number
	 */
	int maxResponders() {
		return switch (this) {
			case FLOOR, FLOOR_AGAIN, FLOOR_JSON, OURS, OURS_NAMED, OURS_PLAIN -> Integer.MAX_VALUE;
			// Each has its own connection.
			case OURS_DURABLE -> 10;
			case NAIVE, REDISSON -> 100;
			case PYTHON -> 1;
		};
	}

	/**
	 * Returns the maximum number of signals in flight. The starter has to cope with as
	 * many as its user sends.
	 * @param wanted the number that the user sends
	 * @param responders the number of responders that answer each signal
	 * @return the number of signals
	 */
	int window(int wanted, int responders) {
		if (isOurs()) {
			return wanted;
		}
		return Math.max(1, Math.min(wanted, (isSlow() ? SLOW_OUTSTANDING : OUTSTANDING) / responders));
	}

	ExporterArm exporter(Arguments arguments) {
		return switch (this) {
			case FLOOR, FLOOR_AGAIN, FLOOR_JSON -> new FloorExporter(arguments);
			case OURS, OURS_NAMED, OURS_PLAIN, OURS_DURABLE -> new OursExporter(arguments);
			case NAIVE -> new NaiveExporter(arguments);
			case REDISSON -> new RedissonExporter(arguments);
			case PYTHON -> throw new IllegalArgumentException("The arm python has its own processes");
		};
	}

	ResponderArm responder(Arguments arguments) {
		return switch (this) {
			case FLOOR, FLOOR_AGAIN, FLOOR_JSON -> new FloorResponder(arguments);
			case OURS, OURS_NAMED, OURS_PLAIN, OURS_DURABLE -> new OursResponder(arguments);
			case NAIVE -> new NaiveResponder(arguments);
			case REDISSON -> new RedissonResponder(arguments);
			case PYTHON -> throw new IllegalArgumentException("The arm python has its own processes");
		};
	}

}
