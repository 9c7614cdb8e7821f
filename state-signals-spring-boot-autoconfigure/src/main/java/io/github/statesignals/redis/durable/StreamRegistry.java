package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.DurableSignalTransport.Listener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The responders that signals of durable channels are stored for: as Redis has them, and
 * as this application has read them last. What Redis has lost since, it gets back.
 */
final class StreamRegistry {

	private static final Logger logger = LoggerFactory.getLogger(RedisStreamSignalTransport.class);

	/**
	 * In this time every application that is connected has noticed a loss, and restored
	 * what it knows.
	 */
	static final Duration RESTORING = Duration.ofSeconds(10);

	private final RedisStreamConnection connection;

	private final Listener listener;

	/**
	 * Passes on the subscription of a responder.
	 */
	private final BiConsumer<String, Response> subscriptions;

	/**
	 * Calls the listener: what asks holds locks that the listener may want.
	 */
	private final Executor executor;

	/**
	 * What was read last, by the names of channels: the responders, each with its field.
	 */
	private final Map<String, Map<String, String>> known = new ConcurrentHashMap<>();

	/**
	 * The channels of which an exporter may not have learned all responders.
	 */
	private final Set<String> unannounced = ConcurrentHashMap.newKeySet();

	/**
	 * The channels that are being looked at.
	 */
	private final Set<String> refreshing = ConcurrentHashMap.newKeySet();

	private final FailureLog failures = new FailureLog();

	private final Set<PermissionCheck> permitted = ConcurrentHashMap.newKeySet();

	StreamRegistry(RedisStreamConnection connection, Listener listener, BiConsumer<String, Response> subscriptions,
			Executor executor) {
		this.connection = connection;
		this.listener = listener;
		this.subscriptions = subscriptions;
		this.executor = executor;
	}

	/**
	 * Answers an exporter's initialization in place of all responders.
	 * @param channel the channel's name
	 * @param publisherId the id of the exporter
	 * @return completes when it has the answers
	 */
	CompletableFuture<?> introduce(String channel, String publisherId) {
		return checkPermissions(channel, Purpose.EXPORTER).thenCompose((checked) -> read(channel))
			.thenAcceptAsync((names) -> {
				names.registered()
					.keySet()
					.forEach((name) -> this.subscriptions.accept(channel,
							new Response(name, publisherId, Signal.INITIALIZATION, Acknowledgement.SUCCESS, null)));
				this.listener.onResponders(channel, List.of(), names.removed());
			}, this.executor)
			.exceptionallyCompose((ex) -> {
				this.unannounced.add(channel);
				return CompletableFuture.failedFuture(RedisExceptions.notSent(RedisExceptions.translate(ex)));
			});
	}

	/**
	 * Looks whether the responders have changed, and announces it to the exporters here:
	 * they may not have received what was announced.
	 * @param channel the channel's name
	 */
	void refresh(String channel) {
		if (!this.listener.wantsResponses(channel)) {
			this.known.remove(channel);
			return;
		}
		if (!this.refreshing.add(channel)) {
			return;
		}
		boolean all = this.unannounced.remove(channel);
		Map<String, String> before = this.known.getOrDefault(channel, Map.of());
		read(channel).thenAcceptAsync((names) -> {
			List<String> added = names.registered()
				.keySet()
				.stream()
				.filter((name) -> all || !before.containsKey(name))
				.toList();
			List<String> removed = names.removed().stream().filter((name) -> all || before.containsKey(name)).toList();
			if (!added.isEmpty() || !removed.isEmpty()) {
				this.listener.onResponders(channel, added, removed);
			}
		}, this.executor).whenComplete((told, ex) -> {
			this.refreshing.remove(channel);
			if (ex != null) {
				this.unannounced.add(channel);
			}
			this.failures.log("Could not read the responders of channel '" + channel + "'", ex);
		});
	}

	/**
	 * Reads the responders, and restores those that Redis has lost.
	 * @param channel the channel's name
	 * @return completes with them, or exceptionally with what the driver throws
	 */
	CompletableFuture<Names> read(String channel) {
		return ask(channel).thenCompose((names) -> {
			Map<String, String> lost = lost(channel, names);
			if (!names.begin().isEmpty() && lost.isEmpty()) {
				return CompletableFuture.completedFuture(names);
			}
			return restore(channel, lost).thenCompose((restored) -> ask(channel));
		}).thenApply((names) -> {
			Map<String, String> before = this.known.put(channel, names.registered());
			if (before != null && !before.keySet().equals(names.registered().keySet())) {
				// Not every read announces what has changed: the next refresh does.
				this.unannounced.add(channel);
			}
			return names;
		});
	}

	private CompletableFuture<Names> ask(String channel) {
		StreamKeys keys = StreamKeys.of(channel);
		return this.connection.eval(StreamScript.RESPONDERS, List.of(keys.responders(), keys.removed()), List.of())
			.thenApply(Names::of);
	}

	private Map<String, String> lost(String channel, Names names) {
		Map<String, String> lost = new LinkedHashMap<>(this.known.getOrDefault(channel, Map.of()));
		lost.keySet().removeAll(names.registered().keySet());
		lost.keySet().removeAll(names.removed());
		return lost;
	}

	private CompletableFuture<List<?>> restore(String channel, Map<String, String> lost) {
		if (!lost.isEmpty()) {
			logger.warn("Redis has lost the responders {} of channel '{}'; registering them again", lost.keySet(),
					channel);
		}
		return register(channel, true, lost);
	}

	/**
	 * Registers responders.
	 * @param channel the channel's name
	 * @param restoring whether those that were removed stay so
	 * @param fields the responders, each with its field as it was read last, or empty
	 * @return completes with what was done and the field for each of them, or
	 * exceptionally with what the driver throws
	 */
	CompletableFuture<List<?>> register(String channel, boolean restoring, Map<String, String> fields) {
		StreamKeys keys = StreamKeys.of(channel);
		List<byte[]> arguments = new ArrayList<>();
		arguments.add(StreamPublisher.number(restoring ? 1 : 0));
		arguments.add(StreamPublisher.number(RESTORING.toMillis()));
		fields.forEach((name, field) -> {
			arguments.add(RedisChannel.bytes(name));
			arguments.add(RedisChannel.bytes(field));
		});
		CompletableFuture<?> checked = restoring ? CompletableFuture.completedFuture(null)
				: checkPermissions(channel, Purpose.RESPONDER);
		return checked.thenCompose((permitted) -> this.connection.eval(StreamScript.REGISTER,
				List.of(keys.log(), keys.responders(), keys.removed()), arguments));
	}

	/**
	 * Checks that the Redis user has all permissions for a purpose, unless it had them
	 * before.
	 * @param channel the channel's name
	 * @param purpose the purpose
	 * @return completes exceptionally with an error that names all that are missing
	 */
	CompletableFuture<?> checkPermissions(String channel, Purpose purpose) {
		PermissionCheck checked = new PermissionCheck(channel, purpose);
		if (this.permitted.contains(checked)) {
			return CompletableFuture.completedFuture(null);
		}
		StreamKeys keys = StreamKeys.of(channel);
		return this.connection
			.eval(StreamScript.PERMISSIONS,
					List.of(keys.log(), keys.responders(), keys.removed(), keys.producer(""), keys.lease(""),
							keys.reader(""), keys.dropped(""), keys.answersOf(""), keys.trimmed()),
					List.of(RedisChannel.bytes(purpose.name())))
			.thenAccept((reply) -> this.permitted.add(checked));
	}

	/**
	 * What permissions are needed for: see permissions.lua.
	 */
	enum Purpose {

		EXPORTER, RESPONDER, TRIMMING

	}

	private record PermissionCheck(String channel, Purpose purpose) {
	}

	/**
	 * The responders of a channel.
	 *
	 * @param begin since when it is known which responders there are; empty: it is not
	 * @param registered the names of those that signals are stored for, each with its
	 * field
	 * @param removed the names of those that were removed
	 */
	record Names(String begin, Map<String, String> registered, Set<String> removed) {

		static Names of(List<?> reply) {
			List<?> pairs = (List<?>) reply.get(0);
			Map<String, String> registered = new LinkedHashMap<>();
			for (int i = 2; i + 1 < pairs.size(); i += 2) {
				registered.put(RedisStreamConnection.text(pairs.get(i)), RedisStreamConnection.text(pairs.get(i + 1)));
			}
			return new Names(RedisStreamConnection.text(pairs.get(1)), registered,
					((List<?>) reply.get(1)).stream().map(RedisStreamConnection::text).collect(Collectors.toSet()));
		}

	}

}
