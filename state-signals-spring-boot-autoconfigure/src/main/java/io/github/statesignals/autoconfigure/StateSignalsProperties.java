package io.github.statesignals.autoconfigure;

import java.io.File;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.statesignals.core.EngineSettings.Expired;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.EngineSettings.Unhandled;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.signing.SigningMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties under {@code state-signals}.
 *
 * @since 0.1.0
 */
@ConfigurationProperties("state-signals")
public class StateSignalsProperties {

	/**
	 * Whether to set up signals at all.
	 */
	private boolean enabled = true;

	/**
	 * How long to wait for Redis at start-up, trying once a second. Negative waits
	 * indefinitely; zero starts without Redis and connects in the background.
	 */
	private Duration connectTimeout = Duration.ofSeconds(20);

	/**
	 * Name of the channel for exporters and handlers that name none. Defaults to the two
	 * Redis channels of the Python package.
	 */
	private @Nullable String channel;

	/**
	 * Channels by name: 'delivery' is 'broadcast' (the default), or 'durable' to store
	 * signals for responders that are disconnected; 'retention' is how long (7d), and
	 * 'start' which of them a responder with a new name gets ('new', 'latest' or 'all').
	 * 'signing' is 'off', 'verify' or 'require' where it is not 'signing.mode'.
	 */
	private final Map<String, Channel> channels = new LinkedHashMap<>();

	/**
	 * How often to check that published messages are received. Zero never does; nor does
	 * 'protocol.extensions: off'.
	 */
	private Duration heartbeatInterval = Duration.ofSeconds(1);

	private final Exporter exporter = new Exporter();

	private final Responder responder = new Responder();

	private final Protocol protocol = new Protocol();

	private final Signing signing = new Signing();

	private final Tracing tracing = new Tracing();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Duration getConnectTimeout() {
		return this.connectTimeout;
	}

	public void setConnectTimeout(Duration connectTimeout) {
		this.connectTimeout = connectTimeout;
	}

	public @Nullable String getChannel() {
		return this.channel;
	}

	public void setChannel(@Nullable String channel) {
		this.channel = channel;
	}

	public Map<String, Channel> getChannels() {
		return this.channels;
	}

	public Duration getHeartbeatInterval() {
		return this.heartbeatInterval;
	}

	public void setHeartbeatInterval(Duration heartbeatInterval) {
		this.heartbeatInterval = heartbeatInterval;
	}

	public Exporter getExporter() {
		return this.exporter;
	}

	public Responder getResponder() {
		return this.responder;
	}

	public Protocol getProtocol() {
		return this.protocol;
	}

	public Signing getSigning() {
		return this.signing;
	}

	public Tracing getTracing() {
		return this.tracing;
	}

	// No getter, which would be bound.
	boolean hasSignedChannel() {
		return this.signing.getMode() != SigningMode.OFF || this.channels.values()
			.stream()
			.anyMatch((channel) -> channel.signing() != null && channel.signing() != SigningMode.OFF);
	}

	/**
	 * Publishing signals.
	 */
	public static class Exporter {

		/**
		 * Process name that signals carry. Defaults to 'spring.application.name', else
		 * 'application'.
		 */
		private @Nullable String processName;

		/**
		 * Host name that signals carry. Defaults to the name of this host.
		 */
		private @Nullable String runnerHost;

		/**
		 * Events that the exporter may publish. When set, the exporter is initialized as
		 * the last step of start-up.
		 */
		private @Nullable List<String> legalEvents;

		/**
		 * Ids of responders that are subscribers from the start.
		 */
		private @Nullable List<String> expectedResponders;

		/**
		 * Number of subscribers that start-up waits for after initializing the exporter.
		 */
		private int awaitSubscribers;

		/**
		 * How long start-up waits for subscribers. Negative waits indefinitely.
		 */
		private Duration awaitTimeout = Duration.ofSeconds(60);

		/**
		 * How often to ask responders again while waiting for subscribers.
		 */
		private Duration republishInterval = Duration.ofSeconds(1);

		/**
		 * How long a publish waits for responses. Negative waits indefinitely.
		 */
		private Duration responseTimeout = Duration.ofSeconds(20);

		/**
		 * Number of signals in a row after which a responder that answered none of them
		 * is no longer awaited, until it answers again. Zero always awaits it.
		 */
		private int evictAfterMissed;

		/**
		 * How long a publish waits for a responder before the exporter probes whether it
		 * is still connected. Zero never does; nor does 'protocol.extensions: off'.
		 */
		private Duration probeAfter = Duration.ofSeconds(2);

		/**
		 * How many publishes of an exporter may be in flight. Further ones fail.
		 */
		private int maxPending = 16384;

		public @Nullable String getProcessName() {
			return this.processName;
		}

		public void setProcessName(@Nullable String processName) {
			this.processName = processName;
		}

		public @Nullable String getRunnerHost() {
			return this.runnerHost;
		}

		public void setRunnerHost(@Nullable String runnerHost) {
			this.runnerHost = runnerHost;
		}

		public @Nullable List<String> getLegalEvents() {
			return this.legalEvents;
		}

		public void setLegalEvents(@Nullable List<String> legalEvents) {
			this.legalEvents = legalEvents;
		}

		public @Nullable List<String> getExpectedResponders() {
			return this.expectedResponders;
		}

		public void setExpectedResponders(@Nullable List<String> expectedResponders) {
			this.expectedResponders = expectedResponders;
		}

		public int getAwaitSubscribers() {
			return this.awaitSubscribers;
		}

		public void setAwaitSubscribers(int awaitSubscribers) {
			this.awaitSubscribers = awaitSubscribers;
		}

		public Duration getAwaitTimeout() {
			return this.awaitTimeout;
		}

		public void setAwaitTimeout(Duration awaitTimeout) {
			this.awaitTimeout = awaitTimeout;
		}

		public Duration getRepublishInterval() {
			return this.republishInterval;
		}

		public void setRepublishInterval(Duration republishInterval) {
			this.republishInterval = republishInterval;
		}

		public Duration getResponseTimeout() {
			return this.responseTimeout;
		}

		public void setResponseTimeout(Duration responseTimeout) {
			this.responseTimeout = responseTimeout;
		}

		public int getEvictAfterMissed() {
			return this.evictAfterMissed;
		}

		public void setEvictAfterMissed(int evictAfterMissed) {
			this.evictAfterMissed = evictAfterMissed;
		}

		public Duration getProbeAfter() {
			return this.probeAfter;
		}

		public void setProbeAfter(Duration probeAfter) {
			this.probeAfter = probeAfter;
		}

		public int getMaxPending() {
			return this.maxPending;
		}

		public void setMaxPending(int maxPending) {
			this.maxPending = maxPending;
		}

	}

	/**
	 * Answering signals.
	 */
	public static class Responder {

		/**
		 * Whether to receive and answer signals.
		 */
		private boolean enabled = true;

		/**
		 * Name of the application's responder. Defaults to 'spring.application.name',
		 * else the name of this host.
		 */
		private @Nullable String name;

		/**
		 * Answer to a signal that no handler matches: 'acknowledge' is 'ras' 1, marked as
		 * unhandled, 'reject' is 'ras' 0, and 'ignore' is none.
		 */
		private Unhandled unhandled = Unhandled.ACKNOWLEDGE;

		/**
		 * Id of the only publisher whose signals to receive.
		 */
		private @Nullable String lockPublisher;

		/**
		 * Only tag whose signals to receive.
		 */
		private @Nullable String lockTag;

		/**
		 * Whether to receive signals of this application's own exporters.
		 */
		private boolean receiveOwn = true;

		/**
		 * How many signals of one publisher may be queued for a responder. Further ones
		 * are answered 'busy'.
		 */
		private int queueCapacity = 16384;

		/**
		 * How many signals may be queued in total. Further ones are answered 'busy'.
		 */
		private int totalQueueCapacity = 65536;

		/**
		 * What to do with a signal that arrives after its publisher's timeout: 'reject'
		 * or 'handle' it.
		 */
		private Expired expired = Expired.REJECT;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public @Nullable String getName() {
			return this.name;
		}

		public void setName(@Nullable String name) {
			this.name = name;
		}

		public Unhandled getUnhandled() {
			return this.unhandled;
		}

		public void setUnhandled(Unhandled unhandled) {
			this.unhandled = unhandled;
		}

		public @Nullable String getLockPublisher() {
			return this.lockPublisher;
		}

		public void setLockPublisher(@Nullable String lockPublisher) {
			this.lockPublisher = lockPublisher;
		}

		public @Nullable String getLockTag() {
			return this.lockTag;
		}

		public void setLockTag(@Nullable String lockTag) {
			this.lockTag = lockTag;
		}

		public boolean isReceiveOwn() {
			return this.receiveOwn;
		}

		public void setReceiveOwn(boolean receiveOwn) {
			this.receiveOwn = receiveOwn;
		}

		public int getQueueCapacity() {
			return this.queueCapacity;
		}

		public void setQueueCapacity(int queueCapacity) {
			this.queueCapacity = queueCapacity;
		}

		public int getTotalQueueCapacity() {
			return this.totalQueueCapacity;
		}

		public void setTotalQueueCapacity(int totalQueueCapacity) {
			this.totalQueueCapacity = totalQueueCapacity;
		}

		public Expired getExpired() {
			return this.expired;
		}

		public void setExpired(Expired expired) {
			this.expired = expired;
		}

	}

	/**
	 * The protocol.
	 */
	public static class Protocol {

		/**
		 * When to use extensions that the Python package does not have: 'negotiated' is
		 * with peers that support them, 'always' with all peers, and 'off' never.
		 */
		private Extensions extensions = Extensions.NEGOTIATED;

		/**
		 * Size beyond which a signal is neither sent nor read, and a response is
		 * shortened.
		 */
		private DataSize maxPayload = DataSize.ofMegabytes(1);

		public Extensions getExtensions() {
			return this.extensions;
		}

		public void setExtensions(Extensions extensions) {
			this.extensions = extensions;
		}

		public DataSize getMaxPayload() {
			return this.maxPayload;
		}

		public void setMaxPayload(DataSize maxPayload) {
			this.maxPayload = maxPayload;
		}

	}

	/**
	 * A named channel.
	 *
	 * @param delivery Which responders receive a signal: those that are connected when it
	 * is sent, or all, by name, that ever were.
	 * @param retention How long a durable channel stores responses, and a signal for a
	 * responder that is disconnected. Defaults to seven days.
	 * @param start Which earlier signals of a durable channel a responder receives whose
	 * name is new: none, the last one of each event and publisher, or all that are
	 * stored.
	 * @param signing Signing of messages. Defaults to 'state-signals.signing.mode'.
	 */
	public record Channel(@DefaultValue("broadcast") Delivery delivery, @Nullable Duration retention,
			@DefaultValue("new") Start start, @Nullable SigningMode signing) {
	}

	/**
	 * Signatures of messages.
	 */
	public static class Signing {

		/**
		 * Signing of messages on channels that set nothing else: 'verify' counts and logs
		 * received ones without a valid signature, 'require' refuses them.
		 */
		private SigningMode mode = SigningMode.OFF;

		/**
		 * Id of the key that signs.
		 */
		private @Nullable String key;

		/**
		 * Keys by id: 'secret' has at least 32 bytes, as text or with 'base64:' before
		 * it; 'events' are those that may be published with the key (any if not set),
		 * 'responders' the names that may respond with it.
		 */
		private final Map<String, Key> keys = new LinkedHashMap<>();

		/**
		 * Properties file with 'key' and 'keys', instead of these properties. It is read
		 * again when it changes.
		 */
		private @Nullable File file;

		/**
		 * Largest difference between the time of a message and that of this host.
		 */
		private Duration clockTolerance = Duration.ofSeconds(60);

		public SigningMode getMode() {
			return this.mode;
		}

		public void setMode(SigningMode mode) {
			this.mode = mode;
		}

		public @Nullable String getKey() {
			return this.key;
		}

		public void setKey(@Nullable String key) {
			this.key = key;
		}

		public Map<String, Key> getKeys() {
			return this.keys;
		}

		public @Nullable File getFile() {
			return this.file;
		}

		public void setFile(@Nullable File file) {
			this.file = file;
		}

		public Duration getClockTolerance() {
			return this.clockTolerance;
		}

		public void setClockTolerance(Duration clockTolerance) {
			this.clockTolerance = clockTolerance;
		}

	}

	/**
	 * Trace contexts of signals.
	 */
	public static class Tracing {

		/**
		 * Whether to send and read the trace context as metadata entries, too. Peers
		 * without extensions, and their handlers, receive it in no other way.
		 */
		private boolean inMetadata;

		public boolean isInMetadata() {
			return this.inMetadata;
		}

		public void setInMetadata(boolean inMetadata) {
			this.inMetadata = inMetadata;
		}

	}

	/**
	 * A key.
	 *
	 * @param secret The secret.
	 * @param events Events that may be published with it. Any if not set.
	 * @param responders Names of responders that may respond with it. Any if not set.
	 */
	public record Key(@Nullable String secret, @Nullable List<String> events, @Nullable List<String> responders) {

		/**
		 * Returns no secret.
		 */
		@Override
		public String toString() {
			return "Key[events=%s, responders=%s]".formatted(this.events, this.responders);
		}

	}

	/**
	 * Which responders receive a signal.
	 */
	public enum Delivery {

		/**
		 * Those that are connected when it is sent.
		 */
		BROADCAST,

		/**
		 * Every responder whose name was ever registered: the signal is stored for those
		 * that are disconnected.
		 */
		DURABLE

	}

}
