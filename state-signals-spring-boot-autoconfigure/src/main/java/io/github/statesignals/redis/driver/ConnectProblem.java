package io.github.statesignals.redis.driver;

import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

/**
 * Classifies failures to connect to Redis, or to use it for durable channels: whether
 * waiting may help, and the remedy. The first constant that matches is the problem.
 */
public enum ConnectProblem {

	LISTENER_CONTAINER(true, messages("subscribes on the thread that starts it"),
			"Set the subscription executor of the container, for example to a SimpleAsyncTaskExecutor."),

	MISSING_CLASS(true, (cause) -> cause instanceof LinkageError || cause instanceof ClassNotFoundException,
			"A dependency of the Redis driver is missing on the class path, or has another version than the driver needs: "
					+ "add or correct it."),

	PERMISSION(true, (cause) -> MissingPermission.of(cause) != null, MissingPermission.REMEDY),

	POOL(true, messages("The pool of \\d+ connections|Timeout waiting for idle object|Pool exhausted"),
			"Raise 'spring.data.redis.jedis.pool.max-active': signals need two connections, and another one for each "
					+ "responder on durable channels, in addition to those of the application."),

	CREDENTIALS(true, replies("WRONGPASS|NOAUTH|ERR invalid password"),
			"Correct 'spring.data.redis.username' and 'spring.data.redis.password', "
					+ "or the credentials in 'spring.data.redis.url'."),

	PASSWORD_NOT_EXPECTED(true,
			replies("ERR AUTH <password> called without any password|ERR Client sent AUTH, but no password is set"),
			"The server has no password: remove 'spring.data.redis.password' (or the one in 'spring.data.redis.url'), "
					+ "or set it on the server with 'requirepass'."),

	DATABASE(true,
			replies("ERR DB index is out of range|ERR invalid DB index|ERR SELECT is not allowed in cluster mode"),
			"Correct 'spring.data.redis.database' (or the number at the end of 'spring.data.redis.url'): "
					+ "a server has the databases 0 to 15 unless its setting 'databases' is another number, and a cluster has "
					+ "0 only. The channels of signals are the same in all databases."),

	PROTECTED_MODE(true, replies("DENIED Redis is running in protected mode"),
			"The server accepts connections from its own host only: set a password on it ('requirepass') "
					+ "and in 'spring.data.redis.password', or set 'protected-mode no' in a network that you trust."),

	CLUSTER_DISABLED(true, replies("ERR This instance has cluster support disabled"),
			"The server is not a node of a cluster: replace 'spring.data.redis.cluster.nodes' with "
					+ "'spring.data.redis.host' and 'spring.data.redis.port'."),

	NO_TLS(true, messages("not an SSL/TLS record|Unsupported or unrecognized SSL message"),
			"The server does not use TLS on this port: remove 'spring.data.redis.ssl.*' (and write 'redis://' instead of "
					+ "'rediss://' in 'spring.data.redis.url'), or correct 'spring.data.redis.port' to its TLS port."),

	TLS_REQUIRED(true, messages("Invalid first byte: 21 |Unknown reply: \u0015"),
			"The server uses TLS on this port: set 'spring.data.redis.ssl.enabled=true' or 'spring.data.redis.ssl.bundle', "
					+ "or correct 'spring.data.redis.port' to its port without TLS."),

	CERTIFICATE_EXPIRED(true,
			(cause) -> cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException,
			"Renew the certificate of the server, or correct the clock of this host: no SSL bundle trusts a certificate "
					+ "outside its validity."),

	CERTIFICATE_HOST(true,
			messages("No subject alternative|No name matching|doesn't match any of the subject alternative"),
			"Correct 'spring.data.redis.host' (or the host in 'spring.data.redis.url') to a name in the certificate of the "
					+ "server, or issue the certificate for this name."),

	CERTIFICATE(true, GeneralSecurityException.class::isInstance,
			"Set 'spring.data.redis.ssl.bundle' to an SSL bundle that trusts the certificate of the server: its trust store "
					+ "has to have this certificate, or the one of its issuer."),

	TLS_REFUSED(true,
			messages("Received fatal alert: (?:certificate_|bad_certificate|unsupported_certificate|unknown_ca|"
					+ "protocol_version|handshake_failure|insufficient_security|access_denied)"),
			"The server refuses the TLS handshake. Correct the SSL bundle that 'spring.data.redis.ssl.bundle' names: a key store "
					+ "with a certificate that the server trusts where it asks for one, and the protocols and ciphers."),

	TLS_HANDSHAKE(false, SSLException.class::isInstance,
			"If the server does not use TLS on this port, remove 'spring.data.redis.ssl.*' (and write 'redis://' instead of "
					+ "'rediss://' in 'spring.data.redis.url'). If it does, correct the SSL bundle that "
					+ "'spring.data.redis.ssl.bundle' names: protocols, and the certificate that the server asks for."),

	UNKNOWN_HOST(false, UnknownHostException.class::isInstance,
			"Correct 'spring.data.redis.host' (or the host in 'spring.data.redis.url'): a name without a port, which is "
					+ "'spring.data.redis.port', and without a scheme such as 'redis://', which belongs to the URL. "
					+ "The name of a container is known once the container is started."),

	NOT_REDIS(false, messages("Invalid first byte|Unknown reply"),
			"The server does not answer as Redis does: correct 'spring.data.redis.host' and 'spring.data.redis.port'."),

	NOT_A_SENTINEL(false, messages("SENTINEL|all sentinels down"),
			"Correct 'spring.data.redis.sentinel.nodes' to the addresses of Sentinels, not of the servers that they monitor, "
					+ "and 'spring.data.redis.sentinel.master' to the name that they give to the master."),

	LOADING(false, replies("LOADING"),
			"Redis is loading its data: give it more time with 'state-signals.connect-timeout'."),

	CLIENTS(false, replies("ERR max number of clients"),
			"Raise 'maxclients' of the server, or close connections of other applications."),

	CLUSTER_NODE(false, replies("MOVED|ASK"),
			"The server is a node of a cluster: replace 'spring.data.redis.host' and 'spring.data.redis.port' with "
					+ "'spring.data.redis.cluster.nodes'."),

	CLUSTER_DOWN(false, replies("CLUSTERDOWN|TRYAGAIN"),
			"The cluster does not serve all of its slots: 'redis-cli --cluster check' names the missing ones."),

	REPLICA(false, replies("READONLY|MASTERDOWN"),
			"The server is a replica: correct 'spring.data.redis.*' to the master, or name the Sentinels in "
					+ "'spring.data.redis.sentinel.nodes'."),

	NO_WRITES(false, replies("MISCONF|OOM|NOREPLICAS"),
			"Redis accepts no writes, which durable channels need. Mend the cause that it names (its disk, 'maxmemory', its "
					+ "replicas), or set 'state-signals.channels.<name>.delivery' to broadcast."),

	BUSY(false, replies("BUSY"), "Redis runs a script that does not end: end it with 'SCRIPT KILL'."),

	COMMAND(false, replies("ERR unknown (sub)?command"),
			"The server lacks a command that signals need: upgrade Redis, or enable the command."),

	CLOSED(false, messages(
			"Connection reset|Connection closed|Unexpected end of stream|Broken pipe|RedisHandshakeHandler not registered"),
			"If the server uses TLS on this port, set 'spring.data.redis.ssl.enabled=true' or 'spring.data.redis.ssl.bundle'. "
					+ "Else its log has the reason; 'protected-mode' and 'maxclients' are common reasons."),

	NOT_RECEIVED(false, messages("that was published on the Redis channel .* was not received"),
			"Subscriptions and publishes may reach different servers: connect the container 'stateSignalsListenerContainer' to the "
					+ "same server as the RedisConnectionFactory. A proxy or load balancer has to use one server for both."),

	REFUSED(false, messages("Connection refused|Failed to connect|No route to host|connection timed out"), null),

	NO_ANSWER(false, (cause) -> true,
			"Correct 'spring.data.redis.host' and 'spring.data.redis.port' to where Redis is, or give it more time with "
					+ "'state-signals.connect-timeout'. If 'spring.data.redis.ssl.*' is set, make sure that the server uses "
					+ "TLS on this port: one that does not leaves a TLS handshake unanswered.");

	private final boolean certain;

	private final Predicate<Throwable> cause;

	private final @Nullable String remedy;

	ConnectProblem(boolean certain, Predicate<Throwable> cause, @Nullable String remedy) {
		this.certain = certain;
		this.cause = cause;
		this.remedy = remedy;
	}

	// Null: the driver has thrown nothing yet.
	public static ConnectProblem of(@Nullable Throwable failure) {
		for (ConnectProblem problem : values()) {
			for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
				if (problem.cause.test(cause)) {
					return problem;
				}
			}
		}
		return NO_ANSWER;
	}

	// Names missing permissions. Null if starting Redis is all that is needed.
	public static @Nullable String remedy(@Nullable Throwable failure) {
		MissingPermission missing = MissingPermission.of(failure);
		return (missing != null) ? missing.remedy() : of(failure).remedy;
	}

	// Whether Redis or the network has answered in a way that no waiting changes.
	public boolean isCertain() {
		return this.certain;
	}

	public @Nullable String remedy() {
		return this.remedy;
	}

	// On a cluster, the message has the reply of each node in a separate line. Up to
	// Redis 6 a script's error is wrapped.
	private static Predicate<Throwable> replies(String codes) {
		return messages("(?:^|: -?)(?:" + codes + ")\\b");
	}

	private static Predicate<Throwable> messages(String expression) {
		Pattern pattern = Pattern.compile(expression, Pattern.MULTILINE);
		return (cause) -> cause.getMessage() != null && pattern.matcher(cause.getMessage()).find();
	}

}
