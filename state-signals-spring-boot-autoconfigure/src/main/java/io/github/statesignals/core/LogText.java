package io.github.statesignals.core;

import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Text from the wire, made fit for a log: a line break, an escape sequence or a change of
 * the writing direction in an id must not pretend to be more than an id.
 */
public final class LogText {

	private static final int LONGEST = 200;

	private static final int MOST = 10;

	private LogText() {
	}

	public static String printable(String id) {
		String cut = (id.length() > LONGEST) ? id.substring(0, LONGEST) + "..." : id;
		return cut.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
	}

	public static String printable(Collection<String> ids) {
		String some = ids.stream().limit(MOST).map(LogText::printable).collect(Collectors.joining(", ", "[", ""));
		return (ids.size() > MOST) ? some + " and " + (ids.size() - MOST) + " more]" : some + "]";
	}

}
