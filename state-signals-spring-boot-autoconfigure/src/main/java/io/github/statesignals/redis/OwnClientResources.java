package io.github.statesignals.redis;

import java.util.concurrent.TimeUnit;

import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.EventPublisherOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.resource.SocketAddressResolver;
import io.lettuce.core.tracing.Tracing;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.Timer;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;

/**
 * The application's resources with an event loop and a customizer of our own. Not a copy,
 * which would either take the application's timer down with it or complain that it was
 * never shut down.
 */
final class OwnClientResources implements ClientResources {

	private final ClientResources shared;

	private final EventLoopGroupProvider eventLoop;

	private final NettyCustomizer customizer;

	OwnClientResources(ClientResources shared, EventLoopGroupProvider eventLoop, NettyCustomizer customizer) {
		this.shared = shared;
		this.eventLoop = eventLoop;
		this.customizer = customizer;
	}

	@Override
	public EventLoopGroupProvider eventLoopGroupProvider() {
		return this.eventLoop;
	}

	@Override
	public NettyCustomizer nettyCustomizer() {
		return this.customizer;
	}

	@Override
	public Future<Boolean> shutdown() {
		return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
	}

	@Override
	public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
		return shutdown();
	}

	@Override
	public Builder mutate() {
		return this.shared.mutate();
	}

	@Override
	public AddressResolverGroup<?> addressResolverGroup() {
		return this.shared.addressResolverGroup();
	}

	@Override
	public EventPublisherOptions commandLatencyPublisherOptions() {
		return this.shared.commandLatencyPublisherOptions();
	}

	@Override
	public CommandLatencyRecorder commandLatencyRecorder() {
		return this.shared.commandLatencyRecorder();
	}

	@Override
	public int computationThreadPoolSize() {
		return this.shared.computationThreadPoolSize();
	}

	@Override
	public EventBus eventBus() {
		return this.shared.eventBus();
	}

	@Override
	public EventExecutorGroup eventExecutorGroup() {
		return this.shared.eventExecutorGroup();
	}

	@Override
	public int ioThreadPoolSize() {
		return this.shared.ioThreadPoolSize();
	}

	@Override
	public Delay reconnectDelay() {
		return this.shared.reconnectDelay();
	}

	@Override
	public SocketAddressResolver socketAddressResolver() {
		return this.shared.socketAddressResolver();
	}

	@Override
	public Timer timer() {
		return this.shared.timer();
	}

	@Override
	public Tracing tracing() {
		return this.shared.tracing();
	}

}
