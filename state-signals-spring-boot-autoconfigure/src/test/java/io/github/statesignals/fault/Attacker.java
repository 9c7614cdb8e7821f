package io.github.statesignals.fault;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.redis.SignalChannels;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;

/**
 * A client on the same Redis that knows the ids of exporters and responders, and sends
 * anything in their names.
 */
final class Attacker implements AutoCloseable {

	private static final int WINDOW = 200;

	private final AtomicInteger sent = new AtomicInteger();

	private final List<RedisFuture<?>> window = new ArrayList<>();

	private final Campaign campaign;

	private final RedisClient client;

	private final StatefulRedisConnection<byte[], byte[]> connection;

	Attacker(Campaign campaign) {
		this.campaign = campaign;
		this.client = RedisClient.create(RedisURI.create(campaign.server().host(), campaign.server().port()));
		this.client.setOptions(ClientOptions.builder().autoReconnect(true).build());
		this.connection = this.client.connect(ByteArrayCodec.INSTANCE);
	}

	int sent() {
		return this.sent.get();
	}

	/**
	 * Returns the id of an exporter.
	 * @param i chooses it
	 * @return the id
	 */
	String publisher(int i) {
		return this.campaign.publishers().get(mode(i));
	}

	String responder(int i) {
		List<String> ids = this.campaign.responders(mode(i));
		return ids.get(i / 3 % ids.size());
	}

	private static Mode mode(int i) {
		return Mode.values()[i % 3];
	}

	private static SignalChannels channels(int i) {
		return SignalChannels.of(mode(i).channel());
	}

	/**
	 * Sends a signal.
	 * @param i chooses the channel
	 * @param publisher the id of the publisher
	 * @param event the event
	 * @param extension the members of the extension but for its version
	 */
	void signal(int i, String publisher, String event, String extension) {
		payload(i, """
				{"publisher_id": %s, "process_name": "forged", "event": "%s", "runner_host": "elsewhere", \
				"sample_no": -1, "tag": "forged", "metadata": {"_ss": {"v": 1%s}}}""".formatted(quoted(publisher),
				event, extension));
	}

	void payload(int i, String payload) {
		publish(channels(i).signals(), payload.getBytes(StandardCharsets.UTF_8));
	}

	void payload(int i, byte[] payload) {
		publish((i % 2 == 0) ? channels(i).signals() : channels(i).responses(), payload);
	}

	/**
	 * Sends a response.
	 * @param i chooses the channel
	 * @param responder the id of the responder
	 * @param publisher the id of the publisher
	 * @param event the event
	 * @param members further members, each after a comma
	 */
	void response(int i, String responder, String publisher, String event, String members) {
		byte[] response = """
				{"responder_id": %s, "publisher_id": %s, "event": "%s"%s}"""
			.formatted(quoted(responder), quoted(publisher), event, members)
			.getBytes(StandardCharsets.UTF_8);
		publish(channels(i).responses(), response);
	}

	static String quoted(String text) {
		StringBuilder quoted = new StringBuilder("\"");
		text.chars().forEach((character) -> {
			if (character < ' ' || character > '~' || character == '"' || character == '\\') {
				quoted.append("\\u%04x".formatted(character));
			}
			else {
				quoted.append((char) character);
			}
		});
		return quoted.append('"').toString();
	}

	void publish(String channel, byte[] payload) {
		this.window.add(this.connection.async().publish(channel.getBytes(StandardCharsets.UTF_8), payload));
		this.sent.incrementAndGet();
		// Pending messages count in bytes, too.
		if (this.window.size() == WINDOW || payload.length > 100_000) {
			flush();
		}
	}

	/**
	 * Waits until Redis has replied to all messages.
	 */
	void flush() {
		List<RedisFuture<?>> pending = List.copyOf(this.window);
		this.window.clear();
		LettuceFutures.awaitAll(Duration.ofSeconds(60), pending.toArray(RedisFuture<?>[]::new));
	}

	/**
	 * Returns the channels that have subscribers.
	 * @param pattern their names
	 * @return the names
	 */
	List<String> channels(String pattern) {
		return this.campaign.server().command("PUBSUB", "CHANNELS", pattern).lines().toList();
	}

	/**
	 * Sends any command.
	 * @param words the command and its arguments
	 */
	void command(String... words) {
		this.campaign.server().command(words);
		this.sent.incrementAndGet();
	}

	@Override
	public void close() {
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
	}

}
