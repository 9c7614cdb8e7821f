package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications with the starter, each with connections of its own, over a real Redis.
 */
class EndToEndTests {

	private final List<ConfigurableApplicationContext> applications = new CopyOnWriteArrayList<>();

	@AfterEach
	void close() {
		this.applications.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void publisherLearnsWhoActed() {
		start(Collector.class, "responder.name=cpu");
		start(Collector.class, "responder.name=memory");
		SignalExporter exporter = start(Conductor.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, Duration.ofSeconds(10), "benchmark-start", "boom")).isTrue();
		SignalResult result = exporter.signal("benchmark-start").tag("run-7").metadata("uuid", "u1").publish();
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses()).hasSize(2);
		assertThat(result.messages().values()).containsExactly("sampling u1 of run-7", "sampling u1 of run-7");
		SignalResult failed = exporter.publish("boom");
		assertThat(failed.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(failed.messages().values()).containsOnly("out of disk");
	}

	private ConfigurableApplicationContext start(Class<?> application, String... properties) {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off", "spring.application.name", "test"));
		for (String property : properties) {
			builder.properties("state-signals." + property);
		}
		ConfigurableApplicationContext context = builder.run();
		this.applications.add(context);
		return context;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(TestRedisConfiguration.class)
	static class Conductor {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(TestRedisConfiguration.class)
	static class Collector {

		@OnSignal(event = "benchmark-start")
		Acknowledgement start(Signal signal, String uuid) {
			return Acknowledgement.success("sampling " + uuid + " of " + signal.tag());
		}

		@OnSignal(event = "boom")
		void boom() {
			throw new IllegalStateException("out of disk");
		}

	}

}
