package io.github.statesignals.redis.driver;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.resource.DefaultEventLoopGroupProvider;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Provides one event loop for all clients, until it is shut down; afterwards another one.
 */
final class SingleEventLoop implements EventLoopGroupProvider {

	// Absent until the first client connects. Of one type, as all clients connect to the
	// same servers. Changed under the lock, and read without it: each message asks.
	private volatile @Nullable EventLoopGroup group;

	@Override
	public synchronized <T extends EventLoopGroup> T allocate(Class<T> type) {
		EventLoopGroup known = this.group;
		T allocated = (known != null) ? type.cast(known)
				: type.cast(DefaultEventLoopGroupProvider.createEventLoopGroup(type, 1));
		this.group = allocated;
		return allocated;
	}

	@Nullable Executor executor() {
		return this.group;
	}

	boolean isCurrent() {
		EventLoopGroup known = this.group;
		return known != null && known.next().inEventLoop();
	}

	@Override
	public int threadPoolSize() {
		return 1;
	}

	// The driver uses the event loop of a connection that failed until its timeout has
	// passed, when the client may have been shut down.
	@Override
	public Future<Boolean> release(EventExecutorGroup group, long quietPeriod, long timeout, TimeUnit unit) {
		return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
	}

	@Override
	public synchronized Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
		EventLoopGroup ended = this.group;
		this.group = null;
		if (ended != null) {
			ended.shutdownGracefully(quietPeriod, timeout, unit);
		}
		return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
	}

}
