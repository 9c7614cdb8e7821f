package io.github.statesignals.sample.snippets;

import com.example.Pages;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.test.AutoConfigureSignals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The warning in docs/publishing.md is logged.
 */
@SpringBootTest(properties = { "spring.config.location=optional:classpath:none/",
		"state-signals.exporter.process-name=conductor", "state-signals.exporter.legal-events=strat" })
@AutoConfigureSignals
@ExtendWith(OutputCaptureExtension.class)
class WarningTests {

	@Test
	void noResponderHasAHandler(@Autowired SignalExporter exporter, @Autowired SignalResponder responder,
			CapturedOutput output) {
		responder.on("start", (signal) -> Acknowledgement.success());
		responder.on("stop", (signal) -> Acknowledgement.success());
		assertThat(exporter.publish("strat").isSuccess()).isFalse();
		assertThat(Pages.code("docs/publishing.md", "text")).hasSize(1)
			.allSatisfy((warning) -> assertThat(output.getOut()).containsPattern(Pages.pattern(warning.strip())));
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

	}

}
