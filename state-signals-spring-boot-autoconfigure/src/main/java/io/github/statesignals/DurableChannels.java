package io.github.statesignals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the status of signals on durable channels, and manages the responders that
 * signals are stored for, and the signals that could not be delivered. A channel is
 * durable with {@code state-signals.channels.<name>.delivery=durable}.
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
	 * Returns the stored signals that responders have not answered.
	 * @param channel the channel's name
	 * @return the backlog of each registered responder, by name
	 */
	Map<String, ResponderBacklog> backlog(String channel);

	/**
	 * Removes a responder that will not return. Its stored signals are discarded, and
	 * publishes no longer await it. If it is connected, or connects later, it receives
	 * the signals that are published from then on.
	 * @param channel the channel's name
	 * @param responder the name of the responder
	 * @return whether the responder was registered
	 */
	boolean remove(String channel, String responder);

	/**
	 * Returns the signals that could not be delivered to a responder, the earliest first.
	 * A channel stores up to 1,000 of them, until {@code retention} has passed without
	 * another one.
	 * @param channel the channel's name
	 * @param limit the number of dead letters to return at most
	 * @return the dead letters
	 * @throws IllegalArgumentException if {@code limit} is negative
	 */
	List<DeadLetter> deadLetters(String channel, int limit);

	/**
	 * Counts the signals that could not be delivered to a responder.
	 * @param channel the channel's name
	 * @return the number of dead letters
	 */
	long countDeadLetters(String channel);

	/**
	 * Delivers a dead letter to its responder again, after all signals that are stored by
	 * now, and removes it from the dead letters. The signal gets another id.
	 * @param channel the channel's name
	 * @param id the id of the signal
	 * @param responder the name of the responder
	 * @return {@code false} if there is no such dead letter
	 */
	boolean replay(String channel, String id, String responder);

}
