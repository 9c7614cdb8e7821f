package io.github.statesignals;

import org.jspecify.annotations.Nullable;

/**
 * The outcome that a handler returns: success or failure, with an optional message.
 * <p>
 * A message that does not fit into {@code state-signals.protocol.max-payload} is
 * shortened.
 *
 * @param ras <em>response action success</em>: 1 is success, any other number is a
 * failure
 * @param message the message for the publisher, or {@code null}
 * @since 0.1.0
 */
public record Acknowledgement(int ras, @Nullable String message) {

	/**
	 * The {@code ras} of success.
	 */
	public static final int SUCCESS = 1;

	/**
	 * The {@code ras} of {@link #failure(String)}. In the protocol any number other than
	 * 1 is a failure.
	 */
	public static final int FAILURE = 0;

	private static final Acknowledgement SUCCEEDED = new Acknowledgement(SUCCESS, null);

	/**
	 * Returns an acknowledgement of success without a message.
	 * @return the acknowledgement
	 */
	public static Acknowledgement success() {
		return SUCCEEDED;
	}

	/**
	 * Returns an acknowledgement of success.
	 * @param message the message for the publisher
	 * @return the acknowledgement
	 */
	public static Acknowledgement success(@Nullable String message) {
		return new Acknowledgement(SUCCESS, message);
	}

	/**
	 * Returns an acknowledgement of failure. The signal is not handled again.
	 * @param message the message for the publisher
	 * @return the acknowledgement
	 */
	public static Acknowledgement failure(@Nullable String message) {
		return new Acknowledgement(FAILURE, message);
	}

	/**
	 * Returns an acknowledgement with any {@code ras}.
	 * @param ras 1 for success, any other number for a failure
	 * @param message the message for the publisher, or {@code null}
	 * @return the acknowledgement
	 */
	public static Acknowledgement of(int ras, @Nullable String message) {
		return new Acknowledgement(ras, message);
	}

	/**
	 * Returns whether this is an acknowledgement of success.
	 * @return {@code true} when {@code ras} is 1
	 */
	public boolean isSuccess() {
		return this.ras == SUCCESS;
	}

}
