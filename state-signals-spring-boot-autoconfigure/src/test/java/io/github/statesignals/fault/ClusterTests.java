package io.github.statesignals.fault;

import java.util.List;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.redis.SignalChannels;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An exporter and two responders, each in a separate application, on Redis Cluster.
 */
@Tag("faults")
@Timeout(180)
class ClusterTests {

	private static final int SIGNALS = 200;

	private static final SignalChannels CHANNELS = SignalChannels.DEFAULT;

	private static RedisCluster cluster;

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@BeforeAll
	static void startCluster() {
		cluster = RedisCluster.start();
	}

	@AfterAll
	static void closeCluster() {
		cluster.close();
	}

	@Test
	void publishIsAnsweredByBothInOrder() {
		List<String> properties = cluster.properties();
		Recorder first = this.applications.start(Recorder.class, properties, "responder.name=first")
			.getBean(Recorder.class);
		Recorder second = this.applications.start(Recorder.class, properties, "responder.name=second")
			.getBean(Recorder.class);
		SignalExporter exporter = exporter(properties);
		assertThat(exporter.initializeAndWait(2, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		List<Integer> published = RedisChecks.publish(exporter, 2, SIGNALS);
		assertThat(first.samples()).isEqualTo(published);
		assertThat(second.samples()).isEqualTo(published);
	}

	@Test
	void eachApplicationReceivesEachMessageOnce() {
		this.applications.start(Recorder.class, cluster.properties());
		exporter(cluster.properties()).initialize(Recorder.EVENT);
		assertThat(cluster.subscribers(CHANNELS.signals())).isOne();
		assertThat(cluster.subscribers(CHANNELS.responses())).isOne();
	}

	@ParameterizedTest
	@ValueSource(strings = { "broadcast", "durable" })
	@ExtendWith(OutputCaptureExtension.class)
	void driverDoesNotWarnWhenAnApplicationIsClosed(String delivery, CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.start(Recorder.class, cluster.properties(),
				"channel=closed", "channels.closed.delivery=" + delivery);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		RedisChecks.publish(exporter, 1, 1);
		context.close();
		assertThat(output).doesNotContain("Connection is already closed");
	}

	@ParameterizedTest
	@EnumSource
	void publishIsAnsweredOnceANodeIsGoneThatHas(Role role) {
		RedisCluster own = this.applications.use(RedisCluster.start());
		this.applications.start(Recorder.class, own.properties());
		RedisProcess subscribed = own.subscribed(CHANNELS.signals()).get(0);
		SignalExporter exporter = exporter(own.properties());
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		own.kill(switch (role) {
			case SLOT_OF_SIGNALS -> own.ownerOf(CHANNELS.signals());
			case SLOT_OF_RESPONSES -> own.ownerOf(CHANNELS.responses());
			case SUBSCRIPTION_OF_RESPONDER -> subscribed;
		});
		own.awaitWhole();
		RedisChecks.awaitAnswered(exporter);
		assertThat(own.subscribers(CHANNELS.signals())).isOne();
	}

	private SignalExporter exporter(List<String> properties) {
		return this.applications.start(Exporting.class, properties, "responder.enabled=false")
			.getBean(SignalExporter.class);
	}

	enum Role {

		SLOT_OF_SIGNALS, SLOT_OF_RESPONSES, SUBSCRIPTION_OF_RESPONDER

	}

	static class Exporting {

	}

}
