package io.github.statesignals.redis.durable;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

import io.github.statesignals.DeadLetter;
import io.github.statesignals.DurableChannels;
import io.github.statesignals.ResponderBacklog;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalStatus;
import io.github.statesignals.SignalStatus.Completeness;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.Replies;
import io.github.statesignals.redis.durable.store.StoredDeadLetters.StoredDeadLetter;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.util.Assert;

/**
 * Reads and changes the state of durable channels in Redis.
 */
public record RedisDurableChannels(@Nullable RedisStreamSignalTransport transport) implements DurableChannels {

	@Override
	public Optional<SignalStatus> find(String channel, String id) {
		durable(channel);
		Assert.isTrue(id != null && id.matches("\\d{1,18}-\\d{1,18}\\.\\d{1,9}"), () -> "'" + id
				+ "' is not the id of a signal on a durable channel: pass the value of SignalResult.id()");
		return call("Could not find the signal '%s' of channel '%s'".formatted(id, channel), channel,
				(durable) -> Replies.get(durable.store().status(id))
					.map((status) -> status(id, status, durable.codec())));
	}

	private static SignalStatus status(String id, StreamStore.Status status, SignalCodec codec) {
		Map<String, Response> acknowledged = new LinkedHashMap<>();
		Set<String> unhandled = new LinkedHashSet<>();
		Set<String> outstanding = new LinkedHashSet<>(status.outstanding());
		status.answers().forEach((name, json) -> {
			StoredAnswer answer = StreamAnswers.read(codec, json);
			if (answer == null) {
				outstanding.add(name);
				return;
			}
			acknowledged.put(name, answer.response());
			if (answer.extension() != null && answer.extension().handledEvents() != null) {
				unhandled.add(name);
			}
		});
		Instant accepted = Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-'))));
		return new SignalStatus(id, accepted, acknowledged, unhandled, outstanding, status.removed(),
				completeness(status.known(), acknowledged, outstanding));
	}

	private static Completeness completeness(boolean known, Map<String, Response> acknowledged,
			Set<String> outstanding) {
		if (!outstanding.isEmpty()) {
			return Completeness.OUTSTANDING;
		}
		if (!known) {
			return Completeness.UNKNOWN;
		}
		return acknowledged.isEmpty() ? Completeness.NOT_ANSWERED : Completeness.COMPLETE;
	}

	@Override
	public Set<String> responders(String channel) {
		return call("Could not find the responders of channel '%s'".formatted(channel), channel,
				(durable) -> new TreeSet<>(Replies.get(durable.registry().read()).registered().keySet()));
	}

	@Override
	public Map<String, ResponderBacklog> backlog(String channel) {
		return call("Could not read the backlog of channel '%s'".formatted(channel), channel,
				(durable) -> Replies.get(durable.store().backlog()));
	}

	@Override
	public boolean remove(String channel, String responder) {
		Assert.notNull(responder, "'responder' must not be null");
		boolean removed = call("Could not remove the responder '%s' of channel '%s'".formatted(responder, channel),
				channel, (durable) -> Replies.get(durable.store().remove(responder)));
		durable(channel).announceRemoval(channel, responder);
		return removed;
	}

	@Override
	public List<DeadLetter> deadLetters(String channel, int limit) {
		Assert.isTrue(limit >= 0, () -> "'limit' is " + limit + ": pass the number of dead letters to return at most");
		return callDeadLetters(channel, (durable) -> Replies.get(durable.store().deadLetters(limit))
			.letters()
			.stream()
			.map((letter) -> new DeadLetter(letter.signal(), letter.responder(), Instant.ofEpochMilli(letter.millis()),
					letter.reason(), readSignal(durable.codec(), letter.json())))
			.toList());
	}

	private static @Nullable Signal readSignal(SignalCodec codec, byte[] json) {
		ReceivedSignal read = SignalDelivery.read(codec, json);
		return (read != null) ? read.signal() : null;
	}

	@Override
	public long countDeadLetters(String channel) {
		return callDeadLetters(channel, (durable) -> Replies.get(durable.store().deadLetters(0)).total());
	}

	private <T> T callDeadLetters(String channel, Function<StreamChannel, T> operation) {
		return call("Could not read the dead letters of channel '%s'".formatted(channel), channel, operation);
	}

	@Override
	public boolean replay(String channel, String id, String responder) {
		Assert.notNull(id, "'id' must not be null");
		Assert.notNull(responder, "'responder' must not be null");
		return call("Could not replay the signal '%s' of channel '%s' for '%s'".formatted(id, channel, responder),
				channel, (durable) -> {
					byte[] signed = !durable.codec().isSigned() ? null
							: Replies.get(durable.store().deadLetter(responder, id))
								.map((letter) -> signAgain(durable.codec(), channel, letter))
								.orElse(null);
					return Replies.get(durable.store().replay(responder, id, signed));
				});
	}

	// A copy of a signed signal is refused.
	private static byte[] signAgain(SignalCodec codec, String channel, StoredDeadLetter letter) {
		byte[] signed = codec.replay(letter.json(), letter.responder());
		if (signed == null) {
			throw new IllegalStateException(
					("The signal '%s' of channel '%s' is not replayed: the channel requires signatures, and no key "
							+ "of this application verifies its signature, or the one that signs may not publish it. "
							+ "Replay it in an application that has such keys")
						.formatted(letter.signal(), channel));
		}
		return signed;
	}

	private <T> T call(String problem, String channel, Function<StreamChannel, T> operation) {
		RedisStreamSignalTransport durable = durable(channel);
		try {
			return operation.apply(durable.channel(channel));
		}
		catch (DataAccessException ex) {
			throw RedisExceptions.describe(problem, ex);
		}
	}

	private RedisStreamSignalTransport durable(String channel) {
		Assert.hasLength(channel, "The default channel can't be durable: name another");
		if (this.transport == null || !this.transport.isDurable(channel)) {
			throw new IllegalArgumentException(
					"The channel '%s' is not durable: set state-signals.channels.%s.delivery=durable".formatted(channel,
							LogText.propertyKey(channel)));
		}
		return this.transport;
	}

}
