package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.ResultCode;
import io.github.statesignals.sample.RunReport.AnswerReport;
import io.github.statesignals.sample.RunReport.SignalReport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReportPrinter}.
 */
class ReportPrinterTests {

	private static final String CPU = "cpu-0b4e38ef-5a3c-4d2e-9c15-1c0a7d1b3f6e-resp";

	private static final String GC = "gc-77aa1c02-5a3c-4d2e-9c15-1c0a7d1b3f6e-resp";

	@Test
	void namesMissingResponders() {
		RunReport report = new RunReport("run-3", "42", "benchmark-1", Instant.EPOCH, 7, false,
				List.of(new SignalReport("benchmark-start", ResultCode.ALL_SUBS_SUCCESS, true, 2.14,
						List.of(new AnswerReport(CPU, 1, 1.5, null), new AnswerReport(GC, 1, 2.14, "ready")), Set.of()),
						new SignalReport("benchmark-stop", ResultCode.MISSING_RESPONSE, false, 5000.0,
								List.of(new AnswerReport(CPU, 1, 1.2, "samples=31 cores-mean=0.98")), Set.of(GC))),
				Map.of(CPU, Map.of("samples", new BigDecimal("31"))), Map.of());
		assertThat(ReportPrinter.print(report)).isEqualToNormalizingNewlines("""
				run-3 (uuid 42): 7 rounds of the workload, NOT collected by all

				  EVENT            RESPONDER          RAS  LATENCY  MESSAGE
				  benchmark-start  cpu-0b4e38ef-resp  1    1.5 ms
				  benchmark-start  gc-77aa1c02-resp   1    2.1 ms   ready
				  benchmark-stop   cpu-0b4e38ef-resp  1    1.2 ms   samples=31 cores-mean=0.98

				  EVENT            RESULT            AFTER      MISSING
				  benchmark-start  ALL_SUBS_SUCCESS  2.1 ms     none
				  benchmark-stop   MISSING_RESPONSE  5000.0 ms  gc-77aa1c02-resp

				  COLLECTOR          FIGURES
				  cpu-0b4e38ef-resp  samples 31
				  gc-77aa1c02-resp   none: it did not answer""");
	}

	@Test
	void namesASignalOnWhichNoResponderActed() {
		RunReport report = new RunReport("run-3", "42", "benchmark-1", Instant.EPOCH, 7, false, List
			.of(new SignalReport("benchmark-start", ResultCode.ALL_SUBS_SUCCESS, false, 0.2, List.of(), Set.of())),
				Map.of(), Map.of());
		assertThat(ReportPrinter.print(report)).contains("benchmark-start  NO RESPONDER ACTED  0.2 ms  none");
	}

}
