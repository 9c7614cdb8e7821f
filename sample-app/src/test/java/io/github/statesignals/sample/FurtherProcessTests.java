package io.github.statesignals.sample;

import io.github.statesignals.sample.RunReport.AnswerReport;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a further process with collectors alone, on the conductor's Redis.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "sample.workload=100ms", "sample.interval=10ms" })
@DirtiesContext
class FurtherProcessTests {

	@Autowired
	private EmbeddedRedis redis;

	private final RunClient client;

	FurtherProcessTests(@LocalServerPort int port) {
		this.client = new RunClient(port);
	}

	@Test
	void takesPartInARun() {
		assertThat(this.client.run().figures()).hasSize(3);
		try (ConfigurableApplicationContext further = startCollectors()) {
			assertThat(further.getBeansOfType(Collector.class)).hasSize(3);
			assertThat(further.getBeansOfType(Conductor.class)).isEmpty();
			assertThat(further.getBeansOfType(EmbeddedRedis.class)).isEmpty();
			RunReport report = this.client.run(6);
			assertThat(report.success()).isTrue();
			assertThat(report.figures()).hasSize(6);
			assertThat(report.signals()).allSatisfy((signal) -> assertThat(signal.answers()).hasSize(6)
				.extracting(AnswerReport::responder)
				.doesNotHaveDuplicates());
		}
	}

	private ConfigurableApplicationContext startCollectors() {
		return new SpringApplicationBuilder(SampleApplication.class).profiles("collector")
			.run("--spring.data.redis.host=" + EmbeddedRedis.HOST, "--spring.data.redis.port=" + this.redis.getPort(),
					"--sample.interval=10ms");
	}

}
