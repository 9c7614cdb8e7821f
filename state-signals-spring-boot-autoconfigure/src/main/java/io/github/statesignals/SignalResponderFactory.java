package io.github.statesignals;

/**
 * Finds and makes responders beside the application's own: each has an id, and answers,
 * of its own.
 *
 * @since 0.1.0
 */
public interface SignalResponderFactory {

	/**
	 * The responder of a name on the application's channel; the same one for the same
	 * name, and the one that {@link OnSignal#responder()} names.
	 * @param name the name
	 * @return the responder
	 * @throws IllegalArgumentException if the name is blank
	 */
	SignalResponder get(String name);

	/**
	 * The responder of a name on a channel; the same one for the same name and channel.
	 * @param name the name
	 * @param channel the channel's name; empty: the Python package's two channels
	 * @return the responder
	 * @throws IllegalArgumentException if the name is blank, or the channel's has more
	 * than letters, digits, {@code . _ -}
	 */
	SignalResponder get(String name, String channel);

}
