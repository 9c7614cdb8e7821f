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
 * Tests for {@link RunExport}.
 */
class RunExportTests {

	@Test
	void hasALineForEachFact() {
		RunReport report = new RunReport("run-3", "42", "benchmark-1", Instant.EPOCH, 7, false,
				List.of(new SignalReport("benchmark-stop", ResultCode.MISSING_RESPONSE, false, 5000.0,
						List.of(new AnswerReport("cpu", 1, 1.5, "=1+1"),
								new AnswerReport("python", 0, 2.5, "no, \"never\"\nagain")),
						Set.of("gc"))),
				Map.of("cpu", Map.of("samples", new BigDecimal("2"))),
				Map.of("cpu", new Curve("cores", 100, List.of(new BigDecimal("0.50"), new BigDecimal("1.00")))));
		assertThat(RunExport.csv(report)).isEqualTo("""
				run,kind,event,responder,name,millis,value,message
				run-3,answer,benchmark-stop,cpu,ras,1.5,1,"'=1+1"
				run-3,answer,benchmark-stop,python,ras,2.5,0,"no, ""never""
				again"
				run-3,missing,benchmark-stop,gc,,,,
				run-3,figure,,cpu,samples,,2,
				run-3,sample,,cpu,cores,0,0.50,
				run-3,sample,,cpu,cores,100,1.00,
				""".replace("\n", "\r\n").replace("\"\"\r\n", "\"\"\n"));
	}

}
