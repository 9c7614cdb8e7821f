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
import io.github.statesignals.SignalStatus;
import io.github.statesignals.redis.SignalCodec.HeardResponse;
import org.jspecify.annotations.Nullable;

/**
 * What is kept in Redis.
 *
 * @since 0.1.0
 */
public final class RedisDurableChannels implements DurableChannels {

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
		int dash = id.indexOf('-');
		if (!id.matches("\\d{1,18}-\\d{1,18}\\.\\d{1,9}")) {
			throw new IllegalArgumentException("'" + id
					+ "' is not the id of a signal on a durable channel: pass what SignalResult.id() returned");
		}
		List<?> fields = current.evalNow(StreamScript.STATUS, RedisStreamConnection.statusKeys(channel, id),
				RedisStreamConnection.statusArguments(id));
		if (fields.isEmpty()) {
			return Optional.empty();
		}
		Map<String, Response> acknowledged = new LinkedHashMap<>();
		Set<String> outstanding = new LinkedHashSet<>();
		for (int i = 0; i + 1 < fields.size(); i += 2) {
			String name = RedisStreamConnection.text(fields.get(i));
			HeardResponse heard = StreamAnswers.read(current.codec(), fields.get(i + 1));
			if (heard != null) {
				acknowledged.put(name, heard.response());
			}
			else {
				outstanding.add(name);
			}
		}
		return Optional.of(new SignalStatus(id, Instant.ofEpochMilli(Long.parseLong(id.substring(0, dash))),
				acknowledged, outstanding));
	}

	@Override
	public Set<String> responders(String channel) {
		Set<String> names = new TreeSet<>();
		List<?> reply = connection(channel).evalNow(StreamScript.RESPONDERS,
				RedisStreamConnection.responderKeys(channel), List.of());
		((List<?>) reply.get(0)).forEach((name) -> names.add(RedisStreamConnection.text(name)));
		return names;
	}

	@Override
	public boolean remove(String channel, String responder) {
		StreamKeys keys = StreamKeys.of(channel);
		List<?> removed = connection(channel).evalNow(StreamScript.REMOVE,
				List.of(keys.log(), keys.responders(), keys.removed(), keys.dropped(responder), keys.reader(responder)),
				List.of(RedisChannel.bytes(responder)));
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
