package com.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.util.TestSocketUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of "Getting started" in README.md prints the output that is shown there.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class GettingStartedTests {

	private static RedisServer redis;

	@BeforeAll
	static void startRedis() throws IOException {
		redis = new RedisServerBuilder().port(TestSocketUtils.findAvailableTcpPort())
			.bind("127.0.0.1")
			.setting("save \"\"")
			.build();
		redis.start();
	}

	@AfterAll
	static void stopRedis() throws IOException {
		redis.stop();
	}

	@Test
	void handlerActsAndFails(CapturedOutput output) {
		new SpringApplicationBuilder(DemoApplication.class).web(WebApplicationType.NONE)
			.run("--spring.config.location=classpath:getting-started/",
					"--spring.data.redis.port=" + redis.ports().get(0))
			.close();
		assertThat(output.getOut())
			.contains("Signals: responder 'demo' handles [benchmark-start] on the default channel; "
					+ "exporter 'demo' publishes [benchmark-start] on the default channel")
			.containsPattern("success true, acted \\[demo-[\\p{XDigit}-]+-resp], failed \\[], messages \\{}\\R")
			.containsPattern("success false, acted \\[], failed \\[demo-[\\p{XDigit}-]+-resp], "
					+ "messages \\{demo-[\\p{XDigit}-]+-resp=run-7 has no uuid}\\R");
	}

	@Test
	void readmeShowsItsConfiguration() throws IOException {
		String yaml = Files.readString(Path.of("src/test/resources/getting-started/application.yml"));
		assertThat(Files.readString(Path.of("..", "README.md"))).contains("```yaml\n" + yaml + "```");
	}

}
