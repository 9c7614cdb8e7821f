package io.github.statesignals.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.github.statesignals.core.SignalNotSentException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;
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

	/**
	 * So many are handed to the driver in one go.
	 */
	private static final int BATCH = 256;

	private final Queue<Publish> queue = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean draining = new AtomicBoolean();

	private final Runnable closing;

	private final StatefulConnection<byte[], byte[]> connection;

	private final Executor executor;

	/**
	 * The one that was published to last, which most often is the next one.
	 */
	private volatile Channel channel = new Channel(new byte[0]);

	private int lastHash;

	private LettucePublisher(Runnable closing, StatefulConnection<byte[], byte[]> connection, Executor executor) {
		this.closing = closing;
		this.connection = connection;
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
			StatefulConnection<byte[], byte[]> connection = connect(own);
			// Known from the first connection on.
			Executor eventLoop = LettuceConnections.eventLoop(connectionFactory);
			return (eventLoop != null)
					? new LettucePublisher(() -> LettuceConnections.destroy(own), connection, eventLoop)
					: onThread(() -> LettuceConnections.destroy(own), connection);
		}
		catch (RuntimeException ex) {
			LettuceConnections.destroy(own);
			throw ex;
		}
	}

	private static StatefulConnection<byte[], byte[]> connect(LettuceConnectionFactory own) {
		AbstractRedisClient client = own.getRequiredNativeClient();
		return (client instanceof RedisClusterClient cluster) ? cluster.connect(ByteArrayCodec.INSTANCE)
				: ((RedisClient) client).connect(ByteArrayCodec.INSTANCE);
	}

	// There is no other way from the commands to their connection.
	@SuppressWarnings({ "unchecked", "deprecation" })
	private static @Nullable RedisPublisher shared(RedisConnectionFactory connectionFactory) {
		RedisConnection connection = connectionFactory.getConnection();
		Object commands = connection.getNativeConnection();
		if (commands instanceof RedisAsyncCommands<?, ?> standalone) {
			return onThread(connection::close, (StatefulConnection<byte[], byte[]>) standalone.getStatefulConnection());
		}
		if (commands instanceof RedisAdvancedClusterAsyncCommands<?, ?> cluster) {
			return onThread(connection::close, (StatefulConnection<byte[], byte[]>) cluster.getStatefulConnection());
		}
		connection.close();
		return null;
	}

	private static RedisPublisher onThread(Runnable closing, StatefulConnection<byte[], byte[]> connection) {
		CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-publish-");
		threads.setDaemon(true);
		ExecutorService thread = Executors.newSingleThreadExecutor(threads);
		return new LettucePublisher(() -> {
			thread.shutdown();
			closing.run();
		}, connection, thread);
	}

	@Override
	public CompletableFuture<?> publish(byte[] channel, byte[] payload) {
		Publish publish = new Publish(channel(channel), payload);
		this.queue.add(publish);
		if (this.draining.compareAndSet(false, true)) {
			try {
				this.executor.execute(this::drain);
			}
			catch (RejectedExecutionException ex) {
				this.draining.set(false);
				for (Publish refused = this.queue.poll(); refused != null; refused = this.queue.poll()) {
					refused.completeExceptionally(new SignalNotSentException("the connection is being closed", ex));
				}
			}
		}
		return publish;
	}

	private Channel channel(byte[] name) {
		Channel last = this.channel;
		if (last.name != name) {
			last = new Channel(name);
			this.channel = last;
		}
		return last;
	}

	private void drain() {
		do {
			for (List<Publish> batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
				send(batch);
			}
			this.draining.set(false);
		}
		while (!this.queue.isEmpty() && this.draining.compareAndSet(false, true));
	}

	private List<Publish> nextBatch() {
		List<Publish> batch = new ArrayList<>();
		while (batch.size() < BATCH) {
			Publish next = this.queue.poll();
			if (next == null) {
				break;
			}
			if (!next.isDone()) {
				next.hash = ++this.lastHash;
				batch.add(next);
			}
		}
		return batch;
	}

	private void send(List<Publish> batch) {
		if (this.connection instanceof StatefulRedisClusterConnection) {
			// Of many at once it waits for the nodes' connections: on the event loop,
			// which makes them.
			batch.forEach(this::send);
			return;
		}
		try {
			this.connection.dispatch(batch);
		}
		catch (RuntimeException ex) {
			batch.forEach((publish) -> publish.completeExceptionally(ex));
		}
	}

	private void send(Publish publish) {
		try {
			this.connection.dispatch(publish);
		}
		catch (RuntimeException ex) {
			publish.completeExceptionally(ex);
		}
	}

	@Override
	public void close() {
		this.closing.run();
	}

	/**
	 * A Redis channel, and how every publish to it begins, in Redis's protocol.
	 *
	 * @param name its name
	 * @param head what comes before the length of the payload
	 */
	private record Channel(byte[] name, byte[] head) {

		Channel(byte[] name) {
			this(name, head(name));
		}

		private static byte[] head(byte[] name) {
			byte[] before = ("*3\r\n$7\r\nPUBLISH\r\n$" + name.length + "\r\n").getBytes(StandardCharsets.US_ASCII);
			byte[] after = "\r\n$".getBytes(StandardCharsets.US_ASCII);
			return ByteBuffer.allocate(before.length + name.length + after.length)
				.put(before)
				.put(name)
				.put(after)
				.array();
		}

	}

	/**
	 * Something to publish, and what becomes of it: the driver's command and our future
	 * in one. The driver leaves out what is cancelled before it is written.
	 */
	private static final class Publish extends CompletableFuture<Long>
			implements RedisCommand<byte[], byte[], Long>, CompleteableCommand<Long> {

		/**
		 * How long a length and the ends of two lines are at the most.
		 */
		private static final int FRAME = 14;

		private static final int END_OF_LINE = '\r' << Byte.SIZE | '\n';

		private final Channel channel;

		private final byte[] payload;

		private CommandOutput<byte[], byte[], Long> output = new IntegerOutput<>(ByteArrayCodec.INSTANCE);

		/**
		 * The driver keeps commands in hash tables, and an identity hash code costs more
		 * than all of the rest there. Given before the driver has it.
		 */
		private int hash;

		Publish(Channel channel, byte[] payload) {
			this.channel = channel;
			this.payload = payload;
		}

		@Override
		public int hashCode() {
			return this.hash;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return this == other;
		}

		@Override
		public void complete() {
			CommandOutput<byte[], byte[], Long> output = getOutput();
			if (output.hasError()) {
				completeExceptionally(new RedisCommandExecutionException(output.getError()));
			}
			else {
				complete(output.get());
			}
		}

		@Override
		public boolean completeExceptionally(Throwable ex) {
			return super.completeExceptionally(RedisExceptions.publishFailure(ex));
		}

		// The driver's way to say that it gives up; ours is the future's.
		@Override
		public void cancel() {
			completeExceptionally(
					new DataAccessResourceFailureException("the connection was closed before Redis had confirmed it"));
		}

		@Override
		public void onComplete(Consumer<? super Long> action) {
			thenAccept(action);
		}

		@Override
		public void onComplete(BiConsumer<? super Long, Throwable> action) {
			whenComplete(action);
		}

		@Override
		public void encode(ByteBuf buffer) {
			byte[] head = this.channel.head;
			buffer.ensureWritable(head.length + this.payload.length + FRAME);
			buffer.writeBytes(head);
			writeLength(buffer, this.payload.length);
			buffer.writeShort(END_OF_LINE);
			buffer.writeBytes(this.payload);
			buffer.writeShort(END_OF_LINE);
		}

		private static void writeLength(ByteBuf buffer, int length) {
			if (length >= 10) {
				writeLength(buffer, length / 10);
			}
			buffer.writeByte('0' + length % 10);
		}

		// Asked for where the driver has to know the channel: on a cluster, and to trace.
		@Override
		public CommandArgs<byte[], byte[]> getArgs() {
			return new CommandArgs<>(ByteArrayCodec.INSTANCE).addKey(this.channel.name).addValue(this.payload);
		}

		@Override
		public ProtocolKeyword getType() {
			return CommandType.PUBLISH;
		}

		@Override
		public CommandOutput<byte[], byte[], Long> getOutput() {
			return this.output;
		}

		@Override
		public void setOutput(CommandOutput<byte[], byte[], Long> output) {
			this.output = output;
		}

	}

}
