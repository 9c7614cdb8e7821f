package io.github.statesignals.transport;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Stores the signals of its <em>durable</em> channels for each responder name, from the
 * first time that a responder of the name was registered, also while none is connected.
 * It announces these names as subscribers itself, and delivers each stored signal until
 * it is acknowledged. Its other channels are broadcast.
 * <p>
 * {@link #start} takes a {@link Listener} of this interface. Signals of a durable channel
 * are delivered in the order of each publisher.
 *
 * @since 0.1.0
 */
public interface DurableSignalTransport extends SignalTransport {

	/**
	 * Returns whether a channel is durable.
	 * @param channel the channel's name
	 * @return whether its signals are stored
	 */
	boolean isDurable(String channel);

	/**
	 * Reads the stored answers to a signal of a durable channel: the listener may not
	 * have received them. Never blocks on the network. Cheap enough for each publish that
	 * waits: concurrent requests are read together.
	 * @param channel the channel's name
	 * @param id the id under which the signal is stored
	 * @param responders the names of the responders whose answers are wanted
	 * @return completes, on any thread, with those answers that are stored; or
	 * exceptionally with a {@link org.springframework.dao.DataAccessException}, some
	 * seconds later at the most, if they can't be read now
	 */
	CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders);

	/**
	 * A signal that was sent and is stored.
	 *
	 * @param id the id under which its answers can be requested
	 */
	record StoredSignal(String id) {
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
		 * Returns the failure of the last attempt.
		 * @return the failure, or {@code null} if no attempt has failed yet
		 */
		@Nullable Throwable lastFailure();

		/**
		 * Returns whether it is certain that the signal was not sent, and is not sent
		 * later.
		 * @return {@code false} if it was not cancelled, or may have been sent before
		 */
		boolean isUnsent();

	}

	/**
	 * Acknowledges a stored signal. Until it is acknowledged, it is delivered again to
	 * the next reader under the name of the responder.
	 */
	interface Receipt {

		/**
		 * Begins to handle the signal. To be called before each of its handlers starts.
		 * @return {@code false} if another application may handle it meanwhile. Then it
		 * must be neither handled nor acknowledged: it is delivered again
		 */
		default boolean begin() {
			return true;
		}

		/**
		 * Gives back a signal that no handler acts on, because its handlers were removed
		 * while it was queued. It is delivered again, in its order.
		 * @return {@code false} if that is not possible: it is to be acknowledged
		 */
		default boolean release() {
			return false;
		}

		/**
		 * Returns when the signal was stored.
		 * @return the time in milliseconds since 1970, on the clock of the server that
		 * stores it; {@link SignalExtension#NONE} if it is not known
		 */
		default long storedMillis() {
			return SignalExtension.NONE;
		}

		/**
		 * Acknowledges the signal.
		 * @param response the response to store and to send, if there is one
		 * @param extension its extension, if it has one
		 * @return completes when the acknowledgement is stored, on any thread, or
		 * exceptionally with a {@link org.springframework.dao.DataAccessException}
		 */
		CompletableFuture<?> acknowledge(@Nullable Response response, @Nullable ResponseExtension extension);

	}

	/**
	 * Receives the signals of durable channels, too. Called as its parent interface is.
	 */
	interface Listener extends SignalTransport.Listener {

		/**
		 * Returns the responders of this application on a durable channel.
		 * @param channel the channel's name
		 * @return the names of responders, a snapshot
		 */
		Collection<String> responders(String channel);

		/**
		 * Announces a responder that signals of a durable channel are stored for from now
		 * on.
		 * @param channel the channel's name
		 * @param responder the name of the responder
		 */
		void onRegistered(String channel, String responder);

		/**
		 * Announces changes of the responders that signals of a durable channel are
		 * stored for, or repeats them: exporters may not have received them.
		 * @param channel the channel's name
		 * @param registered the names of responders that may be new
		 * @param removed the names of responders that were removed
		 */
		void onResponders(String channel, Collection<String> registered, Collection<String> removed);

		/**
		 * Receives a signal of a durable channel, for one responder.
		 * @param channel the channel's name
		 * @param responder the name of the responder
		 * @param signal the signal, without the extension in its metadata
		 * @param extension its extension, if it has one
		 * @param receipt acknowledges it, at any time and on any thread
		 * @return {@code false} if there is no capacity now: it is to be offered again
		 */
		boolean onStoredSignal(String channel, String responder, Signal signal, @Nullable SignalExtension extension,
				Receipt receipt);

		/**
		 * Counts stored signals that were dropped before a responder received them.
		 * @param channel the channel's name
		 * @param publisherId the id of their publisher; empty if it is not known
		 * @param responder the name of the responder
		 * @param count the number of signals
		 */
		void onDropped(String channel, String publisherId, String responder, long count);

		/**
		 * Receives a signal of a durable channel that can't be read, for one responder.
		 * {@link #onMalformed} is called for it, too.
		 * @param channel the channel's name
		 * @param responder the name of the responder
		 * @param signal its readable part, which may be empty
		 * @param receipt acknowledges it, at any time and on any thread
		 * @return {@code false} if it can't be acknowledged now: it is to be offered
		 * again
		 */
		boolean onUnreadable(String channel, String responder, UnreadableSignal signal, Receipt receipt);

	}

}
