package io.github.statesignals.sample.snippets;

import java.util.function.Consumer;

import io.github.statesignals.SubscriberLeftEvent;

import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

class ReliabilitySnippets {

	private final Alerts alerts;

	ReliabilitySnippets(Consumer<String> raised) {
		this.alerts = new Alerts(raised);
	}

	// tag::left[]
	@EventListener
	void onSubscriberLeft(SubscriberLeftEvent event) {
		if (event.reason() != SubscriberLeftEvent.Reason.SAID_BYE) {
			this.alerts.raise(event.responderId() + " does not answer");
		}
	}
	// end::left[]

	// tag::container[]
	@Bean(name = "stateSignalsListenerContainer", defaultCandidate = false)
	RedisMessageListenerContainer signalContainer(RedisConnectionFactory connectionFactory) {
		RedisMessageListenerContainer container = new RedisMessageListenerContainer();
		container.setConnectionFactory(connectionFactory);
		container.setErrorHandler((error) -> this.alerts.raise(error.toString()));
		return container;
	}
	// end::container[]

	private record Alerts(Consumer<String> raised) {

		void raise(String alert) {
			this.raised.accept(alert);
		}

	}

}
