package io.github.statesignals.redis;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Publishes with Lettuce's own asynchronous commands, pipelined. On a connection of its
 * own, so that it can be replaced where it is stuck, and that nobody's transactions are
 * in the way.
 * <p>
 * Lettuce writes at once what its own thread asks for, before what others have asked for
 * already. To keep the order, one thread asks for all of it.
 */
final class LettucePublisher implements RedisPublisher {

	private final Queue<Publish> queue = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean draining = new AtomicBoolean();

	private final Runnable closing;

	private final RedisClusterAsyncCommands<byte[], byte[]> commands;

	private final Executor executor;

	private LettucePublisher(Runnable closing, RedisClusterAsyncCommands<byte[], byte[]> commands, Executor executor) {
		this.closing = closing;
		this.commands = commands;
		this.executor = executor;
	}

	/**
	 * Create a publisher.
	 * @param connectionFactory provides connections; Redis has to be there
	 * @return the publisher, or {@code null} where Lettuce is not the driver
	 */
	static @Nullable RedisPublisher create(RedisConnectionFactory connectionFactory) {
		LettuceConnectionFactory own = LettuceConnections.derive(connectionFactory);
		if (own == null) {
			return shared(connectionFactory);
		}
		try {
			return create(own, LettuceConnections.eventLoop(connectionFactory));
		}
		catch (RuntimeException ex) {
			own.destroy();
			throw ex;
		}
	}

	private static RedisPublisher create(LettuceConnectionFactory own, @Nullable Executor eventLoop) {
		AbstractRedisClient client = own.getRequiredNativeClient();
		RedisClusterAsyncCommands<byte[], byte[]> commands = (client instanceof RedisClusterClient cluster)
				? cluster.connect(ByteArrayCodec.INSTANCE).async()
				: ((RedisClient) client).connect(ByteArrayCodec.INSTANCE).async();
		return (eventLoop != null) ? new LettucePublisher(own::destroy, commands, eventLoop)
				: onThread(own::destroy, commands);
	}

	@SuppressWarnings("unchecked")
	private static @Nullable RedisPublisher shared(RedisConnectionFactory connectionFactory) {
		RedisConnection connection = connectionFactory.getConnection();
		if (connection.getNativeConnection() instanceof RedisClusterAsyncCommands<?, ?> commands) {
			return onThread(connection::close, (RedisClusterAsyncCommands<byte[], byte[]>) commands);
		}
		connection.close();
		return null;
	}

	private static RedisPublisher onThread(Runnable closing, RedisClusterAsyncCommands<byte[], byte[]> commands) {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-publish-");
		threads.setDaemon(true);
		ExecutorService thread = Executors.newSingleThreadExecutor(threads);
		return new LettucePublisher(() -> {
			thread.shutdown();
			closing.run();
		}, commands, thread);
	}

	@Override
	public CompletableFuture<Void> publish(byte[] channel, byte[] payload) {
		Publish publish = new Publish(channel, payload);
		this.queue.add(publish);
		if (this.draining.compareAndSet(false, true)) {
			try {
				this.executor.execute(this::drain);
			}
			catch (RejectedExecutionException ex) {
				this.draining.set(false);
				for (Publish refused = this.queue.poll(); refused != null; refused = this.queue.poll()) {
					refused.accept(null, ex);
				}
			}
		}
		return publish;
	}

	private void drain() {
		do {
			for (Publish next = this.queue.poll(); next != null; next = this.queue.poll()) {
				next.send(this.commands);
			}
			this.draining.set(false);
		}
		while (!this.queue.isEmpty() && this.draining.compareAndSet(false, true));
	}

	@Override
	public void close() {
		this.closing.run();
	}

	/**
	 * Something to publish, and what becomes of it.
	 */
	private static final class Publish extends Publishing {

		private final byte[] channel;

		private final byte[] payload;

		private volatile @Nullable CompletableFuture<Long> command;

		Publish(byte[] channel, byte[] payload) {
			this.channel = channel;
			this.payload = payload;
		}

		void send(RedisClusterAsyncCommands<byte[], byte[]> commands) {
			if (isDone()) {
				return;
			}
			try {
				CompletableFuture<Long> sent = commands.publish(this.channel, this.payload).toCompletableFuture();
				this.command = sent;
				if (isCancelled()) {
					sent.cancel(false);
				}
				sent.whenComplete(this);
			}
			catch (RuntimeException ex) {
				accept(null, ex);
			}
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			CompletableFuture<Long> sent = this.command;
			if (cancelled && sent != null) {
				// The driver leaves out what it has not written yet.
				sent.cancel(false);
			}
			return cancelled;
		}

	}

}
