package io.github.statesignals.wire;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.signing.ChannelSigner;
import io.github.statesignals.signing.ChannelSigner.StoredPlace;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedFrame;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.ReceivedMessage.UnverifiedMessage;
import org.jspecify.annotations.Nullable;

record SignatureCheck(ChannelSigner signer) {

	private static final String COMBINED = "it combines several answers, of which none has a signature";

	ReceivedMessage check(ReceivedMessage message, byte[] payload) {
		if (message instanceof ReceivedSignal received) {
			Signal signal = received.signal();
			return result(received, signal.publisherId(),
					this.signer.verifySignal(payload, received.signature(), signal.publisherId(), signal.event()));
		}
		if (message instanceof ReceivedResponse received) {
			return check(received, payload);
		}
		return (message instanceof ReceivedFrame) ? new MalformedMessage(COMBINED, null, null) : withoutParts(message);
	}

	ReceivedMessage checkStored(ReceivedMessage message, byte[] payload, @Nullable StoredPlace place) {
		if (message instanceof ReceivedSignal received) {
			Signal signal = received.signal();
			return result(received, signal.publisherId(), this.signer.verifyStored(payload, received.signature(),
					signal.publisherId(), signal.event(), place));
		}
		return withoutParts(message);
	}

	// It may be read again. A success counts for the signal alone that it has the id of.
	ReceivedMessage checkStoredAnswer(ReceivedMessage message, byte[] payload) {
		if (message instanceof ReceivedResponse received && isFailure(received.response().ras())) {
			String responderId = received.response().responderId();
			return result(received, responderId, this.signer.verifyAnswer(payload, received.signature(), responderId));
		}
		return check(message, payload);
	}

	private static boolean isFailure(@Nullable Integer ras) {
		return ras != null && ras != Acknowledgement.SUCCESS;
	}

	private ReceivedMessage check(ReceivedResponse received, byte[] payload) {
		Response response = received.response();
		ResponseExtension extension = received.extension();
		if (extension != null && extension.probe() != null && isProbe(response, extension.probe())) {
			return result(received, response.publisherId(),
					this.signer.verifyProbe(payload, received.signature(), response.publisherId()));
		}
		boolean answer = extension != null && extension.id() != null && !Signal.isReserved(response.event());
		return result(received, response.responderId(),
				answer ? this.signer.verifyAnswer(payload, received.signature(), response.responderId())
						: this.signer.verifyResponse(payload, received.signature(), response.responderId()));
	}

	// An exporter's probe of itself has a state, too.
	private static boolean isProbe(Response response, Probe probe) {
		return probe.state() == null || response.responderId().equals(response.publisherId());
	}

	private ReceivedMessage result(ReceivedMessage message, String sender, @Nullable String problem) {
		return (problem == null) ? message
				: new UnverifiedMessage(sender, problem, this.signer.isRequired() ? null : message);
	}

	// The parts of a malformed message that could be read may be forged.
	private ReceivedMessage withoutParts(ReceivedMessage message) {
		return (message instanceof MalformedMessage malformed && this.signer.isRequired())
				? new MalformedMessage(malformed.problem(), null, null) : message;
	}

}
