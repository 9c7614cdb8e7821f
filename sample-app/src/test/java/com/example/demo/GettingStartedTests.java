package com.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.example.OwnRedis;
import com.example.Pages;
import com.example.collector.CollectorApplication;
import com.example.conductor.ConductorApplication;
import com.example.mistake.MistakenApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The code of "Getting started" in README.md, and of docs/getting-started.md, prints the
 * output that they show.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class GettingStartedTests {

	private static final String PAGE = "docs/getting-started.md";

	@RegisterExtension
	private static final OwnRedis redis = new OwnRedis();

	@Test
	void readmeShowsTheOutput(CapturedOutput output) {
		run(DemoApplication.class, "classpath:getting-started/").close();
		assertContains(output, "README.md");
	}

	@Test
	void readmeShowsItsConfiguration() throws IOException {
		String yaml = Files.readString(Path.of("src/test/resources/getting-started/application.yml"));
		assertThat(Pages.code("README.md", "yaml")).containsExactly(yaml);
	}

	@Test
	void pageShowsTheOutput(CapturedOutput output, @TempDir Path folder) throws IOException {
		List<String> yaml = Pages.code(PAGE, "yaml");
		assertThat(yaml).hasSize(2);
		try (ConfigurableApplicationContext collector = run(CollectorApplication.class,
				configuration(folder.resolve("collector"), yaml.get(0)))) {
			run(ConductorApplication.class, configuration(folder.resolve("conductor"), yaml.get(1))).close();
			assertThatThrownBy(() -> run(MistakenApplication.class, "optional:classpath:none/"))
				.hasStackTraceContaining("mistake");
			assertThat(collector.isRunning()).isTrue();
		}
		assertContains(output, PAGE);
	}

	private static String configuration(Path folder, String yaml) throws IOException {
		Files.writeString(Files.createDirectory(folder).resolve("application.yml"), yaml);
		return folder.toUri().toString();
	}

	private static ConfigurableApplicationContext run(Class<?> application, String configuration) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.run("--spring.config.location=" + configuration, "--spring.data.redis.port=" + redis.port());
	}

	private static void assertContains(CapturedOutput output, String page) {
		assertThat(Pages.code(page, "text").stream().filter((text) -> !text.contains("──")).flatMap(String::lines))
			.isNotEmpty()
			.allSatisfy((line) -> assertThat(output.getOut()).containsPattern(Pages.pattern(line)));
	}

}
