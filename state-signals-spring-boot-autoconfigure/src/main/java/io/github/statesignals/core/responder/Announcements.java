package io.github.statesignals.core.responder;

/**
 * Announces the responders of this application to exporters.
 */
public interface Announcements {

	/**
	 * Subscribes a responder to the exporters of this application, without sending
	 * anything.
	 * @param responder the responder
	 */
	void join(LocalResponder responder);

	/**
	 * Subscribes a responder to the exporters of this application, and asks others to
	 * subscribe it. The latter happens with the next connection if there is none now.
	 * @param responder the responder
	 */
	void hello(LocalResponder responder);

	/**
	 * Removes a responder from the exporters of this application, and announces to others
	 * that it leaves.
	 * @param responder the responder
	 */
	void bye(LocalResponder responder);

}
