package io.github.statesignals.signing;

import java.security.MessageDigest;
import java.util.Objects;
import java.util.function.Function;

import io.github.statesignals.Signal;
import io.github.statesignals.signing.ReplayGuard.Sender;
import io.github.statesignals.signing.StoredOrder.Position;
import io.github.statesignals.signing.StoredOrder.Source;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies the messages of one channel, as they are on the wire: all bytes of a
 * message but its signature, with the channel and whether it is a signal or a response.
 */
public final class ChannelSigner {

	private final MessageSigner signer;

	private final String channel;

	private final boolean required;

	private final Direction signals;

	private final Direction responses;

	private ChannelSigner(MessageSigner signer, String channel, boolean required) {
		this.signer = signer;
		this.channel = channel;
		this.required = required;
		this.signals = Direction.of("signal", channel);
		this.responses = Direction.of("response", channel);
	}

	// Null if messages of the channel are neither signed nor verified.
	public static @Nullable ChannelSigner of(MessageSigner signer, String channel) {
		SigningMode mode = signer.mode(channel);
		return (mode != SigningMode.OFF) ? new ChannelSigner(signer, channel, mode == SigningMode.REQUIRE) : null;
	}

	// False if such a message has its effect all the same.
	public boolean isRequired() {
		return this.required;
	}

	// replayFor: the responder for which the signal is stored again, if it is.
	public byte[] signSignal(@Nullable String replayFor, Function<Signature, byte[]> writer) {
		return sign(this.signals, replayFor, writer);
	}

	public byte[] signResponse(Function<Signature, byte[]> writer) {
		return sign(this.responses, null, writer);
	}

	private byte[] sign(Direction direction, @Nullable String replayFor, Function<Signature, byte[]> writer) {
		SigningKey key = this.signer.keys().signing();
		byte[] message = writer
			.apply(new Signature(key.id(), this.signer.nextTime(), Signature.PLACEHOLDER, replayFor));
		int place = Signature.place(message);
		byte[] value = key.sign(direction.context, message, place);
		System.arraycopy(value, 0, message, place, value.length);
		return message;
	}

	// These return the reason why the message must not be trusted, or null.
	public @Nullable String verifySignal(byte[] message, @Nullable Signature signature, String publisherId,
			String event) {
		String problem = verifyPublisher(message, signature, event);
		// One that asks for subscribers is harmless, and needed where clocks differ.
		return (problem != null) ? problem
				: checkReplay(this.signals, publisherId, signature, !Signal.INITIALIZATION.equals(event));
	}

	// The place where it is stored; null: anywhere, for it is not delivered.
	public @Nullable String verifyStored(byte[] message, @Nullable Signature signature, String publisherId,
			String event, @Nullable StoredPlace place) {
		String problem = verifyPublisher(message, signature, event);
		if (problem != null || place == null || signature == null) {
			return problem;
		}
		Source source = new Source(this.channel, place.responder, publisherId, signature.key());
		Position position = Position.of(place.entry, place.number);
		String replayFor = signature.replayFor();
		if (replayFor == null) {
			return this.signer.stored().check(source, signature.time(), position);
		}
		return replayFor.equals(place.responder) ? this.signer.stored().checkReplay(source, signature.time(), position)
				: "it was stored again for another responder";
	}

	private @Nullable String verifyPublisher(byte[] message, @Nullable Signature signature, String event) {
		return verify(this.signals, message, signature,
				(key) -> key.mayPublish(event) ? null : "%s may not publish '%s'".formatted(key, event));
	}

	// An answer repeats the id of its signal. Another publish has another id, so that it
	// needs no time.
	public @Nullable String verifyAnswer(byte[] message, @Nullable Signature signature, String responderId) {
		return verify(this.responses, message, signature,
				(key) -> key.mayRespond(responderId) ? null : "%s may not respond as '%s'".formatted(key, responderId));
	}

	// A response that answers no signal with an id.
	public @Nullable String verifyResponse(byte[] message, @Nullable Signature signature, String responderId) {
		String problem = verifyAnswer(message, signature, responderId);
		return (problem != null) ? problem : checkReplay(this.responses, responderId, signature, false);
	}

	public @Nullable String verifyProbe(byte[] message, @Nullable Signature signature, String publisherId) {
		String problem = verify(this.responses, message, signature,
				(key) -> key.mayPublish() ? null : "%s may not publish".formatted(key));
		return (problem != null) ? problem : checkReplay(this.responses, publisherId, signature, false);
	}

	private @Nullable String verify(Direction direction, byte[] message, @Nullable Signature signature,
			Function<SigningKey, @Nullable String> denial) {
		if (signature == null) {
			return "it is not signed";
		}
		SigningKey key = this.signer.keys().find(signature.key());
		if (key == null) {
			return "the key '%s' that it names is none of this application".formatted(signature.key());
		}
		int place = signature.find(message);
		if (place < 0 || !MessageDigest.isEqual(key.sign(direction.context, message, place),
				Signature.bytes(signature.value()))) {
			return "its signature does not match";
		}
		return denial.apply(key);
	}

	private @Nullable String checkReplay(Direction direction, String sender, @Nullable Signature verified,
			boolean afterStart) {
		Signature signature = Objects.requireNonNull(verified);
		return this.signer.received()
			.check(new Sender(direction.name, sender, signature.key()), signature.time(), this.signer.now(),
					afterStart);
	}

	public record StoredPlace(String responder, String entry, int number) {
	}

	/**
	 * The kind of message and the channel. A signature of one direction is none of
	 * another.
	 */
	private record Direction(String name, byte[] context) {

		static Direction of(String kind, String channel) {
			String name = kind + "\n" + channel + "\n";
			return new Direction(name, Signature.bytes("state-signals 1\n" + name));
		}

	}

}
