package io.github.statesignals.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.EventExecutor;
import org.jspecify.annotations.Nullable;

/**
 * One connection to receive on and one to publish on, tuned for this and nothing else.
 */
final class FloorConnections {

	private static final int FLUSH_AFTER = 256;

	private final RedisClient client;

	private final StatefulRedisPubSubConnection<byte[], byte[]> subscription;

	private final StatefulRedisConnection<byte[], byte[]> commands;

	private final EventExecutor eventLoop;

	/**
	 * Publishes that are dispatched together.
	 */
	private final Queue<RedisCommand<byte[], byte[], ?>> queued = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean dispatching = new AtomicBoolean();

	FloorConnections(Arguments arguments, ClientResources resources) {
		this.client = RedisClient.create(resources, RedisURI.create(arguments.get("host"), arguments.getInt("port")));
		this.client.setOptions(ClientOptions.builder()
			.protocolVersion(ProtocolVersion.RESP2)
			.timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
			.maintNotificationsConfig(MaintNotificationsConfig.disabled())
			.build());
		this.subscription = this.client.connectPubSub(ByteArrayCodec.INSTANCE);
		this.commands = this.client.connect(ByteArrayCodec.INSTANCE);
		this.eventLoop = Objects.requireNonNull(((Consolidation) resources.nettyCustomizer()).eventLoop);
	}

	/**
	 * Creates resources with one event loop, whose connections write all queued messages
	 * at once.
	 * @return the resources
	 */
	static ClientResources resources() {
		return DefaultClientResources.builder()
			// ioThreadPoolSize(1) would be raised.
			.eventLoopGroupProvider(new DefaultEventLoopGroupProvider(1))
			.nettyCustomizer(new Consolidation())
			.build();
	}

	void receive(Receiver receiver, byte[]... channels) {
		this.subscription.addListener(new RedisPubSubAdapter<byte[], byte[]>() {

			@Override
			public void message(byte[] channel, byte[] payload) {
				receiver.onMessage(payload);
			}

		});
		this.subscription.sync().subscribe(channels);
	}

	void publish(byte[] channel, byte[] payload) {
		this.commands.dispatch(command(channel, payload));
	}

	void publish(List<RedisCommand<byte[], byte[], ?>> publishes) {
		this.commands.dispatch(publishes);
	}

	/**
	 * Publishes on the event loop, together with messages of other threads.
	 */
	void publishTogether(RedisCommand<byte[], byte[], ?> publish) {
		this.queued.add(publish);
		if (this.dispatching.compareAndSet(false, true)) {
			this.eventLoop.execute(this::dispatchQueued);
		}
	}

	private void dispatchQueued() {
		this.dispatching.set(false);
		List<RedisCommand<byte[], byte[], ?>> publishes = new ArrayList<>();
		for (RedisCommand<byte[], byte[], ?> next = this.queued.poll(); next != null; next = this.queued.poll()) {
			publishes.add(next);
		}
		if (!publishes.isEmpty()) {
			publish(publishes);
		}
	}

	/**
	 * Waits until Redis has received all published messages.
	 */
	void drain() {
		this.commands.sync().ping();
	}

	// No caller waits for the reply of Redis, so no future is needed.
	static RedisCommand<byte[], byte[], Long> command(byte[] channel, byte[] payload) {
		return new Command<>(CommandType.PUBLISH, new IntegerOutput<>(ByteArrayCodec.INSTANCE),
				new CommandArgs<>(ByteArrayCodec.INSTANCE).addKey(channel).addValue(payload));
	}

	/**
	 * Writes all queued messages at once, and remembers the one event loop.
	 */
	private static final class Consolidation implements NettyCustomizer {

		private volatile @Nullable EventExecutor eventLoop;

		@Override
		public void afterChannelInitialized(Channel channel) {
			this.eventLoop = channel.eventLoop();
			channel.pipeline().addFirst(new FlushConsolidationHandler(FLUSH_AFTER, true));
		}

	}

	/**
	 * Receives payloads, on the event loop.
	 */
	@FunctionalInterface
	interface Receiver {

		void onMessage(byte[] payload);

	}

}
