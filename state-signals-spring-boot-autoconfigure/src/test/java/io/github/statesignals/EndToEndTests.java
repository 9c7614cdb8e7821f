package io.github.statesignals;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications with the starter, each with separate connections, over a real Redis.
 */
class EndToEndTests {

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void publisherReceivesTheRespondersThatActed() {
		this.applications.start(Collector.class, "responder.name=cpu");
		this.applications.start(Collector.class, "responder.name=memory");
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(2, Duration.ofSeconds(10), "benchmark-start", "boom")).isTrue();
		SignalResult result = exporter.signal("benchmark-start").tag("run-7").metadata("uuid", "u1").publish();
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses()).hasSize(2);
		assertThat(result.messages().values()).containsExactly("sampling u1 of run-7", "sampling u1 of run-7");
		SignalResult failed = exporter.publish("boom");
		assertThat(failed.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(failed.messages().values()).containsOnly("out of disk");
	}

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
