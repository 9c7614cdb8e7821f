package io.github.statesignals.redis;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.Response;
import io.github.statesignals.SignalStatus.Completeness;
import io.github.statesignals.SignalStatus;
import io.github.statesignals.redis.SignalCodec.HeardResponse;
import org.jspecify.annotations.Nullable;

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
		RedisStreamConnection current = connection(channel);
		if (!id.matches("\\d{1,18}-\\d{1,18}\\.\\d{1,9}")) {
			throw new IllegalArgumentException("'" + id
					+ "' is not the id of a signal on a durable channel: pass what SignalResult.id() returned");
		}
		StreamKeys keys = StreamKeys.of(channel);
		List<?> reply = RedisStreamConnection.get(current.eval(StreamScript.STATUS,
				List.of(keys.log(), keys.responders(), keys.removed(), keys.answers(id)),
				List.of(RedisChannel.bytes(id), RedisChannel.bytes(StreamKeys.entry(id)))));
		if (reply.isEmpty()) {
			return Optional.empty();
		}
		boolean known = RedisStreamConnection.number(reply.get(0)) == 1;
		return Optional.of(status(id, known, (List<?>) reply.get(1), current.codec()));
	}

	private static SignalStatus status(String id, boolean known, List<?> fields, SignalCodec codec) {
		Map<String, Response> acknowledged = new LinkedHashMap<>();
		Set<String> outstanding = new LinkedHashSet<>();
		Set<String> removed = new LinkedHashSet<>();
		for (int i = 0; i + 2 < fields.size(); i += 3) {
			String name = RedisStreamConnection.text(fields.get(i));
			HeardResponse heard = StreamAnswers.read(codec, fields.get(i + 2));
			if (heard != null) {
				acknowledged.put(name, heard.response());
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
		return new TreeSet<>(
				RedisStreamConnection.get(connection(channel).registry().read(channel)).registered().keySet());
	}

	@Override
	public boolean remove(String channel, String responder) {
		StreamKeys keys = StreamKeys.of(channel);
		List<?> removed = RedisStreamConnection.get(connection(channel).eval(StreamScript.REMOVE,
				List.of(keys.log(), keys.responders(), keys.removed(), keys.dropped(responder), keys.reader(responder)),
				List.of(RedisChannel.bytes(responder))));
		Objects.requireNonNull(this.transport).announceRemoval(channel, responder);
		return RedisStreamConnection.number(removed.get(0)) == 1;
	}

	private RedisStreamConnection connection(String channel) {
		RedisStreamSignalTransport keeping = this.transport;
		if (keeping == null || !keeping.isDurable(channel)) {
			throw new IllegalArgumentException("The channel '" + channel
					+ "' is not durable: set state-signals.channels." + channel + ".delivery=durable");
		}
		return keeping.connection();
	}

}
