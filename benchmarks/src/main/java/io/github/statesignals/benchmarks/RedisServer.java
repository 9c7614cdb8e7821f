package io.github.statesignals.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.jspecify.annotations.Nullable;

/**
 * The Redis of a run, with default settings, and its figures about itself.
 */
final class RedisServer implements AutoCloseable {

	private static final Duration START_TIMEOUT = Duration.ofSeconds(10);

	// Ends the server when its own standard input ends, which is when this JVM does, and
	// not before, on any key.
	private static final String LEASH = "trap '' INT; redis-server \"$@\" >&2 & "
			+ "server=$!; read -r end; kill $server; wait $server";

	private final @Nullable Process process;

	private final String host;

	private final int port;

	private final RedisClient client;

	private final StatefulRedisConnection<String, String> connection;

	private RedisServer(@Nullable Process process, String host, int port) {
		this.process = process;
		this.host = host;
		this.port = port;
		this.client = RedisClient.create(RedisURI.create(host, port));
		this.connection = connect();
	}

	static RedisServer open(Options options) throws IOException {
		String address = options.redis();
		if (address != null) {
			int colon = address.lastIndexOf(':');
			return new RedisServer(null, address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
		}
		int port;
		try (ServerSocket socket = new ServerSocket(0)) {
			port = socket.getLocalPort();
		}
		Process process = Children.start(List.of("sh", "-c", LEASH, "redis", "--port", String.valueOf(port), "--bind",
				"127.0.0.1", "--save", "", "--appendonly", "no"), options.out().resolve("redis.log"));
		return new RedisServer(process, "127.0.0.1", port);
	}

	private StatefulRedisConnection<String, String> connect() {
		long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
		while (true) {
			try {
				return this.client.connect();
			}
			catch (RedisConnectionException ex) {
				if (System.nanoTime() > deadline) {
					throw new IllegalStateException(
							"Redis can't be connected. Put redis-server on the PATH, or set --redis=host:port.", ex);
				}
				Lab.pause(50);
			}
		}
	}

	String host() {
		return this.host;
	}

	int port() {
		return this.port;
	}

	String version() {
		return info("server", "redis_version");
	}

	/**
	 * Returns the CPU time that Redis has used.
	 * @return the seconds
	 */
	double cpuSeconds() {
		return Double.parseDouble(info("cpu", "used_cpu_sys")) + Double.parseDouble(info("cpu", "used_cpu_user"));
	}

	/**
	 * Returns the number of connections that were ever opened.
	 * @return the number
	 */
	long connectionsEver() {
		return Long.parseLong(info("stats", "total_connections_received"));
	}

	/**
	 * Returns the number of open connections without that of this object.
	 * @return the number
	 */
	int connectionsNow() {
		return Integer.parseInt(info("clients", "connected_clients")) - 1;
	}

	private String info(String section, String key) {
		RedisCommands<String, String> commands = this.connection.sync();
		return commands.info(section)
			.lines()
			.filter((line) -> line.startsWith(key + ":"))
			.map((line) -> line.substring(key.length() + 1).strip())
			.findFirst()
			.orElseThrow();
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
		if (this.process != null) {
			Children.stop(this.process);
		}
	}

}
