package io.github.statesignals.fault;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.statesignals.TestRedis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.core.ExecutableProvider;

import org.springframework.util.FileSystemUtils;

import static org.awaitility.Awaitility.await;

/**
 * A {@code redis-server} of the test's own on the loopback interface, to be killed,
 * frozen and started again: the one that {@code STATE_SIGNALS_TEST_REDIS} is the path of,
 * else the one on the {@code PATH}, else the one that comes in a jar. Options that it
 * lacks are reported at its start; no test is skipped.
 * <p>
 * It ends with {@link #close()}, and at the latest with the JVM.
 */
final class RedisProcess implements AutoCloseable {

	/**
	 * How long anything may take that a healthy server does at once.
	 */
	static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Logger logger = LoggerFactory.getLogger(RedisProcess.class);

	private static final String HOST = "127.0.0.1";

	private static final int ATTEMPTS = 3;

	/**
	 * By how much the port of the cluster's bus is above that of its node.
	 */
	private static final int BUS_OFFSET = 10_000;

	/**
	 * Tests that run in parallel take their ports from separate ranges.
	 */
	private static final int FORK = Integer.getInteger("test.fork", 1);

	private static final Set<RedisProcess> open = ConcurrentHashMap.newKeySet();

	private static final AtomicBoolean named = new AtomicBoolean();

	private static volatile boolean ending;

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			ending = true;
			open.forEach(RedisProcess::close);
		}));
	}

	private final List<String> command = new ArrayList<>();

	private final Path directory;

	private final int port;

	private final int controlPort;

	private Process process;

	private RedisProcess(Builder builder) throws IOException {
		this.port = (builder.port != 0) ? builder.port : freePort();
		this.controlPort = (builder.certificates != null) ? freePort() : this.port;
		this.directory = Files.createTempDirectory("state-signals-redis-");
		Path configuration = this.directory.resolve("redis.conf");
		Files.write(configuration, configuration(builder));
		this.command.addAll(List.of(executable(), configuration.toString()));
		if (builder.sentinel) {
			this.command.add("--sentinel");
		}
		open.add(this);
	}

	/**
	 * Start a server.
	 * @param settings further lines of its configuration file
	 * @return the server, which answers
	 */
	static RedisProcess start(String... settings) {
		return builder().settings(settings).start();
	}

	static Builder builder() {
		return new Builder();
	}

	/**
	 * A port without a listener, and no bus of a cluster either. It is below the range
	 * from which systems take the ports of outgoing connections, so that none has it when
	 * a server that was down comes back.
	 * @return the port
	 */
	static int freePort() {
		for (int i = 0; i < 100; i++) {
			int port = ThreadLocalRandom.current().nextInt(12_000, 17_000) + 5_000 * (FORK % 2);
			if (isFree(port) && isFree(port + BUS_OFFSET)) {
				return port;
			}
		}
		throw new IllegalStateException("There is no free port");
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket()) {
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private List<String> configuration(Builder builder) {
		List<String> lines = new ArrayList<>(List.of("bind " + HOST, "dir " + this.directory));
		lines.add("port " + this.controlPort);
		if (!builder.sentinel) {
			lines.addAll(List.of("save \"\"", "appendonly no", "repl-diskless-sync-delay 0"));
		}
		if (builder.certificates != null) {
			lines.addAll(List.of("tls-port " + this.port, "tls-auth-clients no",
					"tls-cert-file " + builder.certificates.certificate(),
					"tls-key-file " + builder.certificates.privateKey(),
					"tls-ca-cert-file " + builder.certificates.certificate()));
		}
		lines.addAll(builder.settings);
		return lines;
	}

	private static String executable() throws IOException {
		File selected = TestRedis.executable();
		if (selected != null) {
			return selected.toString();
		}
		for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
			Path candidate = Path.of(folder, "redis-server");
			if (Files.isExecutable(candidate)) {
				return candidate.toString();
			}
		}
		return ExecutableProvider.newJarResourceProvider().get().getAbsolutePath();
	}

	private synchronized void launch() throws IOException {
		if (ending || !open.contains(this)) {
			throw new IllegalStateException(this + " is closed");
		}
		Path log = this.directory.resolve("log");
		this.process = new ProcessBuilder(this.command).directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			await().atMost(PATIENCE)
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(20))
				.until(() -> !this.process.isAlive() || answers());
		}
		catch (RuntimeException ex) {
			kill();
			throw ex;
		}
		if (!this.process.isAlive()) {
			throw new IllegalStateException(
					"%s ended with status %s at its start. Does it lack an option? Its output: %s"
						.formatted(this.command, this.process.exitValue(), Files.readString(log)));
		}
		if (named.compareAndSet(false, true)) {
			logger.info("Testing on servers of {}", TestRedis.nameOf(command("INFO", "server")));
		}
	}

	private boolean answers() {
		try {
			// Another process may have taken the port.
			return command("PING").equals("PONG")
					&& command("INFO", "server").contains("process_id:" + this.process.pid() + "\r");
		}
		catch (IllegalStateException | UncheckedIOException ex) {
			return false;
		}
	}

	String host() {
		return HOST;
	}

	int port() {
		return this.port;
	}

	/**
	 * Where it is.
	 * @return {@code host:port}
	 */
	String address() {
		return HOST + ":" + this.port;
	}

	/**
	 * Properties that connect an application to it.
	 * @return the properties
	 */
	List<String> properties() {
		return List.of("spring.data.redis.host=" + HOST, "spring.data.redis.port=" + this.port);
	}

	/**
	 * Send it a command as the default user, on a separate connection.
	 * @param words the command and its arguments
	 * @return the reply; of several values, one a line
	 * @throws IllegalStateException if the reply is an error
	 * @throws UncheckedIOException if there is no reply in time
	 */
	String command(String... words) {
		return RedisReply.to(HOST, this.controlPort, words);
	}

	/**
	 * Close the connections of those that are subscribed to anything.
	 * @return how many they were
	 */
	int killPubSub() {
		return Integer.parseInt(command("CLIENT", "KILL", "TYPE", "pubsub"));
	}

	/**
	 * The connections that have subscribed to nothing, without the one that asks.
	 * @return how many there are
	 */
	int normalClients() {
		return clients("normal");
	}

	/**
	 * The connections that have subscribed to something.
	 * @return how many there are
	 */
	int pubSubClients() {
		return clients("pubsub");
	}

	private int clients(String type) {
		return (int) command("CLIENT", "LIST", "TYPE", type).lines()
			.filter((client) -> !client.contains(" name=" + RedisReply.CONNECTION_NAME + " "))
			.count();
	}

	/**
	 * The clients that are subscribed to a Redis channel.
	 * @param channel the channel
	 * @return how many connections are subscribed to it
	 */
	int subscribers(String channel) {
		return Integer.parseInt(command("PUBSUB", "NUMSUB", channel).lines().toList().get(1));
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * End it without a chance to send anything.
	 */
	synchronized void kill() {
		this.process.destroyForcibly();
		try {
			if (!this.process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				throw new IllegalStateException("Process " + this.process.pid() + " does not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Freezes it: its connections remain, and the system accepts messages to it.
	 */
	synchronized void freeze() {
		signal("STOP");
		Path status = Path.of("/proc", String.valueOf(this.process.pid()), "stat");
		if (Files.exists(status)) {
			await().atMost(PATIENCE).pollDelay(Duration.ZERO).until(() -> Files.readString(status).contains(") T "));
		}
	}

	/**
	 * Let it go on.
	 */
	synchronized void thaw() {
		signal("CONT");
	}

	private void signal(String name) {
		try {
			// The shell's own, as not every system has the program.
			Process sender = new ProcessBuilder("sh", "-c", "kill -" + name + " " + this.process.pid()).inheritIO()
				.start();
			if (!sender.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || sender.exitValue() != 0) {
				throw new IllegalStateException(
						"Process " + this.process.pid() + " does not take the signal '" + name + "'");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Kill it unless that is done, and start it on the same port with the same settings.
	 */
	synchronized void restart() {
		kill();
		try {
			launch();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Kill it, delete its files, and start it again.
	 */
	synchronized void restartEmpty() {
		kill();
		try {
			FileSystemUtils.deleteRecursively(this.directory.resolve("appendonlydir"));
			// Before Redis 7.
			Files.deleteIfExists(this.directory.resolve("appendonly.aof"));
			Files.deleteIfExists(this.directory.resolve("dump.rdb"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		restart();
	}

	/**
	 * Closes the connections of some clients.
	 * @param description a regular expression for a part of their lines in the list of
	 * clients
	 * @return the number of connections
	 */
	int killClients(String description) {
		Pattern selected = Pattern.compile(description);
		List<String> ids = command("CLIENT", "LIST").lines()
			.filter((client) -> selected.matcher(client).find())
			.map((client) -> client.substring("id=".length(), client.indexOf(' ')))
			.toList();
		return ids.stream().mapToInt((id) -> Integer.parseInt(command("CLIENT", "KILL", "ID", id))).sum();
	}

	@Override
	public synchronized void close() {
		if (!open.remove(this)) {
			return;
		}
		if (this.process != null) {
			kill();
		}
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			logger.warn("Left behind: {}", this.directory, ex);
		}
	}

	@Override
	public String toString() {
		return "Redis at " + address();
	}

	/**
	 * The options of a server.
	 */
	static final class Builder {

		private final List<String> settings = new ArrayList<>();

		private int port;

		private boolean sentinel;

		private Certificates certificates;

		/**
		 * Where it listens.
		 * @param port the port; without one, any that is free
		 * @return this builder
		 */
		Builder port(int port) {
			this.port = port;
			return this;
		}

		/**
		 * Add lines to its configuration file.
		 * @param lines the lines, such as {@code maxclients 3}
		 * @return this builder
		 */
		Builder settings(String... lines) {
			this.settings.addAll(List.of(lines));
			return this;
		}

		/**
		 * Add a user; the default one stays, and may everything.
		 * @param name the user's name
		 * @param rules the access control rules
		 * @return this builder
		 */
		Builder user(String name, String rules) {
			return settings("user " + name + " " + rules);
		}

		/**
		 * Speak TLS only on the port that applications get.
		 * @param certificates the server's certificate
		 * @return this builder
		 */
		Builder tls(Certificates certificates) {
			this.certificates = certificates;
			return this;
		}

		/**
		 * Be a node of a cluster.
		 * @return this builder
		 */
		Builder cluster() {
			return settings("cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout 2000",
					// A replica that lost its master long ago is better than none.
					"cluster-replica-validity-factor 0");
		}

		/**
		 * Be a sentinel.
		 * @return this builder
		 */
		Builder sentinel() {
			this.sentinel = true;
			return this;
		}

		RedisProcess start() {
			for (int attempt = 1;; attempt++) {
				RedisProcess started = null;
				try {
					started = new RedisProcess(this);
					started.launch();
					return started;
				}
				catch (IOException | RuntimeException ex) {
					if (started != null) {
						started.close();
					}
					boolean portTaken = String.valueOf(ex.getMessage()).contains("Address already in use");
					if (this.port != 0 || !portTaken || attempt == ATTEMPTS) {
						throw new IllegalStateException("No Redis: " + ex.getMessage(), ex);
					}
				}
			}
		}

	}

	/**
	 * Close several, also if one of them fails to.
	 * @param processes the servers
	 */
	static void closeAll(Stream<RedisProcess> processes) {
		List<RuntimeException> failures = new ArrayList<>();
		processes.forEach((process) -> {
			try {
				process.close();
			}
			catch (RuntimeException ex) {
				failures.add(ex);
			}
		});
		if (!failures.isEmpty()) {
			throw failures.get(0);
		}
	}

}
