package io.github.statesignals.redis.driver;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.BeanWrapper;
import org.springframework.beans.PropertyAccessorFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Creates everything that differs between drivers, and is the only place that chooses.
 * Methods that connect need Redis to be available, and block.
 */
public final class RedisDriver {

	private static final Logger logger = LoggerFactory.getLogger(RedisDriver.class);

	private static final String POOL_SIZE = "poolConfig.maxTotal";

	private final RedisConnectionFactory connectionFactory;

	// Absent unless the driver is Lettuce.
	private final @Nullable LettuceConnections connections;

	private final PublishSettings publishing;

	private final AtomicInteger blocking = new AtomicInteger();

	// With a SignalListenerContainer of the same connection factory, all connections
	// share its event loop.
	public RedisDriver(RedisConnectionFactory connectionFactory, RedisMessageListenerContainer container) {
		this(connectionFactory, container, PublishSettings.defaultCapacity());
	}

	// Publishers refuse messages beyond a number of bytes that Redis has not confirmed.
	public RedisDriver(RedisConnectionFactory connectionFactory, RedisMessageListenerContainer container,
			long publishCapacity) {
		this.connectionFactory = connectionFactory;
		this.connections = (container instanceof SignalListenerContainer own
				&& own.getConnectionFactory() == connectionFactory) ? own.connections()
						: DriverClasses.connections(connectionFactory);
		this.publishing = new PublishSettings(new PublishFailures(), publishCapacity);
	}

	public RedisPublisher openPublisher() {
		if (this.connections != null) {
			RedisPublisher lettuce = LettucePublisher.open(this.connections, this.connectionFactory, this.publishing);
			if (lettuce != null) {
				return lettuce;
			}
		}
		// Spring's listener container retries without end, and does not report why it
		// can't connect. A cluster was connected to for its topology.
		try (RedisConnection connection = this.connectionFactory.getConnection()) {
			if (!(connection instanceof RedisClusterConnection)) {
				connection.ping();
				checkRole(connection);
			}
		}
		return new BlockingPublisher(this.connectionFactory, FramePublisher.newThread(FramePublisher.THREADS),
				this.publishing);
	}

	// Before Redis 6, and in some proxies, the command is missing, and Redisson has no
	// way to it. It needs no permission.
	private static void checkRole(RedisConnection connection) {
		try {
			FramePublisher.warnIfReplica(connection.execute("HELLO"));
		}
		catch (DataAccessException | UnsupportedOperationException ex) {
			logger.debug("The role of the server is unknown", ex);
		}
	}

	public StreamCommands openStreamCommands() {
		if (this.connections != null) {
			StreamCommands lettuce = LettuceStreamCommands.open(this.connections);
			if (lettuce != null) {
				return lettuce;
			}
		}
		return openBlockingStreamCommands();
	}

	// With all connections of a pool blocked, other commands would wait indefinitely.
	private StreamCommands openBlockingStreamCommands() {
		StreamCommands opened = new BlockingStreamCommands(this.connectionFactory, this.blocking::decrementAndGet);
		int size = poolSize();
		if (this.blocking.incrementAndGet() >= size) {
			opened.close();
			throw new DataAccessResourceFailureException(
					"The pool of %d connections would have none left for other commands".formatted(size));
		}
		return opened;
	}

	// Jedis may be missing. On a cluster each node has a pool.
	private int poolSize() {
		BeanWrapper factory = PropertyAccessorFactory.forBeanPropertyAccess(this.connectionFactory);
		boolean limited = factory.isReadableProperty(POOL_SIZE)
				&& Boolean.TRUE.equals(factory.getPropertyValue("usePool"))
				&& factory.getPropertyValue("clusterConfiguration") == null;
		return (limited && factory.getPropertyValue(POOL_SIZE) instanceof Integer size && size >= 0) ? size
				: Integer.MAX_VALUE;
	}

	// Whether the calling thread reads and writes for the connections.
	public boolean isEventLoop() {
		return this.connections != null && this.connections.isEventLoop();
	}

	// After the present task of that thread; at once, on the calling thread, if there is
	// no such thread.
	public void onEventLoop(Runnable task) {
		Executor eventLoop = (this.connections != null) ? this.connections.eventLoop() : null;
		if (eventLoop != null) {
			FramePublisher.execute(eventLoop, task);
		}
		else {
			task.run();
		}
	}

	// Ends the thread that the connections shared, when they are closed. Does not block.
	public void close() {
		if (this.connections != null) {
			this.connections.close();
		}
	}

}
