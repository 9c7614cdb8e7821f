package io.github.statesignals.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The scripts of durable channels: each does in one go what must not be done by halves.
 */
enum StreamScript {

	PUBLISH, ACKNOWLEDGE, ANSWERED, RECALL, REGISTER("ids"), LEASE, RELEASE, HISTORY, REMOVE, TRIM("ids"),
	STATUS("ids"), RESPONDERS;

	private final byte[] text;

	private final String sha1;

	StreamScript(String... shared) {
		StringBuilder parts = new StringBuilder();
		for (String part : shared) {
			parts.append(read(part)).append('\n');
		}
		String text = parts.append(read(name().toLowerCase(Locale.ROOT))).toString();
		this.text = RedisChannel.bytes(text);
		// Once: a script of a resource looks for changes of its file whenever it is
		// asked.
		this.sha1 = RedisScript.of(text).getSha1();
	}

	private static String read(String name) {
		try {
			return new ClassPathResource(name + ".lua", StreamScript.class).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String sha1() {
		return this.sha1;
	}

	byte[] text() {
		return this.text;
	}

}
