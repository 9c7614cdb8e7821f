package io.github.statesignals.core.responder;

// Of responders, whose type it need not know.
public interface Announcements<R> {

	// To the exporters of this application, without sending anything.
	void join(R responder);

	// Subscribes it to the exporters of this application, and asks others to subscribe
	// it, with the next connection if there is none now.
	void hello(R responder);

	void bye(R responder);

}
