package io.github.statesignals.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

import tools.jackson.core.io.NumberOutput;

/**
 * Reads and writes decimal numbers with their digits and their scale. JSON has one kind
 * of number, and Java two: the text shows which one is meant.
 */
final class JsonNumbers {

	private static final int MAX_BITS = BigInteger.TEN.pow(Limits.NUMBER_LENGTH).bitLength();

	private static final MathContext ONE_DIGIT = new MathContext(1);

	private JsonNumbers() {
	}

	// A Double where the text is how Java or Python write that double, else a BigDecimal
	// with the digits and the scale of the text.
	static Number read(String text) {
		return parse(checked(text));
	}

	private static Number parse(String text) {
		try {
			double number = Double.parseDouble(text);
			if (Double.isNaN(number) || text.endsWith("Infinity")) {
				return number;
			}
			BigDecimal decimal = new BigDecimal(text);
			return (!Double.isInfinite(number) && isDouble(text, decimal, number)) ? number : decimal;
		}
		catch (NumberFormatException ex) {
			// One of Jackson's other words for infinity.
			throw new IllegalArgumentException("it has a number that is out of range");
		}
	}

	// Without its sign; only its first digits where it is above the limit.
	private static int exponent(String text) {
		int at = Math.max(text.indexOf('e'), text.indexOf('E'));
		int exponent = 0;
		for (int i = at + 1; at > 0 && i < text.length() && exponent <= Limits.EXPONENT; i++) {
			int digit = Character.digit(text.charAt(i), 10);
			exponent = (digit < 0) ? exponent : exponent * 10 + digit;
		}
		return exponent;
	}

	private static boolean isDouble(String text, BigDecimal decimal, double number) {
		if (text.startsWith("-") && decimal.signum() == 0) {
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
		BigDecimal digits = new BigDecimal(shortest).stripTrailingZeros();
		if (digits.precision() == 2 && Math.abs(number) < Double.MIN_NORMAL) {
			// Java never writes one digit alone, and these may need only one: 5e-324.
			BigDecimal one = digits.round(ONE_DIGIT);
			return (one.doubleValue() == number) ? one : digits;
		}
		return digits;
	}

	// Such that a reader that converts it to a decimal gets the same digits and scale.
	static String write(BigDecimal decimal) {
		checkBits(decimal.unscaledValue());
		String text = checked(decimal.toString());
		boolean exact = text.indexOf('.') < 0 || !(parse(text) instanceof Double number)
				|| BigDecimal.valueOf(number).equals(decimal);
		return exact ? text : decimal.unscaledValue() + "E" + -decimal.scale();
	}

	static String write(BigInteger integer) {
		checkBits(integer);
		return checked(integer.toString());
	}

	// Computing the digits of a huge one takes long.
	private static void checkBits(BigInteger integer) {
		if (integer.bitLength() > MAX_BITS) {
			throw new IllegalArgumentException(Limits.TOO_MANY_DIGITS);
		}
	}

	private static String checked(String text) {
		if (exponent(text) > Limits.EXPONENT) {
			throw new IllegalArgumentException(Limits.EXPONENT_TOO_LARGE);
		}
		if (text.chars().filter(Character::isDigit).count() > Limits.NUMBER_LENGTH) {
			throw new IllegalArgumentException(Limits.TOO_MANY_DIGITS);
		}
		return text;
	}

}
