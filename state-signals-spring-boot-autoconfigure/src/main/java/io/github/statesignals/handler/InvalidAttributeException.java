package io.github.statesignals.handler;

@SuppressWarnings("serial")
final class InvalidAttributeException extends IllegalArgumentException {

	private final String remedy;

	InvalidAttributeException(String message, String remedy) {
		super(message);
		this.remedy = remedy;
	}

	String getRemedy() {
		return this.remedy;
	}

	String describe(String attribute) {
		return "has %s %s %s".formatted("aeiou".indexOf(attribute.charAt(0)) < 0 ? "a" : "an", attribute, getMessage());
	}

}
