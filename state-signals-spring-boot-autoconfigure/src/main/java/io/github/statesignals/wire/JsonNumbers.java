package io.github.statesignals.wire;

import java.math.BigDecimal;
import java.math.MathContext;

import tools.jackson.core.io.NumberOutput;

/**
 * Reads and writes decimal numbers with their digits and their scale. JSON has one kind
 * of number, and Java two: the text shows which one is meant.
 */
final class JsonNumbers {

	private JsonNumbers() {
	}

	/**
	 * Reads a number that has a fraction or an exponent.
	 * @param text the number in JSON, or {@code NaN} and its like
	 * @return a {@link Double} where the text is how Java or Python write that double,
	 * else a {@link BigDecimal} with the digits and the scale of the text
	 * @throws MalformedPayloadException if it is out of range
	 */
	static Number read(String text) throws MalformedPayloadException {
		try {
			double number = Double.parseDouble(text);
			if (Double.isNaN(number) || text.endsWith("Infinity")) {
				return number;
			}
			BigDecimal decimal = new BigDecimal(text);
			return (!Double.isInfinite(number) && isDouble(text, decimal, number)) ? number : decimal;
		}
		catch (NumberFormatException ex) {
			// An exponent beyond 32 bits, or one of Jackson's other words for infinity.
			throw new MalformedPayloadException("'metadata' holds a number that is out of range");
		}
	}

	private static boolean isDouble(String text, BigDecimal decimal, double number) {
		if (number == 0 && text.startsWith("-") && decimal.signum() == 0) {
			// No decimal is a negative zero.
			return true;
		}
		String shortest = NumberOutput.toString(number, true);
		if (text.indexOf('E') >= 0) {
			// Java writes doubles and decimals with it, and not alike. Before 19 a double
			// may have a digit more than it needs.
			return text.equals(shortest) || text.equals(Double.toString(number));
		}
		BigDecimal digits = digits(number, shortest);
		int zeros = decimal.scale() - digits.scale();
		// Python and JavaScript write doubles with an 'e', and none with spare zeros.
		boolean spare = (text.indexOf('e') >= 0) ? zeros != 0 && (zeros != 1 || digits.precision() > 1)
				: decimal.scale() != Math.max(1, digits.scale());
		return !spare && digits.compareTo(decimal) == 0;
	}

	private static BigDecimal digits(double number, String shortest) {
		if (Math.abs(number) < Double.MIN_NORMAL && number != 0) {
			// Of these, Java never writes one digit alone.
			BigDecimal one = new BigDecimal(number).round(new MathContext(1));
			if (one.doubleValue() == number) {
				return one;
			}
		}
		return new BigDecimal(shortest).stripTrailingZeros();
	}

	// Such that a reader that converts it to a decimal gets the same digits and scale.
	static String write(BigDecimal decimal) {
		String text = decimal.toString();
		try {
			boolean exact = text.indexOf('.') < 0 || !(read(text) instanceof Double number)
					|| BigDecimal.valueOf(number).equals(decimal);
			return exact ? text : decimal.unscaledValue() + "E" + -decimal.scale();
		}
		catch (MalformedPayloadException ex) {
			return text;
		}
	}

}
