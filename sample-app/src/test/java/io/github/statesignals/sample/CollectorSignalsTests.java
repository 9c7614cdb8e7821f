package io.github.statesignals.sample;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.SignalResult;
import io.github.statesignals.test.AutoConfigureSignals;
import io.github.statesignals.test.SignalScenario;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ActiveProfiles;

import static io.github.statesignals.test.SignalAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the collectors of a process without a conductor, which a test replaces.
 */
@SpringBootTest(properties = { "sample.interval=10ms", "spring.main.keep-alive=false" })
@ActiveProfiles("collector")
@AutoConfigureSignals
class CollectorSignalsTests {

	@Test
	void collectFromTheStartOfARunToItsEnd(SignalScenario scenario) {
		assertThat(publish(scenario, "benchmark-start", "5b1f")).isSuccess()
			.isActedOnBy("cpu", "memory", "gc")
			.hasMessage("cpu", "samples every 10 ms");
		SignalResult stopped = publish(scenario, "benchmark-stop", "5b1f");
		assertThat(stopped).isSuccess().isActedOnBy("cpu", "memory", "gc");
		assertThat(stopped.messages().values()).allSatisfy((message) -> assertThat(message).contains("samples"));
	}

	@Test
	void refuseToEndARunThatTheyHaveNotStarted(SignalScenario scenario) {
		publish(scenario, "benchmark-start", "5b1f");
		assertThat(publish(scenario, "benchmark-stop", "17")).isRefusedBy("cpu", "memory", "gc")
			.isRefusedWith("collected nothing for this run");
	}

	@Test
	void silentCollectorIsMissing(SignalScenario scenario, @Autowired MemoryCollector memory) {
		memory.setFault(Fault.SILENT);
		try {
			CompletableFuture<SignalResult> started = scenario.signal("benchmark-start")
				.metadata("uuid", "5b1f")
				.publishAsync();
			scenario.advance(Duration.ofSeconds(5));
			assertThat(started.join()).isActedOnBy("cpu", "gc").isMissing("memory");
		}
		finally {
			memory.setFault(Fault.NONE);
		}
	}

	private static SignalResult publish(SignalScenario scenario, String event, String uuid) {
		return scenario.signal(event).metadata("uuid", uuid).publish();
	}

}
