package io.github.statesignals.transport;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Carries signals and responses between applications over named channels: every started
 * transport hears whatever any of them sends on the channels that it has open, its own
 * included. A channel's name is empty (the Python package's two Redis channels), or made
 * of letters, digits, {@code .}, {@code _} and {@code -}.
 * <p>
 * What one thread sends is heard in that order, by everybody; on a durable channel
 * signals keep theirs, and responses. The listener is called by one thread at a time.
 * <p>
 * A transport may keep the signals of some channels, its <em>durable</em> ones: for each
 * responder by its name, from the first time on that somebody of that name was there for
 * them, also while nobody is. There it says itself that those names are subscribed, and
 * whoever is there hears each signal until it has acknowledged it.
 *
 * @since 0.1.0
 */
public interface SignalTransport {

	/**
	 * In place of a publisher's id: a response is for every exporter.
	 */
	String EVERYBODY = "*";

	/**
	 * Whether a channel can have a name.
	 * @param name the name
	 * @return whether it is empty, or made of letters, digits, {@code .}, {@code _} and
	 * {@code -}, 128 at most
	 */
	static boolean isChannelName(String name) {
		return name.matches("[A-Za-z0-9._-]{0,128}");
	}

	/**
	 * Begin to hear, and return when whatever is sent from now on will be heard; or at
	 * once, if this transport connects in the background. A transport that was stopped
	 * may be started again.
	 * @param listener told what is heard
	 * @throws SignalTransportException if it could not connect in the time that it was
	 * given; it is stopped then
	 */
	void start(Listener listener);

	/**
	 * Hear a channel, too: when this returns whatever is sent on it from now on, and the
	 * listener wants, will be heard. Before {@link #start}, and while not connected, it
	 * only notes the channel. For a channel that is open it hears what the listener has
	 * come to want.
	 * @param channel the channel's name
	 * @throws org.springframework.dao.DataAccessException if it can't be heard, now or
	 * later
	 */
	void open(String channel);

	/**
	 * Hear nothing more, and let the connections go. The channels stay noted. Does
	 * nothing unless started.
	 */
	void stop();

	/**
	 * Whether this transport hears now what others send.
	 * @return {@code false} before the first connection and while reconnecting, as far as
	 * it can tell
	 */
	boolean isConnected();

	/**
	 * Where this transport, and no other, hears responses: for signals to name.
	 * @param channel the channel's name
	 * @return an address that {@link #send(String, Response, ResponseExtension, String)}
	 * of any transport of the kind takes, or {@code null} if there is none
	 */
	default @Nullable String replyTo(String channel) {
		return null;
	}

	/**
	 * Whether a channel is durable.
	 * @param channel the channel's name
	 * @return whether its signals are kept for whoever is away
	 */
	default boolean isDurable(String channel) {
		return false;
	}

	/**
	 * Reads the stored answers to a signal of a durable channel: the listener may not
	 * have received them. Never blocks on the network. Cheap enough for each publish that
	 * waits: what is asked for together is read together.
	 * @param channel the channel's name
	 * @param id the id under which the signal is stored
	 * @param responders the names of the responders whose answers are wanted
	 * @return completes, on any thread, with those answers that are stored; or
	 * exceptionally with a {@link org.springframework.dao.DataAccessException}, some
	 * seconds later at the most, if they can't be read now
	 */
	default CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
		return CompletableFuture.completedFuture(List.of());
	}

	/**
	 * Run a task when all that this transport has at hand was heard: on its own thread
	 * later, so that what comes together can be worked on together; on any other thread,
	 * and where it can't tell, at once.
	 * @param task the task; must not block
	 */
	default void afterHearing(Runnable task) {
		task.run();
	}

	/**
	 * Checks whether a signal can be sent, before it has to wait to be sent.
	 * @param signal the signal
	 * @throws IllegalArgumentException if it is too large
	 */
	default void check(Signal signal) {
	}

	/**
	 * Send a signal without an extension.
	 * @param channel the channel's name
	 * @param signal the signal
	 * @return see {@link #send(String, Signal, SignalExtension)}
	 */
	default CompletableFuture<?> send(String channel, Signal signal) {
		return send(channel, signal, null);
	}

	/**
	 * Send a signal. Never blocks on the network.
	 * @param channel the channel's name
	 * @param signal the signal
	 * @param extension what to say to those who understand, if anything
	 * @return completes when the signal is on its way, on any thread, with a
	 * {@link KeptSignal} if it is kept; or exceptionally with a
	 * {@link org.springframework.dao.DataAccessException}, which is a
	 * {@link SignalNotSentException} if it is certain that nothing was sent, or at once
	 * with an {@link IllegalArgumentException} if the signal is too large and is not
	 * sent. Cancelling it keeps the signal from being sent, if it has not been
	 */
	CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension);

	/**
	 * Send a response without an extension, to the channel.
	 * @param channel the channel's name
	 * @param response the response
	 * @return see {@link #send(String, Response, ResponseExtension, String)}
	 */
	default CompletableFuture<?> send(String channel, Response response) {
		return send(channel, response, null, null);
	}

	/**
	 * Send a response. Never blocks on the network. If the response is too large, its
	 * message is shortened.
	 * @param channel the channel's name
	 * @param response the response
	 * @param extension what to say to those who understand, if anything
	 * @param replyTo the address that the signal named; the channel is for everybody, and
	 * for an address that is none. A probe is for its address alone: without one, it is
	 * not sent
	 * @return completes when the response is on its way, on any thread, or exceptionally
	 * with a {@link org.springframework.dao.DataAccessException}
	 */
	CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo);

	/**
	 * A signal that was taken and is kept.
	 *
	 * @param id the id under which its answers can be asked for
	 */
	record KeptSignal(String id) {
	}

	/**
	 * An answer that is stored with its signal.
	 *
	 * @param response the answer
	 * @param extension its extension, if it has one
	 */
	record StoredAnswer(Response response, @Nullable ResponseExtension extension) {
	}

	/**
	 * A future of a transport that tries to send again until it is cancelled.
	 */
	interface Retried {

		/**
		 * Returns what the last attempt has failed with.
		 * @return the failure, or {@code null} if no attempt has failed yet
		 */
		@Nullable Throwable lastFailure();

	}

	/**
	 * A signal that was received and can't be read as a whole: it is too large, nested
	 * too deeply, or has a field that is malformed.
	 *
	 * @param publisherId the id of its publisher, if that can be read
	 * @param event its event, if that can be read
	 * @param tag its tag, if that can be read
	 * @param extension its extension, if it has one that can be read
	 * @param problem why it can't be read, without quoting it
	 */
	record UnreadableSignal(@Nullable String publisherId, @Nullable String event, @Nullable String tag,
			@Nullable SignalExtension extension, String problem) {
	}

	/**
	 * What a kept signal is acknowledged with. Until it is, whoever comes next under the
	 * name of the responder hears it again.
	 */
	interface Receipt {

		/**
		 * The signal was dealt with.
		 * @param response the response to keep and to send, if there is one
		 * @param extension what to say to those who understand, if anything
		 * @return completes when it is kept, on any thread, or exceptionally with a
		 * {@link org.springframework.dao.DataAccessException}
		 */
		CompletableFuture<?> acknowledge(@Nullable Response response, @Nullable ResponseExtension extension);

	}

	/**
	 * Hears. Called on the transport's own thread, of which there may be few for the
	 * whole application: it must neither block nor call user code.
	 */
	interface Listener {

		/**
		 * Whether anybody is there for signals. If not, they need not be heard, until the
		 * channel is opened again.
		 * @param channel the channel's name
		 * @return {@code true} if in doubt
		 */
		default boolean wantsSignals(String channel) {
			return true;
		}

		/**
		 * Whether anybody is there for responses. If not, they need not be heard, until
		 * the channel is opened again.
		 * @param channel the channel's name
		 * @return {@code true} if in doubt
		 */
		default boolean wantsResponses(String channel) {
			return true;
		}

		/**
		 * Who is there for the signals of a durable channel.
		 * @param channel the channel's name
		 * @return the names of responders, a snapshot
		 */
		default Collection<String> responders(String channel) {
			return List.of();
		}

		/**
		 * Signals of a durable channel are kept for a responder from now on: it can be
		 * made known.
		 * @param channel the channel's name
		 * @param responder the name of the responder
		 */
		default void onRegistered(String channel, String responder) {
		}

		/**
		 * The responders that signals of a durable channel are stored for have changed,
		 * or exporters may not have learned of them.
		 * @param channel the channel's name
		 * @param registered the names of responders that may be new
		 * @param removed the names of responders that were removed
		 */
		default void onResponders(String channel, Collection<String> registered, Collection<String> removed) {
		}

		/**
		 * A signal of a durable channel was heard, for one responder.
		 * @param channel the channel's name
		 * @param responder the name of the responder
		 * @param signal the signal, without the extension in its metadata
		 * @param extension what it says to those who understand, if anything
		 * @param receipt to acknowledge it with, at any time and on any thread
		 * @return {@code false} if there is no room for it now: it is to be offered again
		 */
		default boolean onKeptSignal(String channel, String responder, Signal signal,
				@Nullable SignalExtension extension, Receipt receipt) {
			onSignal(channel, signal, extension);
			receipt.acknowledge(null, null);
			return true;
		}

		/**
		 * Signals that were kept for a responder were dropped before it heard them.
		 * @param channel the channel's name
		 * @param publisherId whose signals
		 * @param responder the name of the responder
		 * @param count how many
		 */
		default void onDropped(String channel, String publisherId, String responder, long count) {
		}

		/**
		 * A signal was heard.
		 * @param channel the channel's name
		 * @param signal the signal, without the extension in its metadata
		 * @param extension what it says to those who understand, if anything
		 */
		void onSignal(String channel, Signal signal, @Nullable SignalExtension extension);

		/**
		 * A response was heard, whoever it is for.
		 * @param channel the channel's name
		 * @param response the response
		 * @param extension what it says to those who understand, if anything
		 */
		void onResponse(String channel, Response response, @Nullable ResponseExtension extension);

		/**
		 * Something that is neither was heard, and is skipped.
		 * @param source where it was heard, such as a Redis channel
		 * @param problem what is wrong with it, in words that quote nothing of it
		 */
		void onMalformed(String source, String problem);

		/**
		 * Receives a signal that can't be read, after {@link #onMalformed} was called for
		 * it, so that its publisher learns of it.
		 * @param channel the channel's name
		 * @param signal what can be read of it: its publisher and its event at least
		 */
		default void onUnreadable(String channel, UnreadableSignal signal) {
		}

		/**
		 * Receives a signal of a durable channel that can't be read, for one responder.
		 * {@link #onMalformed} is called for it, too.
		 * @param channel the channel's name
		 * @param responder the name of the responder
		 * @param signal what can be read of it, if anything
		 * @param receipt to acknowledge it with, at any time and on any thread
		 * @return {@code false} if it can't be acknowledged now: it is to be offered
		 * again
		 */
		default boolean onUnreadable(String channel, String responder, UnreadableSignal signal, Receipt receipt) {
			receipt.acknowledge(null, null);
			return true;
		}

		/**
		 * The transport hears: for the first time, or again.
		 * @param gap whether it did before, and may have missed something since
		 */
		void onConnected(boolean gap);

	}

}
