package io.github.statesignals.fault;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/**
 * A subscription that does not come back once it is lost.
 */
final class RedisSubscription implements AutoCloseable {

	private final List<String> received = new CopyOnWriteArrayList<>();

	private final RedisClient client;

	private final StatefulRedisPubSubConnection<String, String> connection;

	RedisSubscription(int port, String channel) {
		this.client = RedisClient.create(RedisURI.create("127.0.0.1", port));
		this.client.setOptions(ClientOptions.builder().autoReconnect(false).build());
		this.connection = this.client.connectPubSub();
		this.connection.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String message) {
				RedisSubscription.this.received.add(message);
			}

		});
		this.connection.sync().subscribe(channel);
	}

	List<String> received() {
		return this.received;
	}

	boolean isClosed() {
		return !this.connection.isOpen();
	}

	@Override
	public void close() {
		this.client.shutdown();
	}

}
