package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.statesignals.SubscriberLeftEvent.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Application events of a publisher for responders that subscribe and leave.
 */
class SubscriberEventsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final String channel = "channel=subscribers-" + UUID.randomUUID();

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void notifiesOfLateAndStoppedResponders() {
		ConfigurableApplicationContext publishing = this.applications.start(Publishing.class, this.channel,
				"exporter.legal-events=start", "responder.enabled=false");
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		List<Object> events = publishing.getBean(Publishing.class).events;
		assertThat(exporter.publish("start").awaited()).isZero();
		ConfigurableApplicationContext late = this.applications.start(Responding.class, this.channel,
				"responder.name=late");
		String responderId = late.getBean(SignalResponder.class).getResponderId();
		await().atMost(TIMEOUT)
			.until(() -> events.contains(new SubscriberJoinedEvent(exporter.getPublisherId(), responderId)));
		assertThat(exporter.publish("start").responses()).containsOnlyKeys(responderId);
		late.close();
		SubscriberLeftEvent left = new SubscriberLeftEvent(exporter.getPublisherId(), responderId, Reason.SAID_BYE);
		await().atMost(TIMEOUT).until(() -> events.contains(left));
		assertThat(exporter.getSubscribers()).isEmpty();
		assertThat(events).containsExactly(new SubscriberJoinedEvent(exporter.getPublisherId(), responderId), left);
	}

	@Test
	void withoutExtensionsNoResponderIsAskedOrLeaves() {
		ConfigurableApplicationContext publishing = this.applications.start(Publishing.class, this.channel,
				"exporter.legal-events=start", "responder.enabled=false", "protocol.extensions=off");
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		ConfigurableApplicationContext late = this.applications.start(Responding.class, this.channel,
				"responder.name=late");
		// By now it has sent hello, and no exporter has asked it.
		assertThat(exporter.publish("start").awaited()).isZero();
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "start")).isTrue();
		late.close();
		SignalResult result = exporter.signal("start").timeout(Duration.ofMillis(300)).publish();
		assertThat(result.missing()).hasSize(1);
		assertThat(result.left()).isEmpty();
	}

	static class Publishing {

		private final List<Object> events = new CopyOnWriteArrayList<>();

		@EventListener
		void onJoined(SubscriberJoinedEvent event) {
			this.events.add(event);
		}

		@EventListener
		void onLeft(SubscriberLeftEvent event) {
			this.events.add(event);
		}

	}

	static class Responding {

		@OnSignal(event = "start")
		void start() {
		}

	}

}
