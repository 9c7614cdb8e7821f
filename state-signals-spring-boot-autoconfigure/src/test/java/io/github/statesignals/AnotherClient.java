package io.github.statesignals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Another client of {@link TestRedis}, which reads, writes and publishes anything. It is
 * disconnected after each test.
 */
public final class AnotherClient implements AfterEachCallback {

	private final StatefulRedisConnection<String, String> connection = Shared.client.connect();

	private final StatefulRedisPubSubConnection<String, String> subscription = Shared.client.connectPubSub();

	public RedisCommands<String, String> redis() {
		return this.connection.sync();
	}

	/**
	 * Records all messages that are published from now on.
	 * @param channels Redis channels, and patterns of channels
	 * @return the messages so far, to which later ones are added
	 */
	public List<Published> record(String... channels) {
		List<Published> messages = new CopyOnWriteArrayList<>();
		listen(messages::add, channels);
		return messages;
	}

	/**
	 * Receives all messages that are published from now on.
	 * @param receiver receives them in their order
	 * @param channels Redis channels, and patterns of channels
	 */
	public void listen(Consumer<Published> receiver, String... channels) {
		this.subscription.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String channel, String message) {
				receiver.accept(new Published(channel, message));
			}

			@Override
			public void message(String pattern, String channel, String message) {
				message(channel, message);
			}

		});
		for (String channel : channels) {
			if (channel.contains("*")) {
				this.subscription.sync().psubscribe(channel);
			}
			else {
				this.subscription.sync().subscribe(channel);
			}
		}
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.subscription.close();
		this.connection.close();
	}

	/**
	 * A message on a Redis channel.
	 *
	 * @param channel the channel
	 * @param message the message
	 */
	public record Published(String channel, String message) {
	}

	/**
	 * Has the threads of all connections of a JVM.
	 */
	private static final class Shared {

		static final RedisClient client = RedisClient.create(TestRedis.uri().toString());

	}

}
