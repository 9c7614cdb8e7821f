package io.github.statesignals.redis;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration.StaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Connections of our own to the application's Redis: so that one that is stuck or deaf
 * can be thrown away, where the application's pool would hand it out again.
 */
final class LettuceConnections {

	/**
	 * For all connections of ours that go where one of the application's factories does.
	 */
	private static final Map<RedisConnectionFactory, OneEventLoop> eventLoops = new WeakHashMap<>();

	private static final Duration DESTROY_TIMEOUT = Duration.ofSeconds(2);

	private LettuceConnections() {
	}

	/**
	 * The thread that serves our connections.
	 * @param connectionFactory the application's factory, from which one was derived
	 * @return the thread, if it is known
	 */
	static @Nullable EventLoop eventLoop(RedisConnectionFactory connectionFactory) {
		synchronized (eventLoops) {
			OneEventLoop known = eventLoops.get(connectionFactory);
			return (known != null) ? known.loop() : null;
		}
	}

	private static OneEventLoop eventLoop(RedisConnectionFactory connectionFactory, ClientResources resources) {
		synchronized (eventLoops) {
			return eventLoops.computeIfAbsent(connectionFactory,
					(key) -> new OneEventLoop(resources.eventLoopGroupProvider()));
		}
	}

	/**
	 * Create a connection factory that connects as another does, shares its threads, and
	 * neither its connections nor its pool.
	 * @param connectionFactory the other one
	 * @return the factory, started; or {@code null} if it can't be told how the other one
	 * connects
	 */
	static @Nullable LettuceConnectionFactory derive(RedisConnectionFactory connectionFactory) {
		return derive(connectionFactory, UnaryOperator.identity());
	}

	/**
	 * Create a connection factory as {@link #derive} does, whose connections stay lost:
	 * what was under way fails, and is not repeated by the driver.
	 * @param connectionFactory the other one
	 * @return the factory, started; or {@code null} if it can't be told how the other one
	 * connects
	 */
	static @Nullable LettuceConnectionFactory deriveWithoutReconnect(RedisConnectionFactory connectionFactory) {
		return derive(connectionFactory,
				(options) -> options.mutate()
					.autoReconnect(false)
					.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
					.build());
	}

	private static @Nullable LettuceConnectionFactory derive(RedisConnectionFactory connectionFactory,
			UnaryOperator<ClientOptions> customizer) {
		if (!(connectionFactory instanceof LettuceConnectionFactory lettuce)
				|| connectionFactory.getClass() != LettuceConnectionFactory.class) {
			// What a subclass does, only it knows.
			return null;
		}
		RedisConfiguration configuration = configuration(lettuce);
		if (configuration == null || configuration instanceof StaticMasterReplicaConfiguration
				|| lettuce.getClientConfiguration().getReadFrom().isPresent()) {
			// Only the application's connections know where writes go.
			return null;
		}
		ClientResources resources = lettuce.getClientConfiguration()
			.getClientResources()
			.map((shared) -> resources(shared, eventLoop(lettuce, shared)))
			.orElse(null);
		LettuceConnectionFactory derived = new OwnConnectionFactory(configuration,
				new Unpooled(lettuce.getClientConfiguration(), Optional.ofNullable(resources), customizer));
		derived.setShareNativeConnection(false);
		derived.afterPropertiesSet();
		derived.start();
		return derived;
	}

	/**
	 * Let the connections of a factory of ours go. The driver may wait for ever, for a
	 * node of a cluster that is gone: nobody is to wait with it.
	 * @param own the factory
	 */
	static void destroy(LettuceConnectionFactory own) {
		Thread thread = new Thread(own::destroy, "state-signals-disconnect");
		thread.setDaemon(true);
		thread.start();
		try {
			thread.join(DESTROY_TIMEOUT.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	// There is a getter for each kind, and none says which one it is.
	private static @Nullable RedisConfiguration configuration(LettuceConnectionFactory connectionFactory) {
		return field(connectionFactory, LettuceConnectionFactory.class, "configuration", RedisConfiguration.class);
	}

	// What others keep for themselves: where it is not there any more, we do without it.
	private static <T> @Nullable T field(Object target, Class<?> declaring, String name, Class<T> type) {
		Field field = ReflectionUtils.findField(declaring, name);
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		Object value = ReflectionUtils.getField(field, target);
		return type.isInstance(value) ? type.cast(value) : null;
	}

	// The application's threads, one of its event loops, and writes flushed together.
	private static ClientResources resources(ClientResources shared, OneEventLoop eventLoop) {
		return new OwnClientResources(shared, eventLoop, new FlushConsolidation(shared.nettyCustomizer()));
	}

	/**
	 * Connects with a client of ours where that is possible.
	 */
	private static final class OwnConnectionFactory extends LettuceConnectionFactory {

		OwnConnectionFactory(RedisConfiguration configuration, LettuceClientConfiguration client) {
			super(configuration, client);
		}

		@Override
		protected AbstractRedisClient createClient() {
			AbstractRedisClient created = super.createClient();
			if (created.getClass() != RedisClient.class || getClientConfiguration().getClientResources().isEmpty()) {
				return created;
			}
			// Spring knows how to make one of what is configured, and tells nobody else.
			RedisURI uri = field(created, RedisClient.class, "redisURI", RedisURI.class);
			if (uri == null) {
				return created;
			}
			// What was created has nothing that is to be let go.
			AsyncRedisClient client = new AsyncRedisClient(created.getResources(), uri);
			client.setOptions(created.getOptions());
			return client;
		}

	}

	/**
	 * Lets what is written at about the same time go out in one go.
	 *
	 * @param delegate the application's customizer
	 */
	private record FlushConsolidation(NettyCustomizer delegate) implements NettyCustomizer {

		private static final int MOST_WRITES = 256;

		@Override
		public void afterBootstrapInitialized(Bootstrap bootstrap) {
			this.delegate.afterBootstrapInitialized(bootstrap);
		}

		@Override
		public void afterChannelInitialized(Channel channel) {
			channel.pipeline().addFirst(new FlushConsolidationHandler(MOST_WRITES, true));
			this.delegate.afterChannelInitialized(channel);
		}

	}

	/**
	 * One of the application's event loops: what one connection of ours hears often makes
	 * the other one speak, and a thread need not be woken for that.
	 */
	private static final class OneEventLoop implements EventLoopGroupProvider {

		private final EventLoopGroupProvider delegate;

		private @Nullable EventLoop loop;

		OneEventLoop(EventLoopGroupProvider delegate) {
			this.delegate = delegate;
		}

		@Override
		@SuppressWarnings("unchecked")
		public synchronized <T extends EventLoopGroup> T allocate(Class<T> type) {
			if (this.loop == null) {
				this.loop = this.delegate.allocate(type).next();
			}
			return (T) this.loop;
		}

		synchronized @Nullable EventLoop loop() {
			return this.loop;
		}

		@Override
		public int threadPoolSize() {
			return 1;
		}

		@Override
		public Future<Boolean> release(EventExecutorGroup group, long quietPeriod, long timeout, TimeUnit unit) {
			return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
		}

		@Override
		public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
			return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
		}

	}

	/**
	 * A client's configuration without its pool.
	 *
	 * @param delegate the configuration
	 * @param resources the threads, if they are shared
	 * @param customizer what else is to be different
	 */
	private record Unpooled(LettuceClientConfiguration delegate, Optional<ClientResources> resources,
			UnaryOperator<ClientOptions> customizer) implements LettuceClientConfiguration {

		@Override
		public boolean isUseSsl() {
			return this.delegate.isUseSsl();
		}

		@Override
		@SuppressWarnings("deprecation")
		public boolean isVerifyPeer() {
			return this.delegate.isVerifyPeer();
		}

		@Override
		public SslVerifyMode getVerifyMode() {
			return this.delegate.getVerifyMode();
		}

		@Override
		public boolean isStartTls() {
			return this.delegate.isStartTls();
		}

		@Override
		public Optional<ClientResources> getClientResources() {
			return this.resources;
		}

		// RESP3 delivers what is published twice, and one of them is for nobody.
		@Override
		public Optional<ClientOptions> getClientOptions() {
			return this.delegate.getClientOptions()
				.or(() -> Optional.of(ClientOptions.create()))
				.map((options) -> options.mutate()
					.protocolVersion(ProtocolVersion.RESP2)
					// Publishes have timeouts of their own.
					.timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
					.build())
				.map(this.customizer);
		}

		@Override
		public Optional<String> getClientName() {
			return this.delegate.getClientName();
		}

		@Override
		public Optional<ReadFrom> getReadFrom() {
			return this.delegate.getReadFrom();
		}

		@Override
		public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
			return this.delegate.getRedisCredentialsProviderFactory();
		}

		@Override
		public Duration getCommandTimeout() {
			return this.delegate.getCommandTimeout();
		}

		@Override
		public Duration getShutdownTimeout() {
			return Duration.ZERO;
		}

		@Override
		public Duration getShutdownQuietPeriod() {
			return Duration.ZERO;
		}

	}

}
