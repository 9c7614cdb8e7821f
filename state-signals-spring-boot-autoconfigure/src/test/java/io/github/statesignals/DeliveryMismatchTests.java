package io.github.statesignals;

import java.time.Duration;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A channel that is durable for one application and not for another.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeliveryMismatchTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final String channel = "mismatch-" + UUID.randomUUID();

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void aResponderForWhichTheChannelIsNotDurableIsNamed(CapturedOutput output) {
		SignalExporter exporter = this.applications
			.start(Publishing.class, "channel=" + this.channel, "channels." + this.channel + ".delivery=durable",
					"responder.enabled=false")
			.getBean(SignalExporter.class);
		exporter.initialize("work");
		this.applications.start(Working.class, "channel=" + this.channel, "responder.name=worker");
		await().atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(output)
				.containsPattern("'worker-[-0-9a-f]+-resp' receives no signals of '" + exporter.getPublisherId()
						+ "': the channel '" + this.channel + "' is durable here, and not there. "
						+ "Set state-signals.channels." + this.channel + ".delivery alike in all applications"));
		assertThat(exporter.publish("work").isSuccess()).isFalse();
	}

	static class Publishing {

	}

	static class Working {

		@OnSignal(event = "work")
		void work() {
		}

	}

}
