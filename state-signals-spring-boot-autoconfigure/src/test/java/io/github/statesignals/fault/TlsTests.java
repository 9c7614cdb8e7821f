package io.github.statesignals.fault;

import java.security.cert.CertificateException;
import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.transport.SignalTransportException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Signals go through TLS where {@code spring.data.redis.ssl.bundle} selects it, and to a
 * server that is trusted only.
 */
@Tag("faults")
@Timeout(120)
class TlsTests {

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	private Certificates certificates;

	private RedisProcess server;

	@BeforeEach
	void startServer() {
		this.certificates = this.applications.use(Certificates.create());
		this.server = this.applications.use(RedisProcess.builder().tls(this.certificates).start());
	}

	@Test
	void publishIsAnsweredOverTls() {
		ConfigurableApplicationContext context = this.applications.start(Recorder.class, over(this.certificates));
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		assertThat(exporter.signal(Recorder.EVENT).timeout(RedisProcess.PATIENCE).publish().responses()).hasSize(1);
		assertThat(this.server.command("CLIENT", "LIST", "TYPE", "pubsub")).contains("laddr=" + this.server.address());
	}

	@Test
	void publishIsAnsweredOverTlsAfterTheConnectionsWereLost() {
		ConfigurableApplicationContext context = this.applications.start(Recorder.class, over(this.certificates));
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		assertThat(this.server.killPubSub()).isOne();
		RedisChecks.awaitAnswered(exporter);
	}

	@Test
	void serverThatIsNotTrustedFailsTheStartAndNamesItsCertificate() {
		Certificates others = this.applications.use(Certificates.create());
		assertThatException()
			.isThrownBy(() -> this.applications.start(Recorder.class, over(others), "connect-timeout=10s"))
			.satisfies((ex) -> assertThat(RedisChecks.causes(ex))
				.hasAtLeastOneElementOfType(SignalTransportException.class)
				.hasAtLeastOneElementOfType(CertificateException.class));
		assertThat(this.server.pubSubClients()).isZero();
	}

	@Test
	void applicationWithoutTlsFailsTheStart() {
		assertThatException()
			.isThrownBy(() -> this.applications.start(Recorder.class, this.server.properties(), "connect-timeout=10s"))
			.satisfies((ex) -> assertThat(RedisChecks.causes(ex))
				.hasAtLeastOneElementOfType(SignalTransportException.class));
	}

	private List<String> over(Certificates trusted) {
		return Stream.concat(this.server.properties().stream(), trusted.properties().stream()).toList();
	}

}
