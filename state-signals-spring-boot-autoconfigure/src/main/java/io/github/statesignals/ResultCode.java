package io.github.statesignals;

/**
 * What a publish came to. The numbers are those of the Python package
 * {@code state-signals} 1.0.1.
 *
 * @since 0.1.0
 */
public enum ResultCode {

	/**
	 * Every awaited responder answered, each with success. Also the code where nobody was
	 * subscribed.
	 */
	ALL_SUBS_SUCCESS(0),

	/**
	 * Every awaited responder answered, at least one of them without success.
	 */
	SUB_FAILED(1),

	/**
	 * The timeout passed before every awaited responder had answered.
	 */
	MISSING_RESPONSE(2);

	private final int value;

	ResultCode(int value) {
		this.value = value;
	}

	/**
	 * The protocol's number for this code.
	 * @return 0, 1 or 2
	 */
	public int value() {
		return this.value;
	}

}
