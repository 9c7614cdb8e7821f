package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.ResultCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the conductor with its own collectors.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "sample.workload=300ms", "sample.interval=10ms" })
@ExtendWith(OutputCaptureExtension.class)
class ConductorTests {

	private final RunClient client;

	@Autowired
	private GatedWorkload workload;

	ConductorTests(@LocalServerPort int port) {
		this.client = new RunClient(port);
	}

	@Test
	void printsTheReportOfARunWhenItHasStarted(CapturedOutput output) {
		assertThat(output).contains("embedded")
			.containsPattern("run-1 \\(uuid .*\\): \\d+ rounds of the workload, collected by all")
			.containsPattern("benchmark-start +memory-\\p{XDigit}{8}-resp +1 +[\\d.]+ ms +samples every 10 ms")
			.containsPattern("benchmark-stop +ALL_SUBS_SUCCESS +[\\d.]+ ms +none")
			.containsPattern("curl -X POST \"http://127.0.0.1:\\d+/api/runs\"")
			.containsPattern("curl -X POST \"http://127.0.0.1:\\d+/api/runs\\?collectors=6\"")
			.containsPattern("cpu-\\p{XDigit}{8}-resp +pid \\d+, samples \\d+, cpu-seconds ")
			.containsPattern("--spring.profiles.active=collector .*--spring.data.redis.port=\\d+");
	}

	@Test
	void reportsThatEveryCollectorActedOnBothSignals() {
		RunReport report = this.client.run();
		assertThat(report.success()).isTrue();
		assertThat(report.rounds()).isPositive();
		assertThat(report.publisher()).startsWith("benchmark-");
		assertThat(report.signals()).extracting(RunReport.SignalReport::event)
			.containsExactly("benchmark-start", "benchmark-stop");
		assertThat(report.signals()).allSatisfy((signal) -> {
			assertThat(signal.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(signal.missing()).isEmpty();
			assertThat(signal.answers()).hasSize(3).allSatisfy((answer) -> {
				assertThat(answer.ras()).isOne();
				assertThat(answer.latencyMillis()).isPositive();
			});
		});
	}

	@Test
	void storesTheLatestReport() {
		assertThat(this.client.run()).isEqualTo(this.client.latest());
	}

	@Test
	void reportsTheFiguresOfThisJvm() {
		Map<String, Map<String, BigDecimal>> figures = this.client.run().figures();
		assertThat(figures).hasSize(3)
			.allSatisfy((responder, values) -> assertThat(values)
				.containsEntry("pid", BigDecimal.valueOf(ProcessHandle.current().pid()))
				.hasEntrySatisfying("samples", (samples) -> assertThat(samples).isPositive()));
		assertThat(RunClient.of("cpu", figures))
			.hasEntrySatisfying("cpu-seconds", (seconds) -> assertThat(seconds).isPositive())
			.hasEntrySatisfying("cores-mean", (cores) -> assertThat(cores).isPositive());
		Map<String, BigDecimal> heap = RunClient.of("memory", figures);
		assertThat(heap.get("heap-min-mib")).isPositive().isLessThanOrEqualTo(heap.get("heap-mean-mib"));
		assertThat(heap.get("heap-mean-mib")).isLessThanOrEqualTo(heap.get("heap-max-mib"));
		assertThat(heap.get("heap-max-mib"))
			.isLessThanOrEqualTo(BigDecimal.valueOf(Runtime.getRuntime().maxMemory() >> 20));
		assertThat(RunClient.of("gc", figures).get("collections")).isNotNegative();
	}

	@Test
	void refusesASecondRunAtTheSameTime() throws Exception {
		CountDownLatch gate = this.workload.close();
		CompletableFuture<RunReport> first = CompletableFuture.supplyAsync(this.client::run);
		try {
			assertThat(this.workload.entered.await(30, TimeUnit.SECONDS)).isTrue();
			ProblemDetail problem = this.client.refusedRun(HttpStatus.CONFLICT);
			assertThat(problem.getDetail()).contains("A run is in progress");
		}
		finally {
			gate.countDown();
		}
		assertThat(first.get(30, TimeUnit.SECONDS).success()).isTrue();
		assertThat(this.client.run().success()).isTrue();
	}

	@Test
	void refusesToWaitForANegativeNumberOfCollectors() {
		this.client.refusedRun(HttpStatus.BAD_REQUEST, -1);
	}

	@TestConfiguration
	static class GatedWorkloadConfiguration {

		@Bean
		@Primary
		GatedWorkload gatedWorkload(JsonMapper mapper) {
			return new GatedWorkload(mapper);
		}

	}

	/**
	 * A workload that can be paused.
	 */
	static class GatedWorkload extends Workload {

		private volatile CountDownLatch entered = new CountDownLatch(1);

		private volatile CountDownLatch gate = new CountDownLatch(0);

		GatedWorkload(JsonMapper mapper) {
			super(mapper);
		}

		CountDownLatch close() {
			this.entered = new CountDownLatch(1);
			this.gate = new CountDownLatch(1);
			return this.gate;
		}

		@Override
		long run(Duration duration) {
			this.entered.countDown();
			try {
				assertThat(this.gate.await(30, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return super.run(duration);
		}

	}

}
