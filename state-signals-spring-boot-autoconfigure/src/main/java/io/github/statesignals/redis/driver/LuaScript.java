package io.github.statesignals.redis.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * A Lua script and its digest, by which Redis remembers it.
 */
public final class LuaScript {

	private final byte[] text;

	private final byte[] sha1;

	private LuaScript(String text) {
		this.text = text.getBytes(StandardCharsets.UTF_8);
		// Once: a script of a resource looks for changes of its file whenever it is
		// asked.
		this.sha1 = RedisScript.of(text).getSha1().getBytes(StandardCharsets.UTF_8);
	}

	// From files in the package of the owner, which are joined in this order. Their names
	// have no extension.
	public static LuaScript load(Class<?> owner, String... names) {
		StringBuilder text = new StringBuilder(read(LuaScript.class, "call"));
		for (String name : names) {
			text.append(read(owner, name)).append('\n');
		}
		return new LuaScript(text.toString());
	}

	private static String read(Class<?> owner, String name) {
		try {
			return new ClassPathResource(name + ".lua", owner).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	byte[] sha1() {
		return this.sha1;
	}

	public byte[] text() {
		return this.text;
	}

}
