package io.github.statesignals.transport;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Makes text of other applications fit for a log: a line break, an escape sequence, an
 * invisible character or a change of the writing direction is escaped, and the length is
 * bounded.
 */
public final class LogText {

	private static final int MAX_LENGTH = 200;

	private static final int MAX_IDS = 10;

	private LogText() {
	}

	public static String printable(String id) {
		String text = id.substring(0, Math.min(id.length(), MAX_LENGTH));
		String printable = text.codePoints().allMatch(LogText::isPrintable) ? text
				: text.codePoints().mapToObj(LogText::escaped).collect(Collectors.joining());
		return (text.length() < id.length()) ? printable + "..." : printable;
	}

	public static String printable(Collection<String> ids) {
		String some = ids.stream().limit(MAX_IDS).map(LogText::printable).collect(Collectors.joining(", ", "[", ""));
		return (ids.size() > MAX_IDS) ? "%s and %,d more]".formatted(some, ids.size() - MAX_IDS) : some + "]";
	}

	// The key of a map in the name of a property: with a dot it has brackets.
	public static String propertyKey(String key) {
		return key.contains(".") ? "[" + key + "]" : key;
	}

	// The message of an application's exception may fail, and the logger with it: then
	// another one names its class.
	public static Throwable loggable(Throwable ex) {
		try {
			// Loggers take the string of an exception, or its message.
			ex.printStackTrace(new PrintWriter(Writer.nullWriter()));
			readMessages(ex, new IdentityHashMap<>());
			return ex;
		}
		catch (RuntimeException | Error failure) {
			return new IllegalStateException("The message of a " + ex.getClass().getName() + " can't be read");
		}
	}

	private static void readMessages(Throwable ex, Map<Throwable, @Nullable String> messages) {
		if (!messages.containsKey(ex)) {
			messages.put(ex, ex.getMessage());
			if (ex.getCause() != null) {
				readMessages(ex.getCause(), messages);
			}
			for (Throwable suppressed : ex.getSuppressed()) {
				readMessages(suppressed, messages);
			}
		}
	}

	private static String escaped(int codePoint) {
		String text = Character.toString(codePoint);
		return isPrintable(codePoint) ? text
				: text.chars().mapToObj((unit) -> "\\u%04x".formatted(unit)).collect(Collectors.joining());
	}

	private static boolean isPrintable(int codePoint) {
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
				false;
			default -> true;
		};
	}

}
