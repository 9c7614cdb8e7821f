package io.github.statesignals.core.publish;

import java.security.SecureRandom;
import java.util.Base64;

/**
 * Creates the ids of publishes: 132 random bits each. An id that can be guessed would let
 * a forged signal obtain an answer that counts for another publish. The bits of several
 * ids are drawn and encoded at once. Not thread-safe.
 */
final class PublishIds {

	private static final SecureRandom random = new SecureRandom();

	private static final Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();

	// Of 6 bits each.
	private static final int CHARACTERS = 22;

	private static final int DRAWN = 256;

	private final byte[] bytes = new byte[DRAWN * CHARACTERS * 6 / Byte.SIZE];

	private String drawn = "";

	private int next;

	String create() {
		if (this.next == this.drawn.length()) {
			random.nextBytes(this.bytes);
			this.drawn = encoder.encodeToString(this.bytes);
			this.next = 0;
		}
		int start = this.next;
		this.next += CHARACTERS;
		return this.drawn.substring(start, this.next);
	}

}
