package io.github.statesignals;

import java.util.Optional;
import java.util.Set;

/**
 * Reads the status of signals on durable channels, and manages the responders that
 * signals are stored for. A channel is durable with
 * {@code state-signals.channels.<name>.delivery=durable}.
 * <p>
 * Safe for concurrent use. All methods block until Redis has replied, for a few seconds
 * at most. They throw a {@link org.springframework.dao.DataAccessException} if Redis does
 * not reply, and an {@link IllegalArgumentException} if the channel is not durable.
 *
 * @since 0.1.0
 */
public interface DurableChannels {

	/**
	 * Returns the status of a signal.
	 * @param channel the channel's name
	 * @param id the id of the signal, from {@link SignalResult#id()}
	 * @return the status; empty if no signal has this id, or
	 * {@code state-signals.channels.<name>.retention} has passed
	 */
	Optional<SignalStatus> find(String channel, String id);

	/**
	 * Returns the responders that signals are stored for.
	 * @param channel the channel's name
	 * @return the names of all registered responders that were not removed
	 */
	Set<String> responders(String channel);

	/**
	 * Removes a responder that will not return. Its stored signals are discarded, and
	 * publishes no longer await it. If it is connected, or connects later, it receives
	 * the signals that are published from then on.
	 * @param channel the channel's name
	 * @param responder the name of the responder
	 * @return whether the responder was registered
	 */
	boolean remove(String channel, String responder);

}
