package io.github.statesignals.core;

import java.util.UUID;

/**
 * Ids of responders: {@code <name>-<uuid4>-resp}, as the Python package makes them.
 */
public final class ResponderIds {

	private static final String SUFFIX = "-resp";

	private static final int UUID_LENGTH = 36;

	private ResponderIds() {
	}

	public static String create(String name) {
		return name + "-" + UUID.randomUUID() + SUFFIX;
	}

	// Returns the id itself if it is not made of a name.
	public static String name(String responderId) {
		int length = responderId.length() - SUFFIX.length() - UUID_LENGTH - 1;
		return (length > 0 && responderId.endsWith(SUFFIX) && responderId.charAt(length) == '-')
				? responderId.substring(0, length) : responderId;
	}

}
