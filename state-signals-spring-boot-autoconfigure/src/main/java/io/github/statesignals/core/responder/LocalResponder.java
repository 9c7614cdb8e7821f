package io.github.statesignals.core.responder;

import io.github.statesignals.Signal;
import io.github.statesignals.transport.ResponseExtension;

/**
 * A responder as the exporters of its own application see it.
 */
public interface LocalResponder {

	String getResponderId();

	String getChannel();

	// False before its first handler or listener, and after its last one.
	boolean isListening();

	// Whether it answers an initialization, which need not have been sent, by itself. It
	// does not if its locks filter the signal out, or a listener leaves the answer to the
	// application; neither matters on a durable channel.
	boolean subscribesTo(Signal initialization);

	ResponseExtension subscription();

	// The proof that it leaves. Subscriptions from here on need another proof.
	ResponseExtension leaveExtension();

}
