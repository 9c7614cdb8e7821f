package io.github.statesignals.signing;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret that signs and verifies, and the messages that its holders may send. Safe for
 * use by many threads.
 */
public final class SigningKey {

	private static final String ALGORITHM = "HmacSHA256";

	private static final int SHORTEST = 32;

	private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

	private static final Pattern RESPONDER_ID = Pattern.compile("(.+)-[0-9A-Fa-f-]{36}-resp", Pattern.DOTALL);

	private static final byte[] PLACEHOLDER = Signature.bytes(Signature.PLACEHOLDER);

	private static final Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();

	private final String id;

	private final SecretKeySpec secret;

	private final @Nullable Set<String> events;

	private final @Nullable Set<String> responders;

	// Nearly always one thread at a time needs it.
	private final AtomicReference<@Nullable Mac> spare = new AtomicReference<>();

	// The events that its holders may publish, and the names under which they may
	// respond; null: any.
	public SigningKey(String id, byte[] secret, @Nullable Collection<String> events,
			@Nullable Collection<String> responders) {
		if (!ID.matcher(id).matches()) {
			throw new IllegalArgumentException(
					"'%s' is no id of a key, which consists of letters, digits, '.', '_' and '-', 64 at most"
						.formatted(id));
		}
		if (secret.length < SHORTEST) {
			throw new IllegalArgumentException("the secret of key '%s' has %d bytes, and needs at least %d"
				.formatted(id, secret.length, SHORTEST));
		}
		this.id = id;
		this.secret = new SecretKeySpec(secret, ALGORITHM);
		this.events = (events != null) ? Set.copyOf(events) : null;
		this.responders = (responders != null) ? Set.copyOf(responders) : null;
	}

	String id() {
		return this.id;
	}

	boolean mayPublish(String event) {
		return this.events == null || (Signal.isReserved(event) ? mayPublish() : this.events.contains(event));
	}

	boolean mayPublish() {
		return this.events == null || !this.events.isEmpty();
	}

	boolean mayRespond(String responderId) {
		return this.responders == null || this.responders.contains(name(responderId));
	}

	// On a durable channel the id is the name.
	private static String name(String responderId) {
		Matcher parts = RESPONDER_ID.matcher(responderId);
		return parts.matches() ? parts.group(1) : responderId;
	}

	// The context has all that the message lacks: where it is sent, and its kind. The
	// place of the signature in the message is not covered.
	byte[] sign(byte[] context, byte[] message, int place) {
		Mac mac = this.spare.getAndSet(null);
		if (mac == null) {
			mac = createMac();
		}
		mac.update(context);
		mac.update(message, 0, place);
		mac.update(PLACEHOLDER);
		int end = place + PLACEHOLDER.length;
		mac.update(message, end, message.length - end);
		byte[] value = encoder.encode(mac.doFinal());
		this.spare.set(mac);
		return value;
	}

	private Mac createMac() {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.secret);
			return mac;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Every JDK has HmacSHA256", ex);
		}
	}

	@Override
	public String toString() {
		return "key '" + this.id + "'";
	}

}
