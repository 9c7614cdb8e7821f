package io.github.statesignals;

import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Properties;

import com.redis.testcontainers.RedisContainer;
import io.lettuce.core.RedisClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

import org.springframework.util.Assert;

/**
 * The real Redis that the tests of one JVM share. The environment variable
 * {@code STATE_SIGNALS_TEST_REDIS} selects it: its address, {@code docker} or
 * {@code docker:<image>} for a container, the path of a {@code redis-server} or
 * {@code valkey-server} to start, or {@code embedded} for the server that comes in a jar.
 * By default it is a container if there is a Docker engine, else the embedded server. If
 * the selected server is missing, the tests fail.
 */
public final class TestRedis {

	/**
	 * The one place that names the image.
	 */
	static final DockerImageName IMAGE = DockerImageName.parse("redis:7.0");

	private static final String SELECTED = System.getenv().getOrDefault("STATE_SIGNALS_TEST_REDIS", "");

	private static final String IMAGE_PREFIX = "docker:";

	private static final int PORT = 6379;

	private static final Logger logger = LoggerFactory.getLogger(TestRedis.class);

	private final URI uri;

	private final @Nullable GenericContainer<?> container;

	private TestRedis(URI uri, @Nullable GenericContainer<?> container) {
		this.uri = uri;
		this.container = container;
	}

	/**
	 * Where Redis is.
	 * @return {@code redis://host:port}
	 */
	public static URI uri() {
		return Shared.redis.uri;
	}

	public static String host() {
		return Shared.redis.uri.getHost();
	}

	public static int port() {
		return Shared.redis.uri.getPort();
	}

	/**
	 * The container that Redis runs in.
	 * @return the container, or {@code null} if it runs in none
	 */
	static @Nullable GenericContainer<?> container() {
		return Shared.redis.container;
	}

	/**
	 * Returns the selected executable.
	 * @return the executable, or {@code null} if the selected server is none
	 */
	public static @Nullable File executable() {
		return SELECTED.startsWith("/") ? new File(SELECTED) : null;
	}

	/**
	 * Returns the product and the version of a server.
	 * @param info its reply to {@code INFO server}
	 * @return such as {@code Valkey 8.0.1}
	 */
	public static String nameOf(String info) {
		Properties properties = new Properties();
		try {
			properties.load(new StringReader(info));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		String valkey = properties.getProperty("valkey_version");
		return (valkey != null) ? "Valkey " + valkey : "Redis " + properties.getProperty("redis_version");
	}

	/**
	 * Starts a further server, for a test that stops or breaks it: the selected
	 * executable, else the one in a jar.
	 * @param port the port; 0: any that is free
	 * @return the server, started
	 */
	public static RedisServer startServer(int port) {
		try {
			RedisServerBuilder builder = new RedisServerBuilder().port((port != 0) ? port : freePort())
				.bind("127.0.0.1")
				.setting("save \"\"")
				.setting("appendonly no");
			if (executable() != null) {
				builder.executableProvider(TestRedis::executable);
			}
			RedisServer server = builder.build();
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new IllegalStateException("Redis does not start", ex);
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
		return switch (SELECTED) {
			case "" -> hasDocker() ? startContainer(new SharedRedisContainer()) : startProcess("embedded");
			case "docker" -> startContainer(new SharedRedisContainer());
			case "embedded" -> startProcess("embedded");
			default -> {
				if (SELECTED.startsWith(IMAGE_PREFIX)) {
					yield startContainer(new SharedContainer(SELECTED.substring(IMAGE_PREFIX.length())));
				}
				if (executable() != null) {
					yield startProcess("started");
				}
				Assert.state(Integer.getInteger("test.fork", 1) == 1,
						"Tests in several JVMs can't share the Redis at an address: omit -DforkCount");
				yield logged("given", new TestRedis(URI.create(SELECTED), null));
			}
		};
	}

	private static boolean hasDocker() {
		try {
			return DockerClientFactory.instance().isDockerAvailable();
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private static TestRedis startContainer(GenericContainer<?> container) {
		container.start();
		return logged("container's", new TestRedis(
				URI.create("redis://" + container.getHost() + ":" + container.getMappedPort(PORT)), container));
	}

	private static TestRedis startProcess(String kind) {
		RedisServer server = startServer(0);
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			try {
				server.stop();
			}
			catch (IOException ex) {
				logger.warn("The {} Redis does not stop", kind, ex);
			}
		}));
		return logged(kind, new TestRedis(URI.create("redis://127.0.0.1:" + server.ports().get(0)), null));
	}

	private static TestRedis logged(String kind, TestRedis redis) {
		RedisClient client = RedisClient.create(redis.uri.toString());
		try {
			String name = nameOf(client.connect().sync().info("server"));
			logger.info("Testing on the {} {} at {}", kind, name, redis.uri);
		}
		finally {
			client.shutdown(Duration.ZERO, Duration.ZERO);
		}
		return redis;
	}

	/**
	 * Starts with the first test that needs it.
	 */
	private static final class Shared {

		static final TestRedis redis = start();

	}

	/**
	 * Outlives the application contexts that it serves.
	 */
	private static final class SharedRedisContainer extends RedisContainer {

		SharedRedisContainer() {
			super(IMAGE);
			Runtime.getRuntime().addShutdownHook(new Thread(super::stop));
		}

		@Override
		public void stop() {
			// With the JVM.
		}

	}

	/**
	 * A container of an image that Testcontainers has no class for.
	 */
	private static final class SharedContainer extends GenericContainer<SharedContainer> {

		SharedContainer(String image) {
			super(DockerImageName.parse(image));
			withExposedPorts(PORT);
			Runtime.getRuntime().addShutdownHook(new Thread(super::stop));
		}

		@Override
		public void stop() {
			// With the JVM.
		}

	}

}
