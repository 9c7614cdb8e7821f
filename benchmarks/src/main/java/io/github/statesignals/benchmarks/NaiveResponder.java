package io.github.statesignals.benchmarks;

import java.util.UUID;

import io.github.statesignals.benchmarks.NaiveMessages.NaiveResponse;
import io.github.statesignals.benchmarks.NaiveMessages.NaiveSignal;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Answers as a user of Spring does without the starter: a listener per responder in a
 * default container.
 */
final class NaiveResponder implements ResponderArm {

	private final StringRedisTemplate template;

	private final RedisMessageListenerContainer container;

	private int size;

	NaiveResponder(Arguments arguments) {
		ConfigurableApplicationContext context = SpringArm.start(NaiveMessages.Application.class, arguments);
		this.template = context.getBean(StringRedisTemplate.class);
		this.container = context.getBean("listenerContainer", RedisMessageListenerContainer.class);
	}

	@Override
	public void resize(int size) {
		for (; this.size < size; this.size++) {
			String responderId = "naive-" + UUID.randomUUID() + "-resp";
			this.container.addMessageListener((message, pattern) -> onSignal(message, responderId),
					ChannelTopic.of(NaiveMessages.SIGNALS));
		}
	}

	private void onSignal(Message message, String responderId) {
		NaiveSignal signal = NaiveMessages.read(message, NaiveSignal.class);
		this.template.convertAndSend(NaiveMessages.RESPONSES, NaiveMessages.write(new NaiveResponse(responderId,
				signal.publisherId(), signal.event(), 1, String.valueOf(signal.metadata().get("id")))));
	}

}
