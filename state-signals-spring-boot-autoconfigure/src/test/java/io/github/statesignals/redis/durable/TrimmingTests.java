package io.github.statesignals.redis.durable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TrimmingTests {

	@RegisterExtension
	private final StreamTransports transports = new StreamTransports();

	@Test
	void failureThatRepeatsItselfIsLoggedOnce(CapturedOutput output) {
		this.transports.responder("r");
		StreamChannel channel = this.transports.exporter().transport.channel(this.transports.channel);
		trim(channel);
		this.transports.refuse("xtrim");
		for (int i = 0; i < 3; i++) {
			this.transports.redis.del(this.transports.key("trimmed"));
			trim(channel);
			// It is not due.
			trim(channel);
		}
		assertThat(output.getOut().lines().filter((line) -> line.contains("is not trimmed"))).hasSize(1);
	}

	// Waits for a reply that comes later.
	private static void trim(StreamChannel channel) {
		channel.trim();
		channel.store().responders().join();
	}

}
