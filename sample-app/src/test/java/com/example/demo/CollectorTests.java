package com.example.demo;

import io.github.statesignals.SignalResult;
import io.github.statesignals.test.AutoConfigureSignals;
import io.github.statesignals.test.SignalScenario;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;

import static io.github.statesignals.test.SignalAssertions.assertThat;

/**
 * The test of a handler that docs/testing.md shows.
 */
@TestPropertySource(properties = "spring.config.location=classpath:getting-started/")
@SpringBootTest
@AutoConfigureSignals
class CollectorTests {

	@Test
	void startsARun(SignalScenario scenario) {
		SignalResult result = scenario.signal("benchmark-start").metadata("uuid", "5b1f").publish();
		assertThat(result).isSuccess().isActedOnBy("demo");
	}

	@Test
	void refusesARunWithoutUuid(SignalScenario scenario) {
		SignalResult result = scenario.signal("benchmark-start").tag("run-7").metadata("uuid", "").publish();
		assertThat(result).isRefusedBy("demo").isRefusedWith("run-7 has no uuid");
	}

}
