package io.github.statesignals;

import java.time.Duration;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Named channels separate applications and environments.
 */
class ChannelTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void twoEnvironmentsOnOneRedisDoNotReachEachOther() {
		this.applications.start(Responding.class, "channel=test-env", "responder.name=t");
		this.applications.start(Responding.class, "channel=live-env", "responder.name=l");
		SignalExporter exporter = this.applications.start(Object.class, "channel=live-env")
			.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "where")).isTrue();
		SignalResult result = exporter.publish("where");
		assertThat(result.responses().keySet()).singleElement().asString().startsWith("l-");
	}

	@Test
	void oneApplicationUsesSeveralChannelsOverTheSameConnections() {
		try (RedisClient client = RedisClient.create(TestRedis.uri().toString());
				StatefulRedisConnection<String, String> redis = client.connect()) {
			long before = connections(redis);
			ConfigurableApplicationContext context = this.applications.start(OnTwoChannels.class);
			SignalExporterFactory factory = context.getBean(SignalExporterFactory.class);
			SignalExporter east = factory.create("conductor", "east");
			SignalExporter west = factory.create("conductor", "west");
			SignalExporter late = factory.create("conductor", "opened-later");
			context.getBean(SignalResponderFactory.class)
				.get("late", "opened-later")
				.on("where", (signal) -> Acknowledgement.success("later"));
			assertThat(east.initializeAndWait(1, TIMEOUT, "where")).isTrue();
			assertThat(west.initializeAndWait(1, TIMEOUT, "where")).isTrue();
			assertThat(late.initializeAndWait(1, TIMEOUT, "where")).isTrue();
			assertThat(east.publish("where").messages().values()).containsExactly("east");
			assertThat(west.publish("where").messages().values()).containsExactly("west");
			assertThat(late.publish("where").messages().values()).containsExactly("later");
			assertThat(connections(redis) - before).isEqualTo(2);
			assertThat(redis.sync().pubsubNumsub("event-signal-pubsub:east", "event-signal-response:east"))
				.containsValues(1L, 1L);
		}
	}

	@Test
	void refusesNull() {
		ConfigurableApplicationContext context = this.applications.start(Object.class);
		String channel = null;
		Class<?> gateway = null;
		assertThatIllegalArgumentException()
			.isThrownBy(() -> context.getBean(SignalExporterFactory.class).create("further", channel))
			.withMessageStartingWith("'channel' must not be null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> context.getBean(SignalResponderFactory.class).get("further", channel))
			.withMessageStartingWith("'channel' must not be null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> context.getBean(SignalGatewayFactory.class).create(gateway))
			.withMessage("'gatewayInterface' must not be null");
	}

	@Test
	void aFurtherExporterBeanDoesNotReplaceTheAutoConfiguredOne() {
		this.applications.start(OnTwoChannels.class);
		ConfigurableApplicationContext context = this.applications.start(WithFurtherExporter.class,
				"exporter.process-name=own", "channel=west");
		SignalExporter own = context.getBean(SignalExporter.class);
		SignalExporter further = context.getBean("eastExporter", SignalExporter.class);
		assertThat(own.getPublisherId()).startsWith("own-");
		assertThat(further.getPublisherId()).startsWith("further-");
		assertThat(context.getBean(Publishing.class).exporter).isSameAs(own);
		assertThat(own.initializeAndWait(1, TIMEOUT, "where")).isTrue();
		assertThat(further.initializeAndWait(1, TIMEOUT, "where")).isTrue();
		assertThat(own.publish("where").messages().values()).containsExactly("west");
		assertThat(further.publish("where").messages().values()).containsExactly("east");
	}

	@Test
	void aChannelsNameIsChecked() {
		SignalExporterFactory factory = this.applications.start(Object.class).getBean(SignalExporterFactory.class);
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create("conductor", "no spaces"))
			.withMessageContaining("'no spaces'")
			.withMessageContaining("letters, digits");
	}

	private static long connections(StatefulRedisConnection<String, String> redis) {
		return redis.sync().clientList().lines().count();
	}

	static class Responding {

		@OnSignal(event = "where")
		void where() {
		}

	}

	static class OnTwoChannels {

		@OnSignal(event = "where", channel = "east")
		Acknowledgement east() {
			return Acknowledgement.success("east");
		}

		@OnSignal(event = "where", channel = "west")
		Acknowledgement west() {
			return Acknowledgement.success("west");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Publishing.class)
	static class WithFurtherExporter {

		@Bean(defaultCandidate = false)
		SignalExporter eastExporter(SignalExporterFactory exporters) {
			return exporters.create("further", "east");
		}

	}

	static class Publishing {

		private final SignalExporter exporter;

		Publishing(SignalExporter exporter) {
			this.exporter = exporter;
		}

	}

}
