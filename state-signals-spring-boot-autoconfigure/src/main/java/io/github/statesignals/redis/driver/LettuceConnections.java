package io.github.statesignals.redis.driver;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.tracing.Tracing;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Creates connection factories that connect as the application's does and share neither
 * its connections nor its pool: a pool would return the connection that is stuck. They
 * share one event loop, apart from the application's: a signal that is received and one
 * that is published then wake the same thread.
 */
final class LettuceConnections {

	private static final Duration DESTROY_TIMEOUT = Duration.ofSeconds(2);

	// Connections may be closing.
	private static final Duration QUIET_PERIOD = Duration.ofSeconds(2);

	private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(15);

	private static final RedisStandaloneConfiguration DEFAULTS = new RedisStandaloneConfiguration();

	private final RedisConnectionFactory application;

	private final SingleEventLoop eventLoop = new SingleEventLoop();

	LettuceConnections(RedisConnectionFactory application) {
		this.application = application;
	}

	// Returns a started factory that connects as the application's does; or null if its
	// public getters do not describe that: a subclass, static masters and replicas, or a
	// preference of nodes to read from.
	@Nullable LettuceConnectionFactory derive() {
		return derive(true);
	}

	// Its connections stay lost: the driver fails the commands in flight and does not
	// repeat them.
	@Nullable LettuceConnectionFactory deriveWithoutReconnect() {
		return derive(false);
	}

	// The thread that reads and writes for these connections, as soon as one is open;
	// absent if the application has not configured the driver's resources.
	@Nullable Executor eventLoop() {
		return this.eventLoop.executor();
	}

	boolean isEventLoop() {
		return this.eventLoop.isCurrent();
	}

	// Ends the event loop when the connections are closed. Does not block.
	void close() {
		this.eventLoop.shutdown(QUIET_PERIOD.toMillis(), SHUTDOWN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
	}

	private @Nullable LettuceConnectionFactory derive(boolean reconnect) {
		if (!(this.application instanceof LettuceConnectionFactory lettuce)
				|| lettuce.getClass() != LettuceConnectionFactory.class
				|| lettuce.getClientConfiguration().getReadFrom().isPresent()) {
			return null;
		}
		RedisConfiguration configuration = configuration(lettuce);
		if (configuration == null) {
			return null;
		}
		LettuceConnectionFactory derived = new LettuceConnectionFactory(configuration,
				client(lettuce.getClientConfiguration(), reconnect));
		derived.setShareNativeConnection(false);
		derived.afterPropertiesSet();
		derived.start();
		return derived;
	}

	private static @Nullable RedisConfiguration configuration(LettuceConnectionFactory lettuce) {
		if (lettuce.isClusterAware()) {
			return lettuce.getClusterConfiguration();
		}
		if (lettuce.isRedisSentinelAware()) {
			return lettuce.getSentinelConfiguration();
		}
		RedisConfiguration socket = lettuce.getSocketConfiguration();
		return (socket != null) ? socket : standalone(lettuce);
	}

	// The factory has one even if it connects by another configuration, for which there
	// is no getter.
	private static @Nullable RedisConfiguration standalone(LettuceConnectionFactory lettuce) {
		RedisStandaloneConfiguration standalone = lettuce.getStandaloneConfiguration();
		boolean used = standalone.getHostName().equals(lettuce.getHostName())
				&& standalone.getPort() == lettuce.getPort() && standalone.getDatabase() == lettuce.getDatabase()
				&& standalone.getPassword().equals(RedisPassword.of(lettuce.getPassword()));
		return (used && !isMasterReplica(lettuce)) ? standalone : null;
	}

	// Static masters and replicas have no getter either: the others return the defaults.
	private static boolean isMasterReplica(LettuceConnectionFactory lettuce) {
		if (!DEFAULTS.equals(lettuce.getStandaloneConfiguration())) {
			return false;
		}
		try (RedisConnection connection = lettuce.getConnection()) {
			return connection.getNativeConnection() instanceof RedisAsyncCommands<?, ?> commands
					&& isMasterReplica(commands);
		}
	}

	// There is no other way from the commands to their connection.
	@SuppressWarnings("deprecation")
	private static boolean isMasterReplica(RedisAsyncCommands<?, ?> commands) {
		return commands.getStatefulConnection() instanceof StatefulRedisMasterReplicaConnection;
	}

	private LettuceClientConfiguration client(LettuceClientConfiguration application, boolean reconnect) {
		LettuceClientConfigurationBuilder client = LettuceClientConfiguration.builder();
		if (application.isUseSsl()) {
			client.useSsl().verifyPeer(application.getVerifyMode());
			if (application.isStartTls()) {
				client.useSsl().startTls();
			}
		}
		ClientResources resources = application.getClientResources().orElse(null);
		if (resources != null) {
			client.clientResources(untraced(resources, this.eventLoop));
		}
		application.getClientName().ifPresent(client::clientName);
		application.getRedisCredentialsProviderFactory().ifPresent(client::redisCredentialsProviderFactory);
		Optional<ClientOptions> known = application.getClientOptions();
		ClientOptions.Builder options = known.isPresent() ? known.get().mutate() : ClientOptions.builder();
		options
			// RESP3 delivers each message to two kinds of listeners.
			.protocolVersion(ProtocolVersion.RESP2)
			// Publishes have separate timeouts.
			.timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build());
		if (!reconnect) {
			options.autoReconnect(false).disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS);
		}
		ClientOptions built = options.build();
		return client.clientOptions(built)
			.commandTimeout(handshakeTimeout(application, built))
			.shutdownTimeout(Duration.ZERO)
			.shutdownQuietPeriod(Duration.ZERO)
			.build();
	}

	// Of the commands that the driver awaits while it connects: a server may accept a
	// connection and never answer.
	private static Duration handshakeTimeout(LettuceClientConfiguration application, ClientOptions options) {
		Duration command = application.getCommandTimeout();
		Duration connect = options.getSocketOptions().getConnectTimeout();
		return (command.compareTo(connect) < 0) ? command : connect;
	}

	// The heartbeat and other commands of the starter would each begin a trace.
	private static ClientResources untraced(ClientResources application, EventLoopGroupProvider eventLoops) {
		ClientResources untraced = application.mutate()
			.tracing(Tracing.disabled())
			// Shared, and so not shut down with the copy.
			.eventLoopGroupProvider(eventLoops)
			.eventExecutorGroup(application.eventExecutorGroup())
			.timer(application.timer())
			.commandLatencyRecorder(application.commandLatencyRecorder())
			.build();
		// Ends its own publisher of latencies only; the driver would warn without it.
		untraced.shutdown(0, 0, TimeUnit.MILLISECONDS);
		return untraced;
	}

	// The driver may wait indefinitely for a node of a cluster that has left; this waits
	// two seconds. Without closing the connection first, it would close the nodes of a
	// cluster twice, and warn.
	static void destroy(LettuceConnectionFactory derived, @Nullable RedisConnection connection) {
		Thread thread = new Thread(() -> {
			if (connection != null) {
				connection.close();
			}
			derived.destroy();
		}, "state-signals-disconnect");
		thread.setDaemon(true);
		thread.start();
		try {
			thread.join(DESTROY_TIMEOUT.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
