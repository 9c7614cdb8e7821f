package io.github.statesignals.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

import io.github.statesignals.TestRedis;
import io.github.statesignals.wire.WireVector;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A peer that is not this starter: it sends the recorded messages of
 * {@code docs/protocol/v1}, with its own ids, as its version changes them.
 */
final class ScriptedPeer implements AutoCloseable {

	private static final JsonMapper mapper = JsonMapper.builder().build();

	private final RedisClient client = RedisClient.create(TestRedis.uri().toString());

	private final RedisAsyncCommands<String, String> redis = this.client.connect().async();

	private final StatefulRedisPubSubConnection<String, String> subscription = this.client.connectPubSub();

	private final String channel;

	private final String id;

	private final String address;

	private final UnaryOperator<ObjectNode> version;

	private final List<ObjectNode> received = new CopyOnWriteArrayList<>();

	// The ras of its answers, by the sample numbers of the signals.
	private final Map<Integer, Integer> answered = new ConcurrentHashMap<>();

	private volatile String answer = "answer";

	// Of a signal that was not answered.
	private volatile @Nullable ObjectNode unanswered;

	private volatile boolean silent;

	private volatile boolean left;

	private volatile JsonNode state = mapper.readTree("\"working\"");

	/**
	 * Creates a peer.
	 * @param channel the name of the channel
	 * @param id its responder or publisher id
	 * @param mark begins the id of its reply channel
	 * @param version changes each message before it is sent
	 */
	ScriptedPeer(String channel, String id, String mark, UnaryOperator<ObjectNode> version) {
		this.channel = channel;
		this.id = id;
		this.version = version;
		this.address = "event-signal-reply:{" + SignalChannels.of(channel).signals() + "}:" + mark
				+ id.replaceAll("[^A-Za-z0-9]", "");
		this.subscription.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(String from, String payload) {
				payload.lines().forEach((line) -> receive((ObjectNode) mapper.readTree(line)));
			}

		});
	}

	/**
	 * Receives signals from here on, answers them, and announces itself.
	 */
	ScriptedPeer respond() {
		this.subscription.sync().subscribe(SignalChannels.of(this.channel).signals(), this.address);
		announce("hello");
		return this;
	}

	/**
	 * Receives responses from here on, and asks responders to subscribe.
	 */
	ScriptedPeer initialize() {
		this.subscription.sync().subscribe(SignalChannels.of(this.channel).responses(), this.address);
		publish("initialization", "initialization", "1", 1);
		return this;
	}

	/**
	 * Answers nothing from now on, and leaves. Its answers of this moment are sent
	 * before.
	 */
	synchronized void bye() {
		this.left = true;
		announce("bye");
	}

	private void announce(String name) {
		send(SignalChannels.of(this.channel).responses(), WireVector.message(name).put("responder_id", this.id));
	}

	/**
	 * Publishes a signal.
	 * @param name the name of its vector
	 */
	void publish(String name, String event, String publish, int number) {
		ObjectNode signal = WireVector.message(name).put("publisher_id", this.id).put("event", event);
		((ObjectNode) signal.get("metadata").get("_ss")).put("id", publish)
			.put("seq", number)
			.put("sent", number)
			.put("reply_to", this.address);
		send(SignalChannels.of(this.channel).signals(), signal);
	}

	void probe(String responderId, String address) {
		ObjectNode probe = WireVector.message("probe").put("responder_id", responderId).put("publisher_id", this.id);
		((ObjectNode) probe.get("_ss")).put("address", this.address);
		send(address, probe);
	}

	private synchronized void receive(ObjectNode message) {
		this.received.add(message);
		if (this.left) {
			return;
		}
		if (message.has("process_name")) {
			answer(message);
		}
		else if (message.has("_ss") && message.get("_ss").has("probe") && !message.get("_ss").has("state")) {
			ObjectNode answer = WireVector.message("probe answer")
				.put("responder_id", this.id)
				.put("publisher_id", message.get("publisher_id").asString());
			((ObjectNode) answer.get("_ss")).set("probe", message.get("_ss").get("probe"));
			((ObjectNode) answer.get("_ss")).set("state", this.state);
			send(message.get("_ss").get("address").asString(), answer);
		}
	}

	private void answer(ObjectNode signal) {
		String event = signal.get("event").asString();
		JsonNode extension = signal.at("/metadata/_ss");
		boolean subscribing = event.equals("initialization");
		if (event.equals("shutdown") || (this.silent && !subscribing)) {
			this.unanswered = signal;
			return;
		}
		ObjectNode answer = WireVector.message(subscribing ? "subscription" : this.answer)
			.put("responder_id", this.id)
			.put("publisher_id", signal.get("publisher_id").asString())
			.put("event", event);
		ObjectNode said = (ObjectNode) answer.get("_ss");
		if (said != null) {
			said.set("id", extension.get("id"));
		}
		if (subscribing && said != null) {
			said.put("address", this.address);
		}
		else if (!subscribing) {
			this.answered.put(signal.get("sample_no").asInt(), answer.get("ras").asInt());
		}
		JsonNode replyTo = extension.get("reply_to");
		send((replyTo != null) ? replyTo.asString() : SignalChannels.of(this.channel).responses(), answer);
	}

	private void send(String to, ObjectNode message) {
		this.redis.publish(to, this.version.apply(message).toString());
	}

	/**
	 * Answers from here on with the message of a vector.
	 */
	void answerWith(String name) {
		this.answer = name;
	}

	void fallSilent() {
		this.unanswered = null;
		this.silent = true;
	}

	boolean hasUnanswered() {
		return this.unanswered != null;
	}

	/**
	 * Answers again, and the last signal that was not answered, too.
	 */
	void goOn() {
		this.silent = false;
		answer(Objects.requireNonNull(this.unanswered));
	}

	/**
	 * Changes the state with which it answers probes.
	 * @param state the state in JSON
	 */
	void answerProbes(String state) {
		this.state = mapper.readTree(state);
	}

	String id() {
		return this.id;
	}

	Map<Integer, Integer> answered() {
		return this.answered;
	}

	/**
	 * Returns the responses to its initialization, and no hello.
	 */
	List<ObjectNode> subscriptions() {
		return received("initialization").stream()
			.filter((response) -> response.get("publisher_id").asString().equals(this.id))
			.toList();
	}

	List<ObjectNode> received(String event) {
		return this.received.stream().filter((message) -> message.get("event").asString().equals(event)).toList();
	}

	/**
	 * Disconnects without a bye.
	 */
	@Override
	public void close() {
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
	}

}
