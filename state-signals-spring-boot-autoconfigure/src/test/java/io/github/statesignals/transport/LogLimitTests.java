package io.github.statesignals.transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class LogLimitTests {

	private static final Logger logger = LoggerFactory.getLogger(LogLimitTests.class);

	@Test
	void occurrencesBeyondTheLimitAreNotLogged() {
		LogLimit limit = new LogLimit(2);
		assertThat(limit.count()).isEqualTo(1);
		assertThat(limit.count()).isEqualTo(2);
		assertThat(limit.count()).isZero();
	}

	@Test
	void theLastLineAnnouncesThatOthersAreNotLogged(CapturedOutput output) {
		LogLimit limit = new LogLimit(2);
		for (String name : new String[] { "first", "second", "third" }) {
			limit.warn(logger, "The {} line", name);
		}
		assertThat(output).contains("The first line")
			.containsSubsequence("The second line", "Further lines like the one before are not logged")
			.doesNotContain("The third line");
	}

}
