package io.github.statesignals.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * Proves that an announcement of leaving comes from the responder that subscribed. The
 * subscription carries the seal, a hash; only the announcement reveals the key with that
 * hash. Any client that can publish on the channel can announce that a responder leaves,
 * but cannot know the key before.
 */
public record LeaveSeal(String key, String seal) {

	private static final SecureRandom random = new SecureRandom();

	private static final int BYTES = 16;

	public static LeaveSeal create() {
		byte[] bytes = new byte[BYTES];
		random.nextBytes(bytes);
		String key = encode(bytes);
		return new LeaveSeal(key, hash(key));
	}

	public static boolean opens(String key, String seal) {
		return MessageDigest.isEqual(hash(key).getBytes(StandardCharsets.US_ASCII),
				seal.getBytes(StandardCharsets.UTF_8));
	}

	private static String hash(String key) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
			return encode(Arrays.copyOf(hash, BYTES));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every JDK has SHA-256", ex);
		}
	}

	private static String encode(byte[] bytes) {
		return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
	}

}
