package io.github.statesignals.core.responder;

public interface Announcements {

	// To the exporters of this application, without sending anything.
	void join(DefaultSignalResponder responder);

	// Subscribes it to the exporters of this application, and asks others to subscribe
	// it, with the next connection if there is none now.
	void hello(DefaultSignalResponder responder);

	void bye(DefaultSignalResponder responder);

}
