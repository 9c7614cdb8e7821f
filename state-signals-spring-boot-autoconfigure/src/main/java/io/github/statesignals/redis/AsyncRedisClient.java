package io.github.statesignals.redis;

import java.time.Duration;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import io.lettuce.core.pubsub.api.sync.RedisPubSubCommands;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;

/**
 * A client whose connections make their blocking commands when somebody asks for them,
 * which none of ours does. The driver makes them with each kind of connection: a proxy of
 * some thousand methods, which takes a third of what the first connection takes.
 */
final class AsyncRedisClient extends RedisClient {

	/**
	 * Create a client.
	 * @param resources the threads, which are not the client's own
	 * @param uri where Redis is
	 */
	AsyncRedisClient(ClientResources resources, RedisURI uri) {
		super(resources, uri);
	}

	@Override
	protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(RedisChannelWriter writer,
			PushHandler pushHandler, RedisCodec<K, V> codec, Duration timeout) {
		return new AsyncConnection<>(writer, pushHandler, codec, timeout);
	}

	@Override
	protected <K, V> StatefulRedisPubSubConnectionImpl<K, V> newStatefulRedisPubSubConnection(
			PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
		return new AsyncPubSubConnection<>(endpoint, writer, codec, timeout);
	}

	private static final class AsyncConnection<K, V> extends StatefulRedisConnectionImpl<K, V> {

		AsyncConnection(RedisChannelWriter writer, PushHandler pushHandler, RedisCodec<K, V> codec, Duration timeout) {
			super(writer, pushHandler, codec, timeout);
		}

		// Called by the constructor.
		@Override
		protected @Nullable RedisCommands<K, V> newRedisSyncCommandsImpl() {
			return null;
		}

		@Override
		public RedisCommands<K, V> sync() {
			return super.newRedisSyncCommandsImpl();
		}

	}

	private static final class AsyncPubSubConnection<K, V> extends StatefulRedisPubSubConnectionImpl<K, V> {

		AsyncPubSubConnection(PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec,
				Duration timeout) {
			super(endpoint, writer, codec, timeout);
		}

		// Called by the constructor.
		@Override
		protected @Nullable RedisPubSubCommands<K, V> newRedisSyncCommandsImpl() {
			return null;
		}

		@Override
		public RedisPubSubCommands<K, V> sync() {
			return super.newRedisSyncCommandsImpl();
		}

	}

}
