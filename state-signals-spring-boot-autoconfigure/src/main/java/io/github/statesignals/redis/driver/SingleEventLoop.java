package io.github.statesignals.redis.driver;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

	// By the type that the driver's transport needs: one, as all clients connect to the
	// same servers.
	private final Map<Class<?>, EventLoopGroup> groups = new ConcurrentHashMap<>();

	@Override
	public <T extends EventLoopGroup> T allocate(Class<T> type) {
		return type.cast(this.groups.computeIfAbsent(type,
				(created) -> (EventLoopGroup) DefaultEventLoopGroupProvider.createEventLoopGroup(type, 1)));
	}

	// Absent until the first client connects.
	@Nullable Executor executor() {
		return this.groups.values().stream().findFirst().orElse(null);
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
	public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
		this.groups.values().removeIf((group) -> {
			group.shutdownGracefully(quietPeriod, timeout, unit);
			return true;
		});
		return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
	}

}
