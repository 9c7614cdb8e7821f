package io.github.statesignals.redis;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.TestRedis;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The names of Redis channels, and which of them are reply channels.
 */
class SignalChannelsTests {

	private static final String PREFIX = "event-signal-reply:{event-signal-pubsub}:";

	@Test
	void newReplyChannelIsUniqueAndOfItsChannelAlone() {
		List<SignalChannels> channels = Stream.of("", "live", "live.1", "x".repeat(128))
			.map(SignalChannels::of)
			.toList();
		for (SignalChannels owner : channels) {
			String replyTo = owner.newReplyTo(true);
			assertThat(channels).filteredOn((channel) -> channel.isReplyTo(replyTo)).containsExactly(owner);
			assertThat(owner.newReplyTo(true)).isNotEqualTo(replyTo);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "*", "__keyspace@0__:x", "orders", "event-signal-pubsub", "event-signal-response",
			"event-signal-response:live", "event-signal-heartbeat:{event-signal-pubsub}:1", "event-signal-reply",
			"event-signal-reply:1", "event-signal-reply:{event-signal-pubsub:live}:1",
			"event-signal-reply:{event-signal-pubsub}1", "event-signal-reply:{event-signal-pubsub}", PREFIX,
			" " + PREFIX + "1", PREFIX + "1 ", PREFIX + "1\n", PREFIX + "\u0000", PREFIX + "größe", PREFIX + "*",
			PREFIX + "1:2", PREFIX + "{1}", "EVENT-SIGNAL-REPLY:{event-signal-pubsub}:1" })
	void noOtherRedisChannelIsAReplyChannel(String name) {
		assertThat(SignalChannels.DEFAULT.isReplyTo(name)).isFalse();
	}

	@Test
	void replyChannelHasABoundedLength() {
		assertThat(SignalChannels.DEFAULT.isReplyTo(PREFIX + "x".repeat(64))).isTrue();
		assertThat(SignalChannels.DEFAULT.isReplyTo(PREFIX + "x".repeat(65))).isFalse();
	}

	@Test
	void eachChannelAndTransportHasAReplyChannelUnlessDisabled() {
		SignalTransport first = transport(true);
		SignalTransport second = transport(true);
		assertThat(List.of(first.replyTo(""), first.replyTo("live"), second.replyTo(""), second.replyTo("live")))
			.doesNotHaveDuplicates();
		assertThat(first.replyTo("")).matches(SignalChannels.DEFAULT::isReplyTo);
		assertThat(first.replyTo("live")).matches(SignalChannels.of("live")::isReplyTo)
			.isEqualTo(first.replyTo("live"));
		assertThat(transport(false).replyTo("")).isNull();
	}

	private static SignalTransport transport(boolean replies) {
		SignalTransport transport = RedisTransports.broadcast(
				new LettuceConnectionFactory(new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port())),
				new RedisPubSubSignalTransport.Settings(Duration.ZERO, DataSize.ofMegabytes(1), Duration.ZERO, replies,
						null));
		transport.open("");
		transport.open("live");
		transport.open("live");
		return transport;
	}

}
