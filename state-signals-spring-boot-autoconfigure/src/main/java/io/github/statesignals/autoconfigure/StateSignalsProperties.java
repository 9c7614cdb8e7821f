package io.github.statesignals.autoconfigure;

import java.io.File;
import java.time.Duration;
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
 * @param enabled Whether to set up signals at all.
 * @param connectTimeout How long to wait for Redis at start-up, trying once a second.
 * Negative waits indefinitely; zero starts without Redis and connects in the background.
 * @param channel Name of the channel for exporters and handlers that name none. Defaults
 * to the two Redis channels of the Python package.
 * @param channels Channels by name: 'delivery' is 'broadcast' (the default), or 'durable'
 * to store signals for responders that are disconnected; 'retention' is how long (7d),
 * and 'start' which of them a responder with a new name gets ('new', 'latest' or 'all').
 * 'signing' is 'off', 'verify' or 'require' where it is not 'signing.mode'.
 * @param heartbeatInterval How often to check that published messages are received. Zero
 * never does; nor does 'protocol.extensions: off'.
 * @param exporter Publishing signals.
 * @param responder Answering signals.
 * @param protocol The protocol.
 * @param signing Signatures of messages.
 * @param tracing Trace contexts of signals.
 * @since 0.1.0
 */
@ConfigurationProperties("state-signals")
public record StateSignalsProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("20s") Duration connectTimeout, @Nullable String channel,
		@DefaultValue Map<String, Channel> channels, @DefaultValue("1s") Duration heartbeatInterval,
		@DefaultValue Exporter exporter, @DefaultValue Responder responder, @DefaultValue Protocol protocol,
		@DefaultValue Signing signing, @DefaultValue Tracing tracing) {

	/**
	 * Publishing signals.
	 *
	 * @param processName Process name that signals carry. Defaults to
	 * 'spring.application.name', else 'application'.
	 * @param runnerHost Host name that signals carry. Defaults to the name of this host.
	 * @param legalEvents Events that the exporter may publish. When set, the exporter is
	 * initialized as the last step of start-up.
	 * @param expectedResponders Ids of responders that are subscribers from the start.
	 * @param awaitSubscribers Number of subscribers that start-up waits for after
	 * initializing the exporter.
	 * @param awaitTimeout How long start-up waits for subscribers. Negative waits
	 * indefinitely.
	 * @param republishInterval How often to ask responders again while waiting for
	 * subscribers.
	 * @param responseTimeout How long a publish waits for responses. Negative waits
	 * indefinitely.
	 * @param evictAfterMissed Number of signals in a row after which a responder that
	 * answered none of them is no longer awaited, until it answers again. Zero always
	 * awaits it.
	 * @param probeAfter How long a publish waits for a responder before the exporter
	 * probes whether it is still connected. Zero never does; nor does
	 * 'protocol.extensions: off'.
	 * @param maxPending How many publishes of an exporter may be in flight. Further ones
	 * fail.
	 */
	public record Exporter(@Nullable String processName, @Nullable String runnerHost,
			@Nullable List<String> legalEvents, @Nullable List<String> expectedResponders,
			@DefaultValue("0") int awaitSubscribers, @DefaultValue("60s") Duration awaitTimeout,
			@DefaultValue("1s") Duration republishInterval, @DefaultValue("20s") Duration responseTimeout,
			@DefaultValue("0") int evictAfterMissed, @DefaultValue("2s") Duration probeAfter,
			@DefaultValue("16384") int maxPending) {
	}

	/**
	 * Answering signals.
	 *
	 * @param enabled Whether to receive and answer signals.
	 * @param name Name of the application's responder. Defaults to
	 * 'spring.application.name', else the name of this host.
	 * @param unhandled Answer to a signal that no handler matches.
	 * @param lockPublisher Id of the only publisher whose signals to receive.
	 * @param lockTag Only tag whose signals to receive.
	 * @param receiveOwn Whether to receive signals of this application's own exporters.
	 * @param queueCapacity How many signals of one publisher may be queued for a
	 * responder. Further ones are answered 'busy'.
	 * @param totalQueueCapacity How many signals may be queued in total. Further ones are
	 * answered 'busy'.
	 * @param expired Handling of a signal that arrives after its publisher's timeout.
	 */
	public record Responder(@DefaultValue("true") boolean enabled, @Nullable String name,
			@DefaultValue("acknowledge") Unhandled unhandled, @Nullable String lockPublisher, @Nullable String lockTag,
			@DefaultValue("true") boolean receiveOwn, @DefaultValue("16384") int queueCapacity,
			@DefaultValue("65536") int totalQueueCapacity, @DefaultValue("reject") Expired expired) {
	}

	/**
	 * The protocol.
	 *
	 * @param extensions When to use extensions that the Python package does not have.
	 * 'negotiated' is with peers that support them.
	 * @param maxPayload Size beyond which a signal is neither sent nor read, and a
	 * response is shortened.
	 */
	public record Protocol(@DefaultValue("negotiated") Extensions extensions,
			@DefaultValue("1MB") DataSize maxPayload) {
	}

	/**
	 * A named channel.
	 *
	 * @param delivery Which responders receive a signal: those that are connected when it
	 * is sent, or all, by name, that ever were.
	 * @param retention How long a durable channel stores responses, and a signal for a
	 * responder that is disconnected.
	 * @param start Which earlier signals of a durable channel a responder receives whose
	 * name is new: none, the last one of each event and publisher, or all that are
	 * stored.
	 * @param signing Signing of messages. Defaults to 'state-signals.signing.mode'.
	 */
	public record Channel(@DefaultValue("broadcast") Delivery delivery, @DefaultValue("7d") Duration retention,
			@DefaultValue("new") Start start, @Nullable SigningMode signing) {
	}

	/**
	 * Signatures of messages.
	 *
	 * @param mode Signing of messages on channels that set nothing else: 'verify' counts
	 * and logs received ones without a valid signature, 'require' refuses them.
	 * @param key Id of the key that signs.
	 * @param keys Keys by id: 'secret' has at least 32 bytes, as text or with 'base64:'
	 * before it; 'events' are those that may be published with the key (any if not set),
	 * 'responders' the names that may respond with it.
	 * @param file Properties file with 'key' and 'keys', instead of these properties. It
	 * is read again when it changes.
	 * @param clockTolerance Largest difference between the time of a message and that of
	 * this host.
	 */
	public record Signing(@DefaultValue("off") SigningMode mode, @Nullable String key,
			@DefaultValue Map<String, Key> keys, @Nullable File file, @DefaultValue("60s") Duration clockTolerance) {
	}

	/**
	 * Trace contexts of signals.
	 *
	 * @param inMetadata Whether to send and read the trace context as metadata entries,
	 * too. Peers without extensions, and their handlers, receive it in no other way.
	 */
	public record Tracing(@DefaultValue("false") boolean inMetadata) {
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
