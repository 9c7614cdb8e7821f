package io.github.statesignals.sample;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the name from the id of a responder.
 */
final class ResponderName {

	private static final Pattern ID = Pattern
		.compile("(?<name>.{1,40})-(?<digits>\\p{XDigit}{8})(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}-resp");

	private ResponderName() {
	}

	static String of(String id) {
		Matcher matcher = ID.matcher(id);
		return PlainText.shorten(matcher.matches() ? matcher.group("name") : shortened(id), "");
	}

	/**
	 * Returns the digits that distinguish responders of the same name.
	 * @param id the id
	 * @return eight digits; empty for an unusual id
	 */
	static String digits(String id) {
		Matcher matcher = ID.matcher(id);
		return matcher.matches() ? matcher.group("digits") : "";
	}

	private static String shortened(String id) {
		return (id.length() > 40) ? id.substring(0, 39) + "…" : id;
	}

}
