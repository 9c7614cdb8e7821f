package io.github.statesignals.sample.snippets;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponder;

class ResponderSnippets {

	private final SignalResponder responder;

	private final Pool pool = new Pool();

	ResponderSnippets(SignalResponder responder) {
		this.responder = responder;
	}

	SignalResponder.Registration on() {
		// tag::on[]
		SignalResponder.Registration registration = this.responder.on("drain",
				(signal) -> Acknowledgement.success("drained " + this.pool.drain()));
		// end::on[]
		return registration;
	}

	SignalResponder.Registration listen() {
		// tag::listen[]
		SignalResponder.Registration registration = this.responder.listen((signal) -> {
			if (!signal.event().equals(Signal.SHUTDOWN)) { // no answer is awaited
				this.responder.respond(signal, 1, "received " + signal.event());
			}
		});
		// end::listen[]
		return registration;
	}

	static class Pool {

		int drain() {
			return 7;
		}

	}

}
