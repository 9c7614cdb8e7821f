package io.github.statesignals.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.ResponderBacklog;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.core.responder.HandlerStatus;
import io.github.statesignals.transport.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.task.TaskRejectedException;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * The operations on a single exporter, responder or channel. They throw a
 * {@link NoSuchElementException} if there is no such one, an
 * {@link IllegalArgumentException} for a wrong argument, and an
 * {@link IllegalStateException} if the state does not permit the operation.
 */
record SignalOperations(SignalEngine engine, DurableChannels durableChannels) {

	private static final Logger logger = LoggerFactory.getLogger(SignalsEndpoint.class);

	private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(60);

	// With the time to read stored answers.
	private static final Duration QUEUED_TIMEOUT = LONGEST_TIMEOUT.plusSeconds(5);

	// Stands for the application's channel in a path: its name may be empty.
	private static final String DEFAULT_CHANNEL = "default";

	SignalDetails.Exporter exporter(String id) {
		DefaultSignalExporter exporter = findExporter(id);
		return SignalDetails.Exporter.of(exporter, isDurable(exporter.getChannel()));
	}

	SignalDetails.Responder responder(String id, @Nullable String channel) {
		return SignalDetails.Responder.of(findResponder(id, channel));
	}

	SignalDetails.Channel channel(String name) {
		String channel = findChannel(name);
		List<String> exporters = this.engine.exporters(channel)
			.stream()
			.limit(SignalsEndpoint.MAX_LISTED)
			.map(SignalExporter::getPublisherId)
			.toList();
		List<String> responders = this.engine.responders()
			.stream()
			.filter((responder) -> responder.getChannel().equals(channel))
			.limit(SignalsEndpoint.MAX_LISTED)
			.map(DefaultSignalResponder::getResponderId)
			.toList();
		if (!isDurable(channel)) {
			return new SignalDetails.Channel(channel, false, exporters, responders, null, null, null);
		}
		Map<String, ResponderBacklog> backlog = new TreeMap<>(this.durableChannels.backlog(channel));
		Set<String> registered = SignalsEndpoint.first(backlog.keySet());
		backlog.keySet().retainAll(registered);
		return new SignalDetails.Channel(channel, true, exporters, responders, registered, backlog,
				this.durableChannels.countDeadLetters(channel));
	}

	List<SignalDetails.Letter> deadLetters(String channel, @Nullable Integer limit) {
		int number = (limit != null) ? limit : SignalsEndpoint.MAX_LISTED;
		Assert.isTrue(number > 0 && number <= SignalsEndpoint.MAX_LISTED,
				() -> "'limit' must be between 1 and " + SignalsEndpoint.MAX_LISTED);
		return this.durableChannels.deadLetters(findChannel(channel), number)
			.stream()
			.map(SignalDetails.Letter::of)
			.toList();
	}

	SignalDetails.Result publish(String event, @Nullable String exporterId, @Nullable String tag,
			@Nullable String metadata, @Nullable Duration timeout) {
		DefaultSignalExporter exporter = (exporterId != null) ? findExporter(exporterId) : exporterOf(event);
		SignalSpec spec = exporter.signal(event).timeout(checked(timeout));
		if (tag != null) {
			spec.tag(tag);
		}
		if (metadata != null) {
			spec.metadata(parse(metadata));
		}
		log("publishes '{}' of exporter '{}'", event, exporter.getPublisherId());
		return SignalDetails.Result.of(await(event, spec.publishAsync(), QUEUED_TIMEOUT));
	}

	// The timeout of a publish begins when it is sent, and it may be queued.
	static SignalResult await(String event, CompletableFuture<SignalResult> result, Duration timeout) {
		try {
			return Futures.join(result.copy().orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS), event);
		}
		catch (IllegalStateException ex) {
			if (ex.getCause() instanceof TimeoutException) {
				throw new TaskRejectedException(
						"'%s' has no result after %d s, and was cancelled. It may have been sent".formatted(event,
								timeout.toSeconds()),
						ex);
			}
			throw ex;
		}
		finally {
			result.cancel(false);
		}
	}

	// Numbers keep their digits.
	private static Map<String, Object> parse(String metadata) {
		try {
			return Objects.requireNonNull(JsonMapper.builder()
				.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
				.build()
				.readValue(metadata, new TypeReference<Map<String, Object>>() {
				}));
		}
		catch (RuntimeException ex) {
			throw new IllegalArgumentException("'metadata' must be a JSON object");
		}
	}

	private Duration checked(@Nullable Duration timeout) {
		if (timeout != null) {
			Assert.isTrue(!timeout.isNegative() && !timeout.isZero() && timeout.compareTo(LONGEST_TIMEOUT) <= 0,
					() -> "'timeout' must be positive, and 60s at most: the caller is blocked meanwhile");
			return timeout;
		}
		Duration configured = this.engine.getSettings().exporters().responseTimeout();
		return (configured.isNegative() || configured.compareTo(LONGEST_TIMEOUT) > 0) ? LONGEST_TIMEOUT : configured;
	}

	List<HandlerStatus> pause(String responder, @Nullable String channel, String event, @Nullable String handler,
			boolean paused) {
		DefaultSignalResponder found = findResponder(responder, channel);
		List<HandlerStatus> changed = found.handlers().pause(event, handler, paused);
		if (changed.isEmpty()) {
			throw new NoSuchElementException(
					"Responder '%s' has no such handler of '%s'".formatted(found.getResponderId(), event));
		}
		log((paused ? "pauses" : "resumes") + " handlers of '{}' of responder '{}'", event, found.getResponderId());
		return changed;
	}

	SignalDetails.Responder lock(String responder, @Nullable String channel, @Nullable String publisher,
			@Nullable String tag) {
		DefaultSignalResponder found = findResponder(responder, channel);
		Assert.isTrue(publisher != null || tag != null, "Name the 'publisher' or the 'tag' to lock on");
		// Before the publisher takes effect.
		Assert.isTrue(tag == null || StringUtils.hasText(tag), "'tag' must not be blank");
		if (publisher != null) {
			found.lockPublisher(publisher);
		}
		if (tag != null) {
			found.lockTag(tag);
		}
		log("locks responder '{}' on publisher '{}', tag '{}'", found.getResponderId(), found.lockedPublisher(),
				found.lockedTag());
		return SignalDetails.Responder.of(found);
	}

	SignalDetails.Responder unlock(String responder, @Nullable String channel) {
		DefaultSignalResponder found = findResponder(responder, channel);
		found.unlock();
		log("unlocks responder '{}'", found.getResponderId());
		return SignalDetails.Responder.of(found);
	}

	void evict(String exporterId, String responder) {
		DefaultSignalExporter exporter = findExporter(exporterId);
		if (isDurable(exporter.getChannel())) {
			throw new IllegalStateException(
					"'%s' can't be evicted: its signals are stored. Remove it from the durable channel '%s'"
						.formatted(responder, exporter.getChannel()));
		}
		if (!exporter.subscriptions().evict(responder)) {
			throw new NoSuchElementException(
					"'%s' is no subscriber of '%s'".formatted(responder, exporter.getPublisherId()));
		}
		log("evicts '{}' from exporter '{}'", responder, exporter.getPublisherId());
	}

	void removeResponder(String name, String responder) {
		String channel = findChannel(name);
		if (!this.durableChannels.remove(channel, responder)) {
			throw new NoSuchElementException(
					"No signals of channel '%s' are stored for '%s'".formatted(channel, responder));
		}
		log("removes responder '{}' from durable channel '{}'", responder, channel);
	}

	void replay(String name, String signal, String responder) {
		String channel = findChannel(name);
		if (!this.durableChannels.replay(channel, signal, responder)) {
			throw new NoSuchElementException(
					"Channel '%s' has no dead letter '%s' of '%s'".formatted(channel, signal, responder));
		}
		log("replays dead letter '{}' of responder '{}'", signal, responder);
	}

	private boolean isDurable(String channel) {
		return this.engine.services().outbound().isDurable(channel);
	}

	// By id or process name.
	private DefaultSignalExporter findExporter(String id) {
		return single("exporter", id,
				this.engine.exporters()
					.stream()
					.filter((exporter) -> exporter.getPublisherId().equals(id) || exporter.getProcessName().equals(id)),
				"Name its publisher id");
	}

	private DefaultSignalExporter exporterOf(String event) {
		return single("exporter of the event", event,
				this.engine.exporters().stream().filter((exporter) -> exporter.getLegalEvents().contains(event)),
				"Name the 'exporter'");
	}

	// By id or name.
	private DefaultSignalResponder findResponder(String id, @Nullable String channel) {
		return single("responder", id,
				this.engine.responders()
					.stream()
					.filter((responder) -> responder.getResponderId().equals(id) || responder.getName().equals(id))
					.filter((responder) -> channel == null || responder.getChannel().equals(findChannel(channel))),
				"Name its 'channel'");
	}

	private static <T> T single(String kind, String id, Stream<T> candidates, String remedy) {
		List<T> found = candidates.limit(2).toList();
		if (found.isEmpty()) {
			throw new NoSuchElementException("There is no %s '%s'".formatted(kind, id));
		}
		Assert.isTrue(found.size() == 1, () -> "There are several of the %s '%s'. %s".formatted(kind, id, remedy));
		return found.get(0);
	}

	private String findChannel(String name) {
		Set<String> channels = SignalsEndpoint.channels(this.engine);
		String channel = name.equals(DEFAULT_CHANNEL) ? this.engine.getSettings().channel() : name;
		if (!channels.contains(channel)) {
			throw new NoSuchElementException(
					"No exporter and no responder of this application uses a channel '%s'".formatted(name));
		}
		return channel;
	}

	private static void log(String action, @Nullable Object... names) {
		Object[] printable = Stream.of(names)
			.map((name) -> LogText.printable((name != null) ? name.toString() : "any"))
			.toArray();
		logger.info("An operator " + action, printable);
	}

}
