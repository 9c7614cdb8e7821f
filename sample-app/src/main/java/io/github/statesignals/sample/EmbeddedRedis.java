package io.github.statesignals.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.RedisInstance;
import redis.embedded.RedisServer;

/**
 * An embedded Redis server on the loopback interface that writes nothing to disk.
 */
final class EmbeddedRedis extends RedisInstance implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(EmbeddedRedis.class);

	static final String HOST = "127.0.0.1";

	private static final Path SETSID = Path.of("/usr/bin/setsid");

	private final int port;

	private EmbeddedRedis(int port, List<String> command) {
		super(port, command, Pattern.compile(".*Ready to accept connections.*"), false, logger::debug, logger::debug);
		this.port = port;
	}

	static EmbeddedRedis start(int port) {
		try {
			List<String> command = new ArrayList<>(RedisServer.newRedisServer()
				.bind(HOST)
				.port(port)
				.setting("save \"\"")
				.setting("appendonly no")
				.buildCommandArgs());
			// Ctrl-C is for the application, which needs its Redis until it has stopped.
			if (Files.isExecutable(SETSID)) {
				command.add(0, SETSID.toString());
			}
			EmbeddedRedis redis = new EmbeddedRedis(port, command);
			redis.start();
			return redis;
		}
		catch (IOException | RuntimeException ex) {
			throw new IllegalStateException(
					"Could not start the embedded Redis. Name one of yours: --spring.data.redis.host=... --spring.data.redis.port=...",
					ex);
		}
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException("No port is free", ex);
		}
	}

	int getPort() {
		return this.port;
	}

	/**
	 * Does nothing: embedded-redis calls it when the JVM shuts down, which is before the
	 * application has closed its connections.
	 */
	@Override
	public void stop() {
	}

	@Override
	public void close() throws IOException {
		super.stop();
	}

}
