package io.github.statesignals;

/**
 * Result of a publish, with the numbers of the Python package {@code state-signals}
 * 1.0.1.
 *
 * @since 0.1.0
 * @see SignalResult#isSuccess()
 */
public enum ResultCode {

	/**
	 * Every awaited responder answered with success. Also the code if no responder was
	 * subscribed, or none had a handler: see {@link SignalResult#isSuccess()}.
	 */
	ALL_SUBS_SUCCESS(0),

	/**
	 * Every awaited responder answered, at least one of them with a failure.
	 */
	SUB_FAILED(1),

	/**
	 * At least one awaited responder did not answer: the timeout passed, or it was found
	 * disconnected.
	 */
	MISSING_RESPONSE(2);

	private final int value;

	ResultCode(int value) {
		this.value = value;
	}

	/**
	 * Returns the number of this code in the protocol.
	 * @return 0, 1 or 2
	 */
	public int value() {
		return this.value;
	}

}
