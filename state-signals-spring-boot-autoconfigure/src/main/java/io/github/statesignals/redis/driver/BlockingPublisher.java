package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.redis.ClusterStateFailureException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisClusterNode;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Publishes with a driver that blocks.
 */
final class BlockingPublisher extends FramePublisher {

	private static final Logger logger = LoggerFactory.getLogger(RedisPublisher.class);

	private static final String NUMSUB = "NUMSUB";

	private final RedisConnectionFactory connectionFactory;

	private final ExecutorService thread;

	BlockingPublisher(RedisConnectionFactory connectionFactory, ExecutorService thread, PublishSettings settings) {
		super(thread, 1, settings);
		this.connectionFactory = connectionFactory;
		this.thread = thread;
	}

	@Override
	List<CompletableFuture<Long>> dispatch(List<Frame> frames) {
		return frames.stream().map(this::send).toList();
	}

	private CompletableFuture<Long> send(Frame frame) {
		RedisConnection connection;
		try {
			connection = this.connectionFactory.getConnection();
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(RedisExceptions.notExecuted(ex));
		}
		try (connection) {
			return CompletableFuture.completedFuture(publish(connection, frame, true));
		}
	}

	private static @Nullable Long publish(RedisConnection connection, Frame frame, boolean first) {
		if (!(connection instanceof RedisClusterConnection cluster)) {
			return connection.publish(frame.channel(), frame.write());
		}
		try {
			// At the node of the channel. Jedis would choose another node for each
			// message, which arrive in any order then, and repeat one that it has sent.
			return cluster.execute("PUBLISH", frame.channel(), List.of(frame.write()));
		}
		catch (UnsupportedOperationException ex) {
			// Redisson, whose own command is for that node.
			return connection.publish(frame.channel(), frame.write());
		}
		catch (RuntimeException ex) {
			boolean unknown = ex.getClass() == DataAccessResourceFailureException.class;
			if (unknown && first) {
				// Such as after a failover. Nothing was sent.
				findNode(cluster, frame.channel());
				return publish(connection, frame, false);
			}
			// Exceptions of commands are translated, those of getting a connection
			// are not.
			boolean unsent = unknown || ex instanceof ClusterStateFailureException
					|| !(ex instanceof DataAccessException);
			throw unsent ? RedisExceptions.notExecuted(ex) : ex;
		}
	}

	// Jedis learns that a slot has another node from the commands that it repeats.
	private static void findNode(RedisClusterConnection cluster, byte[] channel) {
		try {
			cluster.keyCommands().exists(channel);
		}
		catch (RuntimeException ex) {
			if (MissingPermission.of(ex) != null) {
				throw new PermissionDeniedDataAccessException(
						new MissingPermission(MissingPermission.NODE).description(), ex);
			}
			logger.debug("Could not ask for the node of a channel", ex);
		}
	}

	@Override
	public CompletableFuture<Long> countSubscribers(byte[] channel) {
		return CompletableFuture.supplyAsync(() -> count(channel), this.thread);
	}

	private Long count(byte[] channel) {
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			List<?> reply = (connection instanceof RedisClusterConnection cluster)
					? cluster.execute("PUBSUB", numsub(cluster, channel), List.of(channel))
					: (List<?>) connection.execute("PUBSUB", NUMSUB.getBytes(StandardCharsets.US_ASCII), channel);
			return (Long) Objects.requireNonNull(reply).get(1);
		}
	}

	// Each node counts its own clients, as PUBLISH at the node of the channel does. The
	// first argument selects the node, and Redis ignores the case of its letters.
	private static byte[] numsub(RedisClusterConnection cluster, byte[] channel) {
		RedisClusterNode node = cluster.clusterGetNodeForKey(channel);
		for (int lower = 0; lower < (1 << NUMSUB.length()); lower++) {
			byte[] name = NUMSUB.getBytes(StandardCharsets.US_ASCII);
			for (int i = 0; i < name.length; i++) {
				name[i] ^= (byte) ((lower >> i & 1) << 5);
			}
			if (cluster.clusterGetNodeForKey(name).equals(node)) {
				return name;
			}
		}
		throw new UnsupportedOperationException("The subscribers at " + node + " can't be counted");
	}

	@Override
	boolean isConnected() {
		return true;
	}

	@Override
	void disconnect() {
		// The connections are the factory's.
		this.thread.shutdown();
	}

}
