package io.github.statesignals.fault;

import java.util.List;

import io.github.statesignals.SignalExporter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signals go by way of the master that {@code spring.data.redis.sentinel.*} finds, also
 * when another one takes its place.
 */
@Tag("faults")
@Timeout(180)
class SentinelTests {

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	private RedisSentinels sentinels;

	private SignalExporter exporter;

	private Recorder recorder;

	@BeforeEach
	void start() {
		this.sentinels = this.applications.use(RedisSentinels.start());
		ConfigurableApplicationContext context = this.applications.start(Recorder.class, this.sentinels.properties());
		this.recorder = context.getBean(Recorder.class);
		this.exporter = context.getBean(SignalExporter.class);
		assertThat(this.exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
	}

	@Test
	void publishIsAnswered() {
		List<Integer> published = RedisChecks.publish(this.exporter, 1, 20);
		assertThat(this.recorder.samples()).isEqualTo(published);
		assertThat(this.sentinels.master().pubSubClients()).isGreaterThanOrEqualTo(1);
	}

	@Test
	void publishIsAnsweredAfterAFailover() {
		this.sentinels.failover();
		RedisChecks.awaitAnswered(this.exporter);
	}

	@Test
	void publishIsAnsweredOnceAnotherTookThePlaceOfAMasterThatIsGone() {
		RedisProcess old = this.sentinels.killMaster();
		this.sentinels.awaitMasterOtherThan(old.address());
		RedisChecks.awaitAnswered(this.exporter);
	}

}
