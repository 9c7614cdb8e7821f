package io.github.statesignals.redis.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * A Lua script and its digest, by which Redis remembers it.
 */
public record LuaScript(byte[] text, byte[] sha1) {

	// From files in the package of the owner, which are joined in this order. Their names
	// have no extension.
	public static LuaScript load(Class<?> owner, String... names) {
		StringBuilder text = new StringBuilder(read(LuaScript.class, "call"));
		for (String name : names) {
			text.append(read(owner, name)).append('\n');
		}
		// Once: a script of a resource looks for changes of its file whenever it is
		// asked.
		String sha1 = RedisScript.of(text.toString()).getSha1();
		return new LuaScript(text.toString().getBytes(StandardCharsets.UTF_8), sha1.getBytes(StandardCharsets.UTF_8));
	}

	private static String read(Class<?> owner, String name) {
		try {
			return new ClassPathResource(name + ".lua", owner).getContentAsString(StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
