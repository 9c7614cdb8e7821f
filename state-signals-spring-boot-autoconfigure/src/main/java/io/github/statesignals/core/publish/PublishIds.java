package io.github.statesignals.core.publish;

import java.security.DrbgParameters;
import java.security.DrbgParameters.Capability;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Creates the ids of publishes: 132 random bits each. An id that can be guessed would let
 * a forged signal obtain an answer that counts for another publish. The bits of several
 * ids are drawn and encoded at once. Not thread-safe.
 */
final class PublishIds {

	private static final SecureRandom system = new SecureRandom();

	private static final Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();

	// Of 6 bits each.
	private static final int CHARACTERS = 22;

	private static final int DRAWN = 256;

	private static final int SEED_BYTES = 48;

	private final byte[] bytes = new byte[DRAWN * CHARACTERS * 6 / Byte.SIZE];

	private String drawn = "";

	private int next;

	String create() {
		if (this.next == this.drawn.length()) {
			// Many exporters need few ids: the first ones take no other generator.
			SecureRandom random = this.drawn.isEmpty() ? system : Fast.random;
			random.nextBytes(this.bytes);
			this.drawn = encoder.encodeToString(this.bytes);
			this.next = 0;
		}
		int start = this.next;
		this.next += CHARACTERS;
		return this.drawn.substring(start, this.next);
	}

	/**
	 * Hash_DRBG of NIST SP 800-90A with a strength of 256 bits, seeded by the system. It
	 * takes a third of the time of the generator that reads from the system.
	 */
	private static final class Fast {

		private static final SecureRandom random = create();

		private static SecureRandom create() {
			try {
				SecureRandom created = SecureRandom.getInstance("DRBG",
						DrbgParameters.instantiation(256, Capability.RESEED_ONLY, null));
				byte[] seed = new byte[SEED_BYTES];
				system.nextBytes(seed);
				created.setSeed(seed);
				return created;
			}
			catch (NoSuchAlgorithmException ex) {
				return system;
			}
		}

	}

}
