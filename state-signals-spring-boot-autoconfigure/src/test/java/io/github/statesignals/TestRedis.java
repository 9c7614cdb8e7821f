package io.github.statesignals;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;

import com.redis.testcontainers.RedisContainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * The real Redis that the tests of one JVM share: the one that the environment variable
 * {@code STATE_SIGNALS_TEST_REDIS} gives as an address, else a container where there is a
 * Docker engine ({@code docker} insists on it), else a server that comes in a jar
 * ({@code embedded} insists on that). If there is none, the tests fail.
 */
public final class TestRedis {

	/**
	 * The one place that names the image.
	 */
	static final DockerImageName IMAGE = DockerImageName.parse("redis:7.0");

	private static final Logger logger = LoggerFactory.getLogger(TestRedis.class);

	private static final TestRedis instance = start();

	private final URI uri;

	private final String kind;

	private final RedisContainer container;

	private TestRedis(String kind, URI uri, RedisContainer container) {
		this.kind = kind;
		this.uri = uri;
		this.container = container;
	}

	/**
	 * Where Redis is.
	 * @return {@code redis://host:port}
	 */
	public static URI uri() {
		return instance.uri;
	}

	public static String host() {
		return instance.uri.getHost();
	}

	public static int port() {
		return instance.uri.getPort();
	}

	/**
	 * The container that Redis runs in.
	 * @return the container, or {@code null} if it runs in none
	 */
	static RedisContainer container() {
		return instance.container;
	}

	/**
	 * Start a further server in a jar, for a test that stops or breaks it.
	 * @param port the port; 0: any that is free
	 * @return the server, started
	 */
	public static RedisServer startServer(int port) {
		try {
			RedisServer server = new RedisServerBuilder().port((port != 0) ? port : freePort())
				.bind("127.0.0.1")
				.setting("save \"\"")
				.setting("appendonly no")
				.build();
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new IllegalStateException("The embedded Redis does not start", ex);
		}
	}

	/**
	 * Returns a port without a listener.
	 * @return the port
	 */
	public static int freePort() {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException("There is no free port", ex);
		}
	}

	private static TestRedis start() {
		String wanted = System.getenv().getOrDefault("STATE_SIGNALS_TEST_REDIS", "");
		TestRedis redis = switch (wanted) {
			case "" -> hasDocker() ? startContainer() : startEmbedded();
			case "docker" -> startContainer();
			case "embedded" -> startEmbedded();
			default -> new TestRedis("given", URI.create(wanted), null);
		};
		logger.info("Testing on the {} Redis at {}", redis.kind, redis.uri);
		return redis;
	}

	private static boolean hasDocker() {
		try {
			return DockerClientFactory.instance().isDockerAvailable();
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private static TestRedis startContainer() {
		RedisContainer container = new SharedContainer();
		container.start();
		return new TestRedis("container's",
				URI.create("redis://" + container.getHost() + ":" + container.getFirstMappedPort()), container);
	}

	private static TestRedis startEmbedded() {
		RedisServer server = startServer(0);
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			try {
				server.stop();
			}
			catch (IOException ex) {
				logger.warn("The embedded Redis does not stop", ex);
			}
		}));
		return new TestRedis("embedded", URI.create("redis://127.0.0.1:" + server.ports().get(0)), null);
	}

	/**
	 * Outlives the application contexts that it serves.
	 */
	private static final class SharedContainer extends RedisContainer {

		SharedContainer() {
			super(IMAGE);
			Runtime.getRuntime().addShutdownHook(new Thread(super::stop));
		}

		@Override
		public void stop() {
			// With the JVM.
		}

	}

}
