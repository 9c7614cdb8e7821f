package io.github.statesignals.redis.durable;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.Response;
import io.github.statesignals.SignalStatus;
import io.github.statesignals.SignalStatus.Completeness;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;

/**
 * What is kept in Redis.
 *
 * @since 0.1.0
 */
public final class RedisDurableChannels implements DurableChannels {

	private static final String REMOVED = "x";

	private final @Nullable RedisStreamSignalTransport transport;

	/**
	 * Create it.
	 * @param transport the transport that keeps signals; {@code null}: no channel is
	 * durable
	 */
	public RedisDurableChannels(@Nullable RedisStreamSignalTransport transport) {
		this.transport = transport;
	}

	@Override
	public Optional<SignalStatus> find(String channel, String id) {
		RedisStreamSignalTransport storing = storing(channel);
		if (!id.matches("\\d{1,18}-\\d{1,18}\\.\\d{1,9}")) {
			throw new IllegalArgumentException("'" + id
					+ "' is not the id of a signal on a durable channel: pass what SignalResult.id() returned");
		}
		StreamKeys keys = StreamKeys.of(channel);
		List<?> reply = ask("Could not find the signal '%s' of channel '%s'".formatted(id, channel),
				() -> storing.connection()
					.eval(StreamScript.STATUS, List.of(keys.log(), keys.responders(), keys.removed(), keys.answers(id)),
							List.of(RedisChannel.bytes(id), RedisChannel.bytes(StreamKeys.entry(id)))));
		if (reply.isEmpty()) {
			return Optional.empty();
		}
		boolean known = RedisStreamConnection.number(reply.get(0)) == 1;
		return Optional.of(status(id, known, (List<?>) reply.get(1), storing.connection().codec()));
	}

	private static SignalStatus status(String id, boolean known, List<?> fields, SignalCodec codec) {
		Map<String, Response> acknowledged = new LinkedHashMap<>();
		Set<String> outstanding = new LinkedHashSet<>();
		Set<String> removed = new LinkedHashSet<>();
		for (int i = 0; i + 2 < fields.size(); i += 3) {
			String name = RedisStreamConnection.text(fields.get(i));
			ReceivedResponse answer = StreamAnswers.read(codec, fields.get(i + 2));
			if (answer != null) {
				acknowledged.put(name, answer.response());
			}
			else if (RedisStreamConnection.text(fields.get(i + 1)).equals(REMOVED)) {
				removed.add(name);
			}
			else {
				outstanding.add(name);
			}
		}
		Instant accepted = Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-'))));
		return new SignalStatus(id, accepted, acknowledged, outstanding, removed,
				completeness(known, acknowledged, outstanding));
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
		RedisStreamSignalTransport storing = storing(channel);
		return new TreeSet<>(ask("Could not find the responders of channel '%s'".formatted(channel),
				() -> storing.connection().registry().read(channel))
			.registered()
			.keySet());
	}

	@Override
	public boolean remove(String channel, String responder) {
		StreamKeys keys = StreamKeys.of(channel);
		RedisStreamSignalTransport storing = storing(channel);
		List<?> removed = ask("Could not remove the responder '%s' of channel '%s'".formatted(responder, channel),
				() -> storing.connection()
					.eval(StreamScript.REMOVE, List.of(keys.log(), keys.responders(), keys.removed(),
							keys.dropped(responder), keys.reader(responder)), List.of(RedisChannel.bytes(responder))));
		storing.announceRemoval(channel, responder);
		return RedisStreamConnection.number(removed.get(0)) == 1;
	}

	private static <T> T ask(String problem, Supplier<CompletableFuture<T>> question) {
		try {
			return RedisStreamConnection.get(question.get());
		}
		catch (DataAccessException ex) {
			throw RedisExceptions.describe(problem, ex);
		}
	}

	private RedisStreamSignalTransport storing(String channel) {
		RedisStreamSignalTransport storing = this.transport;
		if (storing == null || !storing.isDurable(channel)) {
			throw new IllegalArgumentException("The channel '" + channel
					+ "' is not durable: set state-signals.channels." + channel + ".delivery=durable");
		}
		return storing;
	}

}
