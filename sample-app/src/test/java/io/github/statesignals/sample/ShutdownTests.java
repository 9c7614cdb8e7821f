package io.github.statesignals.sample;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a conductor that is stopped while it conducts.
 */
@Timeout(60)
class ShutdownTests {

	@Test
	void requestThatIsBeingServedGetsItsAnswers() throws Exception {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0", "--sample.workload=1s", "--sample.interval=10ms");
		try {
			CountDownLatch started = new CountDownLatch(1);
			context.getBean(SignalResponderFactory.class).get("witness").on("benchmark-start", (signal) -> {
				started.countDown();
				return Acknowledgement.success();
			});
			SignalExporter exporter = context.getBean(SignalExporter.class);
			while (exporter.getSubscribers().size() < 4) {
				Thread.onSpinWait();
			}
			Conductor conductor = context.getBean(Conductor.class);
			RunClient client = new RunClient(((WebServerApplicationContext) context).getWebServer().getPort());
			CompletableFuture.runAsync(client::run);
			assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
			context.close();
			// Not the response: a graceful shutdown waits for the servlet alone. Tomcat
			// writes the response later, and may have closed the connection before.
			RunReport report = conductor.latest().orElseThrow();
			assertThat(report.success()).isTrue();
			assertThat(report.signals()).hasSize(2)
				.allSatisfy(
						(signal) -> assertThat(signal.answers()).hasSize(4).allMatch((answer) -> answer.ras() == 1));
		}
		finally {
			context.close();
		}
	}

}
