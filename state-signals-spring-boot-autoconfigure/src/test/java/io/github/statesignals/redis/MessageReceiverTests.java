package io.github.statesignals.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.statesignals.Signal;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

class MessageReceiverTests {

	private final SignalCodec codec = new SignalCodec(1_000);

	private final RedisChannel channel = new RedisChannel("orders", false, this.codec);

	private final List<String> called = new ArrayList<>();

	@AutoClose("destroy")
	private final LettuceConnectionFactory connectionFactory = new LettuceConnectionFactory(TestRedis.host(),
			TestRedis.port());

	private final MessageReceiver receiver = new MessageReceiver(
			new RedisHeartbeat(Duration.ZERO, RedisTransports.driver(RedisTransports.started(this.connectionFactory))));

	@Test
	void listenerIsNotCalledAfterTheClose() {
		this.receiver.begin(new SilentListener() {

			@Override
			public boolean wantsSignals(String channel) {
				return true;
			}

			@Override
			public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
				MessageReceiverTests.this.called.add(signal.event());
			}

			@Override
			public void onConnected(boolean gap) {
				MessageReceiverTests.this.called.add("connected");
			}

		});
		String signals = this.channel.names().signals();
		this.receiver.add(this.channel, signals);
		byte[] payload = this.codec.write(new Signal("p", "process", "start", "host", 1, Signal.NO_TAG, Map.of()),
				null);
		this.receiver.connected(false);
		this.receiver.receive(signals, payload);
		assertThat(this.called).containsExactly("connected", "start");
		this.receiver.close();
		this.receiver.connected(true);
		this.receiver.receive(signals, payload);
		assertThat(this.called).containsExactly("connected", "start");
	}

}
