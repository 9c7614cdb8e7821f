package io.github.statesignals;

import org.jspecify.annotations.Nullable;

/**
 * What a handler says about a signal it acted on.
 *
 * @param ras <em>response action success</em>: 1 is success, anything else is not
 * @param message what to tell the publisher, if anything
 * @since 0.1.0
 */
public record Acknowledgement(int ras, @Nullable String message) {

	/**
	 * The {@code ras} of success.
	 */
	public static final int SUCCESS = 1;

	/**
	 * The {@code ras} that a failure has here. The protocol takes any other number for a
	 * failure, too.
	 */
	public static final int FAILURE = 0;

	private static final Acknowledgement SUCCEEDED = new Acknowledgement(SUCCESS, null);

	/**
	 * The handler acted with success.
	 * @return the acknowledgement
	 */
	public static Acknowledgement success() {
		return SUCCEEDED;
	}

	/**
	 * The handler acted with success and has something to say.
	 * @param message what to tell the publisher
	 * @return the acknowledgement
	 */
	public static Acknowledgement success(@Nullable String message) {
		return new Acknowledgement(SUCCESS, message);
	}

	/**
	 * The handler did not succeed.
	 * @param message what to tell the publisher
	 * @return the acknowledgement
	 */
	public static Acknowledgement failure(@Nullable String message) {
		return new Acknowledgement(FAILURE, message);
	}

	/**
	 * An acknowledgement with a number of the handler's own.
	 * @param ras 1 for success, anything else for a failure
	 * @param message what to tell the publisher, if anything
	 * @return the acknowledgement
	 */
	public static Acknowledgement of(int ras, @Nullable String message) {
		return new Acknowledgement(ras, message);
	}

	/**
	 * Whether this acknowledges success.
	 * @return {@code true} when {@code ras} is 1
	 */
	public boolean isSuccess() {
		return this.ras == SUCCESS;
	}

}
