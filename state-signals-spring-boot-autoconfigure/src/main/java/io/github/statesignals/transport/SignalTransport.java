package io.github.statesignals.transport;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Carries signals and responses between applications over named channels: every started
 * transport receives the messages that any of them sends on the channels that it has
 * opened, its own included. A channel's name is empty (the two Redis channels of the
 * Python package), or made of letters, digits, {@code .}, {@code _} and {@code -}.
 * <p>
 * All receivers get the messages of one thread in the order in which they were sent. The
 * listener is called by one thread at a time. All methods may be called by any thread.
 *
 * @since 0.1.0
 * @see DurableSignalTransport
 */
public interface SignalTransport {

	/**
	 * Stands for the id of a publisher in a response that is for every exporter.
	 */
	String ALL_EXPORTERS = "*";

	/**
	 * The number of characters that an id, an event, a tag, a process name or a host name
	 * may have. Messages with a longer one are malformed: every answer repeats them.
	 */
	int MAX_TEXT_LENGTH = 1_024;

	/**
	 * The number of messages that are sent together at most.
	 */
	int MAX_FRAME_MESSAGES = 256;

	/**
	 * The bytes of messages that are sent together at most. A larger one is sent alone.
	 */
	int MAX_FRAME_BYTES = 64 * 1024;

	/**
	 * Returns whether a channel can have a name.
	 * @param name the name
	 * @return whether it is empty, or made of letters, digits, {@code .}, {@code _} and
	 * {@code -}, 128 at most. {@code default} is none: it stands for the channel without
	 * a name in metrics
	 */
	static boolean isChannelName(String name) {
		return name.matches("[A-Za-z0-9._-]{0,128}") && !name.equals("default");
	}

	/**
	 * Starts to receive. Returns when the messages that are sent from now on will be
	 * received; or at once, if this transport connects in the background. A transport
	 * that was stopped may be started again.
	 * @param listener receives the messages
	 * @throws SignalTransportException if it could not connect within its connect
	 * timeout; it is stopped then
	 */
	void start(Listener listener);

	/**
	 * Opens a channel: when this returns, messages that are sent on it and that the
	 * listener wants will be received. Before {@link #start}, and while not connected,
	 * the channel is only registered. Opening it again receives the messages that the
	 * listener wants by now.
	 * @param channel the channel's name
	 * @throws org.springframework.dao.DataAccessException if it can't be subscribed to,
	 * now or later
	 */
	void open(String channel);

	/**
	 * Stops to receive, and closes the connections. The channels stay registered. Does
	 * nothing unless started.
	 */
	void stop();

	/**
	 * Returns whether this transport receives now.
	 * @return {@code false} before the first connection and while reconnecting, as far as
	 * it is known
	 */
	boolean isConnected();

	/**
	 * Returns the address at which this transport, and no other, receives responses.
	 * @param channel the channel's name
	 * @return an address for {@link #send(String, Response, ResponseExtension, String)}
	 * of any transport of the kind, or {@code null} if there is none
	 */
	default @Nullable String replyTo(String channel) {
		return null;
	}

	/**
	 * Returns whether everything that is sent on a channel needs an extension, because a
	 * message without one is refused.
	 * @param channel the channel's name
	 * @return {@code false} if peers without extensions are served
	 */
	default boolean requiresExtensions(String channel) {
		return false;
	}

	/**
	 * Runs a task when the messages that were read together have been passed on: later if
	 * the {@linkplain #isEventLoop() event loop} calls, so that messages that arrive
	 * together can be processed together; at once on any other thread.
	 * @param task the task; must not block
	 */
	default void afterReceiving(Runnable task) {
		task.run();
	}

	/**
	 * Returns whether the calling thread both receives and sends messages. Then it had
	 * better not sleep while an answer is about to be sent.
	 * @return {@code false} if in doubt
	 */
	default boolean isEventLoop() {
		return false;
	}

	/**
	 * Returns why the transport is not connected.
	 * @return the last failure to connect, or {@code null} if it is connected or none is
	 * known
	 */
	default @Nullable Throwable outage() {
		return null;
	}

	/**
	 * Checks whether a signal can be sent, before it is queued.
	 * @param signal the signal
	 * @throws IllegalArgumentException if it is too large
	 */
	default void check(Signal signal) {
	}

	/**
	 * Sends a signal. Never blocks on the network.
	 * @param channel the channel's name
	 * @param signal the signal
	 * @param extension its extension for peers that support extensions, if it has one
	 * @return completes when the signal was sent, on any thread, with a
	 * {@link DurableSignalTransport.StoredSignal} if it is stored, or the number of
	 * clients that receive it, a {@link Long}, if that is known; or exceptionally with a
	 * {@link org.springframework.dao.DataAccessException}, which is a
	 * {@link SignalNotSentException} if it is certain that nothing was sent, or at once
	 * with an {@link IllegalArgumentException} if the signal is too large and is not
	 * sent. Cancelling it prevents the sending, if that has not happened
	 */
	CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension);

	/**
	 * Sends a signal as {@link #send(String, Signal, SignalExtension)} does, perhaps
	 * together with others that wait for the same channel.
	 * @param channel the channel's name
	 * @param signal the signal
	 * @param extension its extension
	 * @return see {@link #send(String, Signal, SignalExtension)}
	 * @see #readsFrames
	 */
	default CompletableFuture<?> sendFramed(String channel, Signal signal, @Nullable SignalExtension extension) {
		return send(channel, signal, extension);
	}

	/**
	 * Returns whether an application receives signals that are sent together.
	 * @param channel the channel's name
	 * @param address the address of the application
	 * @return {@code false} if in doubt: an older version receives none of them
	 */
	default boolean readsFrames(String channel, String address) {
		return false;
	}

	/**
	 * Sends a response. Never blocks on the network. If the response is too large, its
	 * message is shortened.
	 * @param channel the channel's name
	 * @param response the response
	 * @param extension its extension for peers that support extensions, if it has one
	 * @param replyTo the address that the signal named; without a valid one, the response
	 * is sent to the channel. A probe is for its address alone: without a valid one, it
	 * is not sent
	 * @return completes when the response was sent, on any thread, or exceptionally with
	 * a {@link org.springframework.dao.DataAccessException}
	 */
	CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo);

	/**
	 * Sends a response as {@link #send(String, Response, ResponseExtension, String)}
	 * does, for a caller that neither awaits nor cancels it.
	 * @param channel the channel's name
	 * @param response the response
	 * @param extension its extension
	 * @param replyTo the address that the signal named
	 * @param onSent called once, on any thread, with the result or the exception of that
	 * future
	 */
	default void answer(String channel, Response response, @Nullable ResponseExtension extension,
			@Nullable String replyTo, BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		send(channel, response, extension, replyTo).whenComplete(onSent);
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
	 * Receives messages. Called on the transport's own thread, which the whole
	 * application may share: it must neither block nor call user code.
	 */
	interface Listener {

		/**
		 * Returns whether this application has responders on a channel. If not, its
		 * signals need not be received until the channel is opened again.
		 * @param channel the channel's name
		 * @return {@code true} if in doubt
		 */
		default boolean wantsSignals(String channel) {
			return true;
		}

		/**
		 * Returns whether this application has exporters on a channel. If not, its
		 * responses need not be received until the channel is opened again.
		 * @param channel the channel's name
		 * @return {@code true} if in doubt
		 */
		default boolean wantsResponses(String channel) {
			return true;
		}

		/**
		 * Receives a signal.
		 * @param channel the channel's name
		 * @param signal the signal, without the extension in its metadata
		 * @param extension its extension, if it has one
		 */
		void onSignal(String channel, Signal signal, @Nullable SignalExtension extension);

		/**
		 * Receives a response, also one that is for another application.
		 * @param channel the channel's name
		 * @param response the response
		 * @param extension its extension, if it has one
		 */
		void onResponse(String channel, Response response, @Nullable ResponseExtension extension);

		/**
		 * Counts a message that is neither a signal nor a response, and is skipped.
		 * @param source where it was received, such as a Redis channel
		 * @param problem why it can't be read, without quoting it
		 */
		void onMalformed(String source, String problem);

		/**
		 * Counts a message without a valid signature, on a channel whose messages are
		 * signed.
		 * @param channel the channel's name
		 * @param sender the id that it names as its sender, which may be forged
		 * @param problem why it must not be trusted
		 * @param refused whether it is skipped; otherwise it is received all the same
		 */
		default void onUnverified(String channel, String sender, String problem, boolean refused) {
		}

		/**
		 * Receives a signal that can't be read, after {@link #onMalformed} was called for
		 * it, so that its publisher learns of it.
		 * @param channel the channel's name
		 * @param signal its readable part: publisher and event at least
		 */
		default void onUnreadable(String channel, UnreadableSignal signal) {
		}

		/**
		 * Counts the clients that receive the signals of a channel, whether or not they
		 * announce themselves.
		 * @param channel the channel's name
		 * @param receivers the number of clients, those of this application included
		 */
		default void onReceivers(String channel, long receivers) {
		}

		/**
		 * Notes that the transport receives: for the first time, or again.
		 * @param gap whether it received before, and may have missed messages since
		 */
		void onConnected(boolean gap);

	}

}
