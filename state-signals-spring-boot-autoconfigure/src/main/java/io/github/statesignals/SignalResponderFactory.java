package io.github.statesignals;

/**
 * Finds or creates responders in addition to the application's responder. Each has a
 * separate id and answers separately. Safe for concurrent use.
 *
 * @since 0.1.0
 */
public interface SignalResponderFactory {

	/**
	 * Returns the responder of a name on the application's channel: always the same one,
	 * which is also that of {@link OnSignal#responder()}.
	 * @param name the name
	 * @return the responder
	 * @throws IllegalArgumentException if the name is blank
	 */
	SignalResponder get(String name);

	/**
	 * Returns the responder of a name on a channel, always the same one.
	 * @param name the name
	 * @param channel the name of the channel; empty for the channel of the Python package
	 * @return the responder
	 * @throws IllegalArgumentException if the name is blank, or the channel has other
	 * characters than letters, digits, {@code . _ -}
	 */
	SignalResponder get(String name, String channel);

}
