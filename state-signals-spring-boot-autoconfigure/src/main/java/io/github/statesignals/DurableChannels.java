package io.github.statesignals;

import java.util.Optional;
import java.util.Set;

/**
 * What durable channels keep: who answered a signal, also after its publish has ended,
 * and the responders that signals are kept for. A channel is durable when
 * {@code state-signals.channels.<name>.delivery} says so.
 * <p>
 * All methods block until Redis has answered, for some seconds at the most, and throw a
 * {@link org.springframework.dao.DataAccessException} if it doesn't; an
 * {@link IllegalArgumentException} for a channel that is not durable.
 *
 * @since 0.1.0
 */
public interface DurableChannels {

	/**
	 * What has become of a signal.
	 * @param channel the channel's name
	 * @param id the id of the signal, from {@link SignalResult#id()}
	 * @return its status; empty if there is no such signal, or
	 * {@code state-signals.channels.<name>.retention} has passed
	 */
	Optional<SignalStatus> find(String channel, String id);

	/**
	 * The responders that signals are kept for.
	 * @param channel the channel's name
	 * @return the names of all that were ever there and were not removed
	 */
	Set<String> responders(String channel);

	/**
	 * Keep no more signals for a responder, which does not come back: those that it has
	 * not acknowledged are lost to it, and nobody awaits it any more. One that is there,
	 * or comes back, gets the signals that are published from then on.
	 * @param channel the channel's name
	 * @param responder the name of the responder
	 * @return whether signals were kept for it
	 */
	boolean remove(String channel, String responder);

}
