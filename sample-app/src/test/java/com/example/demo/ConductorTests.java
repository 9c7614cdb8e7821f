package com.example.demo;

import java.time.Duration;

import io.github.statesignals.test.AutoConfigureSignals;
import io.github.statesignals.test.PublishedSignalAssert;
import io.github.statesignals.test.SignalScenario;
import io.github.statesignals.test.TestResponder;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The test of a publisher that docs/testing.md shows.
 */
@TestPropertySource(properties = "spring.config.location=classpath:getting-started/")
@SpringBootTest
@AutoConfigureSignals
class ConductorTests {

	@Autowired
	private Conductor conductor;

	@Test
	void awaitsAllResponders(SignalScenario scenario) {
		TestResponder cpu = scenario.responder("cpu");
		scenario.responder("memory").refuses("disk full");
		scenario.stimulate(() -> this.conductor.run(new DefaultApplicationArguments()))
			.andWaitForSignal("benchmark-start")
			.hasTag("run-7")
			.hasMetadata("uuid", "5b1f")
			.result()
			.isNotSuccess()
			.isActedOnBy("demo", "cpu")
			.isRefusedBy("memory")
			.isRefusedWith("disk full");
		assertThat(cpu.received()).isNotEmpty();
	}

	@Test
	void awaitsASilentResponderForTwentySeconds(SignalScenario scenario) {
		scenario.responder("cpu").isSilent();
		PublishedSignalAssert signal = scenario.stimulate(() -> this.conductor.run(new DefaultApplicationArguments()))
			.andWaitForSignal("benchmark-start");
		scenario.advance(Duration.ofSeconds(20));
		signal.result().isActedOnBy("demo").isMissing("cpu");
	}

}
