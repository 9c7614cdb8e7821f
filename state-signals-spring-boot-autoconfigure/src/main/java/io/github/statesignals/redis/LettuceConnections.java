package io.github.statesignals.redis;

import java.time.Duration;
import java.util.Optional;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.StaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/**
 * Connections of our own to the application's Redis: so that one that is stuck or deaf
 * can be thrown away, where the application's pool would hand it out again.
 */
final class LettuceConnections {

	private LettuceConnections() {
	}

	/**
	 * Create a connection factory that connects as another does, shares its threads, and
	 * neither its connections nor its pool.
	 * @param connectionFactory the other one
	 * @return the factory, started; or {@code null} if it can't be told how the other one
	 * connects
	 */
	static @Nullable LettuceConnectionFactory derive(RedisConnectionFactory connectionFactory) {
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
		LettuceConnectionFactory derived = new LettuceConnectionFactory(configuration,
				new Unpooled(lettuce.getClientConfiguration()));
		derived.setShareNativeConnection(false);
		derived.afterPropertiesSet();
		derived.start();
		return derived;
	}

	// There is a getter for each kind, and none says which one it is.
	private static @Nullable RedisConfiguration configuration(LettuceConnectionFactory connectionFactory) {
		DirectFieldAccessor fields = new DirectFieldAccessor(connectionFactory);
		return fields.isReadableProperty("configuration")
				&& fields.getPropertyValue("configuration") instanceof RedisConfiguration configuration ? configuration
						: null;
	}

	/**
	 * A client's configuration without its pool.
	 *
	 * @param delegate the configuration
	 */
	private record Unpooled(LettuceClientConfiguration delegate) implements LettuceClientConfiguration {

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
			return this.delegate.getClientResources();
		}

		@Override
		public Optional<ClientOptions> getClientOptions() {
			return this.delegate.getClientOptions();
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
