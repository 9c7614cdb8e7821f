package io.github.statesignals.handler;

/**
 * The attribute of an annotation does not resolve to what it has to be.
 */
@SuppressWarnings("serial")
final class InvalidAttributeException extends IllegalArgumentException {

	private final String remedy;

	/**
	 * Creates the exception.
	 * @param message describes the value, such as "that is a list"
	 * @param remedy what to do about it
	 */
	InvalidAttributeException(String message, String remedy) {
		super(message);
		this.remedy = remedy;
	}

	String getRemedy() {
		return this.remedy;
	}

	/**
	 * Completes the description of the problem.
	 * @param attribute the attribute's name
	 * @return what the annotated element has
	 */
	String describe(String attribute) {
		return "has %s %s %s".formatted("aeiou".indexOf(attribute.charAt(0)) < 0 ? "a" : "an", attribute, getMessage());
	}

}
