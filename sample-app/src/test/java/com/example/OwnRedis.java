package com.example;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

import org.springframework.test.util.TestSocketUtils;

/**
 * A separate Redis, which writes nothing. In a static field it ends after all tests.
 */
public final class OwnRedis implements AfterAllCallback, AutoCloseable {

	private final RedisServer server;

	public OwnRedis() {
		try {
			this.server = new RedisServerBuilder().port(TestSocketUtils.findAvailableTcpPort())
				.bind("127.0.0.1")
				.setting("save \"\"")
				.build();
			this.server.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.server.ports().get(0);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		close();
	}

	@Override
	public void close() {
		try {
			this.server.stop();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
