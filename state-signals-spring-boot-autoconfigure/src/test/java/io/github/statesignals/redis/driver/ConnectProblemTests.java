package io.github.statesignals.redis.driver;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;

import javax.net.ssl.SSLException;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

import org.springframework.dao.InvalidDataAccessApiUsageException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replies of Redis that the servers of tests don't give, as the drivers pass them on.
 */
class ConnectProblemTests {

	static final List<Arguments> replies = List.of(
			Arguments.of("NOAUTH HELLO must be called with the client already authenticated, otherwise ...",
					ConnectProblem.CREDENTIALS),
			Arguments.of("NOAUTH Authentication required.", ConnectProblem.CREDENTIALS),
			Arguments.of("ERR invalid password", ConnectProblem.CREDENTIALS),
			Arguments.of("ERR Client sent AUTH, but no password is set", ConnectProblem.PASSWORD_NOT_EXPECTED),
			Arguments.of("ERR SELECT is not allowed in cluster mode", ConnectProblem.DATABASE),
			Arguments.of("DENIED Redis is running in protected mode because protected mode is enabled ...",
					ConnectProblem.PROTECTED_MODE),
			Arguments.of(
					"Cannot retrieve cluster partitions from [redis://a, redis://b]\n\nDetails:\n"
							+ "\t[redis://a]: WRONGPASS invalid username-password pair or user is disabled.\n"
							+ "\t[redis://b]: WRONGPASS invalid username-password pair or user is disabled.\n",
					ConnectProblem.CREDENTIALS),
			Arguments.of("LOADING Redis is loading the dataset in memory", ConnectProblem.LOADING),
			Arguments.of("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist",
					ConnectProblem.NO_WRITES),
			Arguments.of("OOM command not allowed when used memory > 'maxmemory'.", ConnectProblem.NO_WRITES),
			Arguments
				.of("ERR Error running script (call to f_bcb0): @user_script:41: @user_script: 41: -OOM command not "
						+ "allowed when used memory > 'maxmemory'.", ConnectProblem.NO_WRITES),
			Arguments.of("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
					ConnectProblem.REPLICA),
			Arguments.of("READONLY You can't write against a read only replica.", ConnectProblem.REPLICA),
			Arguments.of("MOVED 1234 10.0.0.1:6379", ConnectProblem.CLUSTER_NODE),
			Arguments.of("CLUSTERDOWN The cluster is down", ConnectProblem.CLUSTER_DOWN),
			Arguments.of("BUSY Redis is busy running a script. You can only call SCRIPT KILL", ConnectProblem.BUSY),
			Arguments.of("ERR unknown command 'XGROUP', with args beginning with: ", ConnectProblem.COMMAND));

	@ParameterizedTest
	@FieldSource("replies")
	void replyIsRecognizedWithEachDriver(String reply, ConnectProblem expected) {
		assertThat(ConnectProblem.of(new RedisConnectionException("Unable to connect to localhost/<unresolved>:6379",
				new RedisCommandExecutionException(reply))))
			.isEqualTo(expected);
		assertThat(ConnectProblem.of(new InvalidDataAccessApiUsageException(reply))).isEqualTo(expected);
	}

	@ParameterizedTest
	@FieldSource("replies")
	void problemsThatMayPassAreWaitedFor(String reply, ConnectProblem problem) {
		boolean passing = List
			.of("LOADING", "MISCONF", "OOM", "MASTERDOWN", "READONLY", "MOVED", "CLUSTERDOWN", "BUSY", "ERR unknown",
					"ERR Error running script")
			.stream()
			.anyMatch(reply::startsWith);
		assertThat(problem.isCertain()).isEqualTo(!passing);
	}

	@Test
	void serverWithTlsIsDistinguishedFromOneThatIsNotRedis() {
		assertThat(ConnectProblem.of(new IllegalStateException("Invalid first byte: 21 (\u0015) at buffer index 1")))
			.isEqualTo(ConnectProblem.TLS_REQUIRED);
		assertThat(ConnectProblem.of(new IllegalStateException("Invalid first byte: 72 (H) at buffer index 1")))
			.isEqualTo(ConnectProblem.NOT_REDIS);
	}

	@Test
	void certificateOutsideItsValidityIsDistinguishedFromOneThatIsNotTrusted() {
		assertThat(
				ConnectProblem.of(handshake(new CertificateExpiredException("NotAfter: Sat Feb 01 00:00:00 UTC 2025"))))
			.isEqualTo(ConnectProblem.CERTIFICATE_EXPIRED);
		assertThat(ConnectProblem.of(handshake(new CertificateNotYetValidException("NotBefore: Sat Feb 01 2250"))))
			.isEqualTo(ConnectProblem.CERTIFICATE_EXPIRED);
		assertThat(
				ConnectProblem.of(handshake(new CertPathBuilderException("unable to find valid certification path"))))
			.isEqualTo(ConnectProblem.CERTIFICATE);
	}

	private static Exception handshake(GeneralSecurityException cause) {
		return new RedisConnectionException("Unable to connect", new SSLException("PKIX path validation failed",
				new CertPathValidatorException("validity check failed", cause)));
	}

	@Test
	void refusedHandshakeIsDistinguishedFromOneThatMayPass() {
		assertThat(ConnectProblem.of(new SSLException("Received fatal alert: protocol_version")))
			.isEqualTo(ConnectProblem.TLS_REFUSED);
		assertThat(ConnectProblem.of(new SSLException("Received fatal alert: internal_error")))
			.isEqualTo(ConnectProblem.TLS_HANDSHAKE);
	}

	@Test
	void connectionThatIsClosedBeforeTheDriverIsReadyIsClosed() {
		assertThat(ConnectProblem.of(new RedisConnectionException("RedisHandshakeHandler not registered")))
			.isEqualTo(ConnectProblem.CLOSED);
	}

	@Test
	void missingClassIsCertain() {
		assertThat(ConnectProblem.of(RedisExceptions.translate(new ClassNotFoundException("org.example.Token"))))
			.isEqualTo(ConnectProblem.MISSING_CLASS);
		assertThat(ConnectProblem.of(RedisExceptions.translate(new NoSuchMethodError("Token.value()"))))
			.isEqualTo(ConnectProblem.MISSING_CLASS);
	}

	@Test
	void everyCertainProblemHasARemedy() {
		assertThat(ConnectProblem.values()).filteredOn(ConnectProblem::isCertain)
			.isNotEmpty()
			.allSatisfy((problem) -> assertThat(problem.remedy()).isNotBlank());
	}

	@Test
	void reasonOfAnExceptionWithoutMessageIsItsClass() {
		assertThat(RedisExceptions.reason(new IllegalStateException("at start", new UnsupportedOperationException())))
			.isEqualTo("java.lang.UnsupportedOperationException");
	}

}
