package io.github.statesignals.redis.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Publishes with Lettuce's asynchronous commands, pipelined, on a separate connection
 * where that is possible: it can be replaced when it is stuck.
 * <p>
 * Lettuce sends the commands of its event loop before those that other threads have
 * issued and it has not written yet. So one thread issues all of them: the event loop of
 * a separate connection, or a thread of this publisher.
 */
final class LettucePublisher extends FramePublisher implements RedisConnectionStateListener {

	// While the event loop reads much, it sends little: as many frames as wait then.
	private static final int BATCH = 1_024;

	private final Runnable closing;

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	private volatile @Nullable AbstractRedisClient client;

	// Absent on a cluster, which has a connection to each node.
	private final @Nullable StatefulRedisConnection<byte[], byte[]> connection;

	private LettucePublisher(Executor executor, Runnable closing, RedisClusterAsyncCommands<byte[], byte[]> commands,
			@Nullable StatefulRedisConnection<byte[], byte[]> connection, PublishSettings settings) {
		super(executor, (connection != null) ? BATCH : 1, settings);
		this.closing = closing;
		this.commands = commands;
		this.connection = connection;
	}

	// There is no other way from the commands to their connection.
	@SuppressWarnings("deprecation")
	private static @Nullable StatefulRedisConnection<byte[], byte[]> connection(
			RedisClusterAsyncCommands<byte[], byte[]> commands) {
		StatefulRedisConnection<byte[], byte[]> single = (commands instanceof RedisAsyncCommands<byte[], byte[]> async)
				? async.getStatefulConnection() : null;
		return (single != null && single.isOpen()) ? single : null;
	}

	// Returns null if Lettuce is not the driver.
	static @Nullable RedisPublisher open(LettuceConnections connections, RedisConnectionFactory application,
			PublishSettings settings) {
		LettuceConnectionFactory own = connections.derive();
		if (own == null) {
			RedisConnection shared = application.getConnection();
			return notified(application, open(shared, null, shared::close, settings));
		}
		try {
			RedisConnection connection = own.getConnection();
			return notified(own,
					open(connection, connections, () -> LettuceConnections.destroy(own, connection), settings));
		}
		catch (RuntimeException | Error ex) {
			LettuceConnections.destroy(own, null);
			throw ex;
		}
	}

	// The connections to the nodes of a cluster have their client in common.
	private static @Nullable RedisPublisher notified(RedisConnectionFactory factory,
			@Nullable LettucePublisher publisher) {
		if (publisher != null && factory instanceof LettuceConnectionFactory lettuce) {
			AbstractRedisClient client = lettuce.getRequiredNativeClient();
			client.addListener(publisher);
			publisher.client = client;
		}
		return publisher;
	}

	@SuppressWarnings("unchecked")
	private static @Nullable LettucePublisher open(RedisConnection connection, @Nullable LettuceConnections connections,
			Runnable closing, PublishSettings settings) {
		if (!(connection.getNativeConnection() instanceof RedisClusterAsyncCommands<?, ?> found)) {
			closing.run();
			return null;
		}
		RedisClusterAsyncCommands<byte[], byte[]> commands = (RedisClusterAsyncCommands<byte[], byte[]>) found;
		StatefulRedisConnection<byte[], byte[]> single = connection(commands);
		if (single != null) {
			// Fails where the command is missing, as before Redis 6. It needs no
			// permission.
			commands.dispatch(CommandType.HELLO, new ArrayOutput<>(ByteArrayCodec.INSTANCE))
				.thenAccept(FramePublisher::warnIfReplica);
		}
		Executor eventLoop = (connections != null) ? connections.eventLoop() : null;
		if (eventLoop != null) {
			return new LettucePublisher(eventLoop, closing, commands, single, settings);
		}
		ExecutorService thread = newThread(THREADS);
		return new LettucePublisher(thread, () -> {
			closing.run();
			thread.shutdown();
		}, commands, single, settings);
	}

	// The driver writes the commands of one call to the socket together.
	@Override
	List<? extends CompletableFuture<Long>> dispatch(List<Frame> frames) {
		if (this.connection == null || frames.size() == 1) {
			Frame frame = frames.get(0);
			return List.of(this.commands.publish(frame.channel(), frame.write()).toCompletableFuture());
		}
		List<AsyncCommand<byte[], byte[], Long>> publishes = new ArrayList<>(frames.size());
		for (Frame frame : frames) {
			publishes.add(publish(frame));
		}
		this.connection.dispatch(publishes);
		return publishes;
	}

	// Without the codec, which would copy both.
	private static AsyncCommand<byte[], byte[], Long> publish(Frame frame) {
		return new AsyncCommand<>(new Command<>(CommandType.PUBLISH, new IntegerOutput<>(ByteArrayCodec.INSTANCE),
				new CommandArgs<>(ByteArrayCodec.INSTANCE).add(frame.channel()).add(frame.write())));
	}

	@Override
	public CompletableFuture<Long> countSubscribers(byte[] channel) {
		return this.commands.pubsubNumsub(channel)
			.toCompletableFuture()
			.thenApply((counts) -> counts.values().iterator().next());
	}

	@Override
	boolean isConnected() {
		return this.connection == null || this.connection.isOpen();
	}

	@Override
	public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
		connectionLost();
	}

	@Override
	void disconnect() {
		AbstractRedisClient notifying = this.client;
		if (notifying != null) {
			notifying.removeListener(this);
		}
		this.closing.run();
	}

}
