package io.github.statesignals.benchmarks;

import java.util.UUID;

import io.github.statesignals.benchmarks.RedissonMessages.RedissonResponse;
import io.github.statesignals.benchmarks.RedissonMessages.RedissonSignal;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;

/**
 * Answers on a topic of Redisson: a listener per responder.
 */
final class RedissonResponder implements ResponderArm {

	private final RTopic signals;

	private final RTopic responses;

	private int size;

	RedissonResponder(Arguments arguments) {
		RedissonClient client = RedissonMessages.connect(arguments);
		this.signals = client.getTopic(RedissonMessages.SIGNALS);
		this.responses = client.getTopic(RedissonMessages.RESPONSES);
	}

	@Override
	public void resize(int size) {
		for (; this.size < size; this.size++) {
			String responderId = "redisson-" + UUID.randomUUID() + "-resp";
			this.signals.addListener(RedissonSignal.class, (channel, signal) -> onSignal(signal, responderId));
		}
	}

	private void onSignal(RedissonSignal signal, String responderId) {
		this.responses
			.publishAsync(new RedissonResponse(responderId, signal.publisherId(), signal.event(), 1, signal.id()));
	}

}
