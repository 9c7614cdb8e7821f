package io.github.statesignals.sample;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.sample.CollectorProcess.Action;
import io.github.statesignals.sample.CollectorProcess.ProcessState;
import io.github.statesignals.sample.CollectorProcess.ProcessView;
import io.github.statesignals.sample.RunReport.SignalReport;
import io.github.statesignals.sample.SampleProperties.CollectorName;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CollectorProcesses} with real processes.
 */
@Timeout(120)
class CollectorProcessesTests {

	@Test
	void areStartedKilledAndStartedAgainAndEndWithTheApplication() {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0", "--sample.workload=100ms", "--sample.interval=10ms");
		ProcessHandle further;
		try {
			CollectorProcesses processes = context.getBean(CollectorProcesses.class);
			Conductor conductor = context.getBean(Conductor.class);
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(processes.add()).isEqualTo(2);
			await().until(() -> exporter.getSubscribers().size() == 6);
			assertThat(conductor.run(6).success()).isTrue();

			processes.setFault(2, CollectorName.GC, Fault.FAIL);
			await().untilAsserted(() -> assertThat(conductor.run(6).signals()).allSatisfy(
					(signal) -> assertThat(signal.answers()).filteredOn((answer) -> answer.ras() == 0).hasSize(1)));

			ProcessHandle killed = handle(processes);
			processes.apply(2, Action.KILL);
			await().until(() -> !killed.isAlive());
			assertThatExceptionOfType(RefusedException.class)
				.isThrownBy(() -> processes.setFault(2, CollectorName.GC, Fault.NONE))
				.withMessage("Process 2 is killed.");
			RunReport report = conductor.run(3);
			assertThat(report.success()).isFalse();
			assertThat(report.signals()).first()
				.extracting(SignalReport::missing)
				.satisfies((missing) -> assertThat(missing).hasSize(3));

			processes.apply(2, Action.START);
			await().until(() -> exporter.getSubscribers().size() == 6);
			assertThat(conductor.run(6).success()).isTrue();
			further = handle(processes);
			assertThat(further.isAlive()).isTrue();
		}
		finally {
			context.close();
		}
		await().until(() -> !further.isAlive());
	}

	@Test
	void areBoundedInNumber() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0", "--sample.workload=100ms", "--sample.interval=10ms")) {
			CollectorProcesses processes = context.getBean(CollectorProcesses.class);
			for (int i = 0; i < CollectorProcesses.MOST; i++) {
				processes.add();
			}
			assertThatExceptionOfType(RefusedException.class).isThrownBy(processes::add)
				.withMessage("There are 3 processes already; remove one first.");
			processes.apply(3, Action.KILL);
			await().until(() -> processes.processes().get(1).state() == ProcessState.KILLED);
			processes.apply(3, Action.REMOVE);
			assertThat(processes.processes()).extracting(ProcessView::number).containsExactly(2, 4);
			assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> processes.apply(2, Action.START));
		}
	}

	private static ProcessHandle handle(CollectorProcesses processes) {
		List<ProcessView> running = processes.processes();
		assertThat(running).hasSize(1);
		Optional<ProcessHandle> handle = ProcessHandle.of(running.get(0).pid());
		assertThat(handle).isPresent();
		return handle.orElseThrow();
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(60));
	}

}
