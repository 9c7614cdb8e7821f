package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.github.statesignals.Signal;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.redis.RedisTransports;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.redis.durable.store.StreamClient;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.transport.SignalTransport;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Transports of one durable channel on a real Redis, each as of a separate application,
 * and another client that reads and writes their keys. All of them end with the test.
 */
final class StreamTransports implements AfterEachCallback {

	static final DurableChannel SETTINGS = new DurableChannel(Duration.ofDays(1), Start.NEW);

	final String channel = "durable-" + UUID.randomUUID();

	final RedisCommands<String, String> redis;

	private final ClientResources resources = ClientResources.create();

	private final RedisClient client = RedisClient.create(this.resources, RedisURI.create(TestRedis.uri()));

	private final List<SignalTransport> transports = new ArrayList<>();

	private final List<LettuceConnectionFactory> connectionFactories = new ArrayList<>();

	StreamTransports() {
		this.redis = this.client.connect().sync();
		setUser("reset", "on", ">" + this.channel, "+@all", "allkeys", "allchannels");
	}

	/**
	 * Withdraws the permission for a command from all transports.
	 */
	void refuse(String command) {
		setUser("-" + command);
	}

	void permit(String command) {
		setUser("+" + command);
	}

	private void setUser(String... rules) {
		CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add(this.channel);
		List.of(rules).forEach(arguments::add);
		this.redis.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.transports.forEach(SignalTransport::stop);
		this.connectionFactories.forEach(LettuceConnectionFactory::destroy);
		this.redis.aclDeluser(this.channel);
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
		this.resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
	}

	RedisStreamSignalTransport create(DurableChannel settings) {
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port());
		server.setUsername(this.channel);
		server.setPassword(this.channel);
		LettuceConnectionFactory connectionFactory = RedisTransports.started(new LettuceConnectionFactory(server,
				LettuceClientConfiguration.builder().clientResources(this.resources).build()));
		this.connectionFactories.add(connectionFactory);
		RedisStreamSignalTransport transport = RedisTransports.durable(connectionFactory,
				RedisTransports.settings(Duration.ofSeconds(1)), Map.of(this.channel, settings));
		transport.open(this.channel);
		this.transports.add(transport);
		return transport;
	}

	static StreamServices services(ScheduledExecutorService scheduler, Supplier<StreamClient> clients,
			Executor eventLoop) {
		return new StreamServices(guarded(new SilentListener()), new Retries(scheduler), clients, eventLoop);
	}

	static GuardedListener guarded(DurableSignalTransport.Listener listener) {
		return new GuardedListener(listener, (channel) -> true);
	}

	RecordingExporter exporter() {
		return exporter(SETTINGS);
	}

	RecordingExporter exporter(DurableChannel settings) {
		RecordingExporter exporter = new RecordingExporter(create(settings));
		exporter.transport.start(exporter);
		return exporter;
	}

	RecordingResponder responder(String name) {
		return responder(name, SETTINGS, (number) -> true);
	}

	RecordingResponder responder(String name, DurableChannel settings, Predicate<Integer> acknowledged) {
		RecordingResponder responder = new RecordingResponder(name, create(settings), acknowledged);
		responder.transport.start(responder);
		return responder;
	}

	String send(SignalTransport sender, int number) {
		return ((StoredSignal) sender.send(this.channel, signal(number), null).join()).id();
	}

	void send(SignalTransport sender, int from, int to) {
		IntStream.range(from, to).forEach((number) -> send(sender, number));
	}

	static Signal signal(int number) {
		return new Signal("p", "process", "event", "host", number, "tag", Map.of());
	}

	String key(String name) {
		return "event-signal:{" + this.channel + "}:" + name;
	}

	long pending(String responder) {
		return this.redis.xpending(key("log"), responder).getCount();
	}

	/**
	 * Another instance takes the lease of a responder, and leaves.
	 */
	void readByAnother(String responder) {
		this.redis.set(key("reader:" + responder), "another");
		this.redis.del(key("lease:" + responder));
	}

}
