package io.github.statesignals.core.responder;

import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;

/**
 * A responder as the exporters of its own application see it.
 */
public interface LocalResponder {

	String getResponderId();

	String getChannel();

	/**
	 * Whether it receives signals as soon as the application is connected.
	 * @return {@code false} before its first handler or listener, and after its last one
	 */
	boolean isListening();

	/**
	 * Whether it answers an initialization by itself, which subscribes it.
	 * @param initialization the signal, which need not have been sent
	 * @return {@code false} also if its locks filter the signal out, or a listener leaves
	 * the answer to the application; neither matters on a durable channel
	 */
	boolean subscribesTo(Signal initialization);

	/**
	 * Returns the extension of its subscription.
	 * @return the extension
	 */
	ResponseExtension subscription();

	/**
	 * Returns the proof that this responder leaves. Subscriptions from here on need
	 * another proof.
	 * @return the extension of the announcement
	 */
	ResponseExtension leaveExtension();

}
