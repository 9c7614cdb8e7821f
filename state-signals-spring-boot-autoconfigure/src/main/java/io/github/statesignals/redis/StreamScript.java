package io.github.statesignals.redis;

import java.util.List;
import java.util.Locale;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * The scripts of durable channels: each does in one go what must not be done by halves.
 */
enum StreamScript {

	PUBLISH, ACKNOWLEDGE, ANSWERED, REGISTER, LEASE, RELEASE, HISTORY, REMOVE, TRIM, STATUS, RESPONDERS;

	@SuppressWarnings("rawtypes")
	private final RedisScript<List> script = RedisScript
		.of(new ClassPathResource(name().toLowerCase(Locale.ROOT) + ".lua", StreamScript.class), List.class);

	String sha1() {
		return this.script.getSha1();
	}

	byte[] text() {
		return RedisChannel.bytes(this.script.getScriptAsString());
	}

}
