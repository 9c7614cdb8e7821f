package io.github.statesignals.actuate;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.management.JMException;
import javax.management.ObjectName;

import io.github.statesignals.OnSignal;
import io.github.statesignals.ResponderBacklog;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.TestRedis;
import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsEndpointAutoConfiguration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Operations on durable channels.
 */
@Timeout(60)
class DurableOperationsTests {

	private final String channel = "operated-" + UUID.randomUUID();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class,
				StateSignalsAutoConfiguration.class, StateSignalsEndpointAutoConfiguration.class))
		.withBean(Handlers.class)
		.withPropertyValues("spring.data.redis.url=" + TestRedis.uri(), "state-signals.channel=" + this.channel,
				"state-signals.channels." + this.channel + ".delivery=durable",
				"management.endpoints.web.exposure.include=signals", "management.endpoint.signals.access=UNRESTRICTED",
				"state-signals.exporter.legal-events=start", "state-signals.exporter.process-name=conductor",
				"state-signals.responder.name=cpu", "state-signals.exporter.await-subscribers=1");

	@Test
	void channelShowsRegisteredRespondersUntilTheyAreRemoved() {
		this.contextRunner.run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			this.contextRunner
				.withPropertyValues("state-signals.responder.name=gone", "state-signals.exporter.await-subscribers=2")
				.run((gone) -> assertThat(gone).hasNotFailed());
			assertThat(channel(web).registered()).containsExactly("cpu", "gone");
			SignalExporter exporter = context.getBean(SignalExporter.class);
			await().until(() -> exporter.getSubscribers().contains("gone"));
			exporter.signal("start").publishAsync();
			await().untilAsserted(() -> {
				Map<String, ResponderBacklog> backlog = channel(web).backlog();
				assertThat(backlog.get("cpu").age()).isZero();
				assertThat(backlog.get("gone").age()).isPositive();
			});
			assertThat(((SignalDetails.Exporter) web.find("exporters", "conductor", null).getBody()).subscriptions())
				.allMatch((subscription) -> subscription.answers().equals("durable"));
			assertThat(web.remove("channels", this.channel, "gone").getStatus()).isEqualTo(204);
			assertThat(channel(web).registered()).containsExactly("cpu");
			await().until(() -> exporter.getSubscribers().size() == 1);
			assertThat(web.remove("channels", this.channel, "gone").getStatus()).isEqualTo(404);
		});
	}

	@Test
	void deadLetterIsShownWithoutMetadataAndReplayed() {
		this.contextRunner.run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			putDeadLetter(context);
			assertThat(channel(web).deadLetters()).isEqualTo(1);
			assertThat((List<?>) web.list("channels", "default", "dead-letters", null).getBody()).singleElement()
				.isInstanceOfSatisfying(SignalDetails.Letter.class, (letter) -> {
					assertThat(letter.id()).isEqualTo("1-0.0");
					assertThat(letter.responder()).isEqualTo("cpu");
					assertThat(letter.reason()).isEqualTo("too deep");
					assertThat(letter.event()).isEqualTo("start");
					assertThat(letter.toString()).doesNotContain("s3cr3t");
				});
			assertThat(web.replay("channels", "default", "dead-letters", "1-0.0", "cpu").getStatus()).isEqualTo(204);
			Handlers handlers = context.getBean(Handlers.class);
			await().untilAsserted(
					() -> assertThat(handlers.received).extracting(Signal::publisherId).containsExactly("p"));
			assertThat(web.replay("channels", "default", "dead-letters", "1-0.0", "cpu").getStatus()).isEqualTo(404);
		});
	}

	@Test
	void subscriberIsNotEvictedAndResponderIsNotLocked() {
		this.contextRunner.run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			assertConflict(web.remove("exporters", "conductor", "cpu"));
			assertConflict(web.change("responders", "cpu", "lock", null, null, null, null, "run-7"));
			assertThat(context.getBean(SignalExporter.class).publish("start").isSuccess()).isTrue();
		});
	}

	@Test
	void deadLettersAndRespondersAreManagedOverJmx() {
		this.contextRunner
			.withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class, JmxAutoConfiguration.class,
					JmxEndpointAutoConfiguration.class))
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=signals")
			.run((context) -> {
				putDeadLetter(context);
				assertThat(invoke("deadLetters", this.channel, null)).asInstanceOf(InstanceOfAssertFactories.LIST)
					.singleElement(InstanceOfAssertFactories.MAP)
					.containsEntry("id", "1-0.0");
				invoke("replay", this.channel, "1-0.0", "cpu");
				Handlers handlers = context.getBean(Handlers.class);
				await().untilAsserted(
						() -> assertThat(handlers.received).extracting(Signal::publisherId).containsExactly("p"));
				this.contextRunner.withPropertyValues("state-signals.responder.name=gone")
					.run((gone) -> assertThat(gone).hasNotFailed());
				assertThat(channel(web(context)).registered()).containsExactly("cpu", "gone");
				invoke("removeResponder", this.channel, "gone");
				assertThat(channel(web(context)).registered()).containsExactly("cpu");
			});
	}

	private static Object invoke(String operation, Object... arguments) throws JMException {
		String[] signature = new String[arguments.length];
		Arrays.fill(signature, "java.lang.String");
		return ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("org.springframework.boot:type=Endpoint,name=Signals"), operation, arguments,
					signature);
	}

	private void putDeadLetter(ApplicationContext context) {
		context.getBean(StringRedisTemplate.class)
			.opsForHash()
			.put("event-signal:{" + this.channel + "}:dead-letters", "1-0.0 cpu",
					"1000 too deep\n{\"publisher_id\": \"p\", \"process_name\": \"conductor\", "
							+ "\"event\": \"start\", \"runner_host\": \"h\", \"sample_no\": 1, \"tag\": \"t\", "
							+ "\"metadata\": {\"uuid\": \"s3cr3t\"}}");
	}

	private static void assertConflict(WebEndpointResponse<?> response) {
		assertThat(response.getStatus()).isEqualTo(409);
		assertThat(response.getBody()).asString().contains("'cpu' can't be", "durable channel");
	}

	private SignalDetails.Channel channel(SignalsWebEndpointExtension web) {
		return (SignalDetails.Channel) web.find("channels", this.channel, null).getBody();
	}

	private static SignalsWebEndpointExtension web(ApplicationContext context) {
		return context.getBean(SignalsWebEndpointExtension.class);
	}

	/**
	 * A handler.
	 */
	static class Handlers {

		private final List<Signal> received = new CopyOnWriteArrayList<>();

		@OnSignal(event = "start")
		void start(Signal signal) {
			this.received.add(signal);
		}

	}

}
