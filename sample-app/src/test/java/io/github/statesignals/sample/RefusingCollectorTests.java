package io.github.statesignals.sample;

import io.github.statesignals.ResultCode;
import io.github.statesignals.sample.RunReport.AnswerReport;
import io.github.statesignals.sample.RunReport.SignalReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a conductor one of whose collectors refuses.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, args = "--fail=memory",
		properties = { "sample.workload=100ms", "sample.interval=10ms" })
@ExtendWith(OutputCaptureExtension.class)
class RefusingCollectorTests {

	private final RunClient client;

	RefusingCollectorTests(@LocalServerPort int port) {
		this.client = new RunClient(port);
	}

	@Test
	void printsTheRefusal(CapturedOutput output) {
		assertThat(output).contains("NOT collected by all")
			.containsPattern(
					"benchmark-start +memory-\\p{XDigit}{8}-resp +0 +[\\d.]+ ms +will not collect: started with --fail=memory")
			.containsPattern("benchmark-start +SUB_FAILED")
			.containsPattern("memory-\\p{XDigit}{8}-resp +none: ");
	}

	@Test
	void reportsTheRefusalWithItsReason() {
		RunReport report = this.client.run();
		assertThat(report.success()).isFalse();
		SignalReport start = report.signals().get(0);
		assertThat(start.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(start.missing()).isEmpty();
		assertThat(start.answers()).hasSize(3);
		assertThat(start.answers()).filteredOn((answer) -> answer.ras() != 1).singleElement().satisfies((answer) -> {
			assertThat(answer.responder()).startsWith("memory-");
			assertThat(answer.message()).isEqualTo("will not collect: started with --fail=memory");
		});
	}

	@Test
	void deliversTheFiguresOfTheOthers() {
		RunReport report = this.client.run();
		assertThat(report.figures()).hasSize(2);
		assertThat(RunClient.of("cpu", report.figures())).containsKey("cpu-seconds");
		assertThat(RunClient.of("gc", report.figures())).containsKey("collections");
		SignalReport stop = report.signals().get(1);
		assertThat(stop.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(stop.answers()).filteredOn((answer) -> answer.responder().startsWith("memory-"))
			.extracting(AnswerReport::ras)
			.containsExactly(0);
	}

}
