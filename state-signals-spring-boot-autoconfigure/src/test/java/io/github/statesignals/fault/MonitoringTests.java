package io.github.statesignals.fault;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.actuate.SignalMeterBinder;
import io.github.statesignals.actuate.SignalsHealthIndicator;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Health and meters while Redis does not reply, or replies and delivers nothing.
 */
@Tag("faults")
@Timeout(120)
class MonitoringTests {

	private static final String CONNECTED = "state_signals_connected 1.0";

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@Test
	void healthIsDownWhileRedisRepliesAndTheSubscriptionIsLost() {
		RedisProcess server = this.applications
			.use(RedisProcess.builder().user("app", "on >secret ~* &* +@all").start());
		ConfigurableApplicationContext context = this.applications.start(Metered.class,
				Stream
					.concat(server.properties().stream(),
							Stream.of("spring.data.redis.username=app", "spring.data.redis.password=secret"))
					.toList());
		PrometheusMeterRegistry registry = bind(context);
		SignalsHealthIndicator health = context.getBean(SignalsHealthIndicator.class);
		assertThat(health.health().getStatus()).isEqualTo(Status.UP);
		assertThat(registry.scrape()).contains(CONNECTED);
		server.command("ACL", "SETUSER", "app", "resetchannels");
		await().atMost(RedisProcess.PATIENCE).until(() -> health.health().getStatus().equals(Status.DOWN));
		assertThat(health.health().getDetails()).containsEntry("subscription", "lost");
		assertThat(registry.scrape()).doesNotContain(CONNECTED);
		assertThat(context.getBean(RedisConnectionFactory.class).getConnection().ping()).isEqualTo("PONG");
		server.command("ACL", "SETUSER", "app", "allchannels");
		await().atMost(RedisProcess.PATIENCE).until(() -> health.health().getStatus().equals(Status.UP));
		assertThat(health.health().getDetails()).containsEntry("gaps", 1L);
		assertThat(registry.scrape()).contains(CONNECTED, "state_signals_gaps_total 1.0");
	}

	@Test
	void metersAreReadWhileRedisDoesNotReply() throws Exception {
		RedisProcess server = this.applications.use(RedisProcess.start());
		ConfigurableApplicationContext context = this.applications.start(Metered.class, server.properties(),
				"channel=orders", "channels.orders.delivery=durable", "responder.name=orders");
		PrometheusMeterRegistry registry = bind(context);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		exporter.initialize("start");
		server.freeze();
		try {
			for (int i = 0; i < 3; i++) {
				String scraped = CompletableFuture.supplyAsync(registry::scrape).get(10, TimeUnit.SECONDS);
				assertThat(scraped)
					.contains("state_signals_durable_age_seconds{channel=\"orders\",responder=\"orders\"} NaN");
			}
			await().atMost(RedisProcess.PATIENCE).until(() -> !registry.scrape().contains(CONNECTED));
		}
		finally {
			server.thaw();
		}
		// The interval of reading, and the time that a call may take, are ten seconds
		// each.
		await().atMost(RedisProcess.PATIENCE.multipliedBy(2))
			.untilAsserted(() -> assertThat(registry.scrape())
				.contains("state_signals_durable_age_seconds{channel=\"orders\",responder=\"orders\"} 0.0"));
	}

	private static PrometheusMeterRegistry bind(ConfigurableApplicationContext context) {
		PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
		context.getBean(SignalMeterBinder.class).bindTo(registry);
		return registry;
	}

	@Configuration(proxyBeanMethods = false)
	static class Metered {

		@Bean
		PrometheusMeterRegistry registry() {
			return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		}

	}

}
