package io.github.statesignals.redis;

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

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.Command;
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

	private final Queue<Publish> queue = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean draining = new AtomicBoolean();

	private final Runnable closing;

	private final StatefulConnection<byte[], byte[]> connection;

	private final Executor executor;

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
			return (eventLoop != null) ? new LettucePublisher(own::destroy, connection, eventLoop)
					: onThread(own::destroy, connection);
		}
		catch (RuntimeException ex) {
			own.destroy();
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
		Publish publish = new Publish(channel, payload);
		this.queue.add(publish);
		if (this.draining.compareAndSet(false, true)) {
			try {
				this.executor.execute(this::drain);
			}
			catch (RejectedExecutionException ex) {
				this.draining.set(false);
				for (Publish refused = this.queue.poll(); refused != null; refused = this.queue.poll()) {
					refused.completeExceptionally(ex);
				}
			}
		}
		return publish;
	}

	private void drain() {
		do {
			for (Publish next = this.queue.poll(); next != null; next = this.queue.poll()) {
				next.send(this.connection);
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
	 * Something to publish, and what becomes of it: the driver's command and our future
	 * in one. The driver leaves out what is cancelled before it is written.
	 */
	private static final class Publish extends CompletableFuture<Long>
			implements RedisCommand<byte[], byte[], Long>, CompleteableCommand<Long> {

		private final Command<byte[], byte[], Long> command;

		Publish(byte[] channel, byte[] payload) {
			this.command = new Command<>(CommandType.PUBLISH, new IntegerOutput<>(ByteArrayCodec.INSTANCE),
					new CommandArgs<>(ByteArrayCodec.INSTANCE).addKey(channel).addValue(payload));
		}

		void send(StatefulConnection<byte[], byte[]> connection) {
			if (isDone()) {
				return;
			}
			try {
				connection.dispatch(this);
			}
			catch (RuntimeException ex) {
				completeExceptionally(ex);
			}
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
			return super.completeExceptionally(RedisExceptions.translate(ex));
		}

		// The driver's way to say that it gives up; ours is the future's.
		@Override
		public void cancel() {
			completeExceptionally(new DataAccessResourceFailureException(
					"The connection was closed before Redis had confirmed; whether it was published is unknown"));
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
			this.command.encode(buffer);
		}

		@Override
		public CommandArgs<byte[], byte[]> getArgs() {
			return this.command.getArgs();
		}

		@Override
		public ProtocolKeyword getType() {
			return this.command.getType();
		}

		@Override
		public CommandOutput<byte[], byte[], Long> getOutput() {
			return this.command.getOutput();
		}

		@Override
		public void setOutput(CommandOutput<byte[], byte[], Long> output) {
			this.command.setOutput(output);
		}

	}

}
