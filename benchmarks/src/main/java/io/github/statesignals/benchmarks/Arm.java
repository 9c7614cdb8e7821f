package io.github.statesignals.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * A way to publish a signal and to have every subscriber's answer.
 */
enum Arm {

	/** Lettuce alone, as an expert writes it. */
	FLOOR,

	/** The same once more: how far the two are apart is noise. */
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
	 * How many answers may be on their way: Redis drops a subscriber that is more than 32
	 * MB behind.
	 */
	private static final int OUTSTANDING = 25_000;

	/**
	 * The same for those whom more on their way makes slower only: it takes them seconds
	 * to get through, in which they would disturb the others.
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
	 * Whether it keeps the machine so busy that others are not measured beside it.
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
			// Each has a connection of its own.
			case OURS_DURABLE -> 10;
			case NAIVE, REDISSON -> 100;
			case PYTHON -> 1;
		};
	}

	/**
	 * How many signals may be on their way. The starter has to cope with as many as its
	 * user sends.
	 * @param wanted how many the user sends
	 * @param responders how many answer each
	 * @return the number
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
			case PYTHON -> throw new IllegalArgumentException("Python has processes of its own");
		};
	}

	ResponderArm responder(Arguments arguments) {
		return switch (this) {
			case FLOOR, FLOOR_AGAIN, FLOOR_JSON -> new FloorResponder(arguments);
			case OURS, OURS_NAMED, OURS_PLAIN, OURS_DURABLE -> new OursResponder(arguments);
			case NAIVE -> new NaiveResponder(arguments);
			case REDISSON -> new RedissonResponder(arguments);
			case PYTHON -> throw new IllegalArgumentException("Python has processes of its own");
		};
	}

}
