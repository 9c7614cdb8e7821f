package io.github.statesignals.autoconfigure;

import java.security.GeneralSecurityException;

import javax.net.ssl.SSLException;

import io.github.statesignals.core.SignalTransportException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/**
 * Explains that Redis was not there in time.
 */
final class SignalTransportFailureAnalyzer extends AbstractFailureAnalyzer<SignalTransportException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SignalTransportException cause) {
		String reason = reason(cause);
		return new FailureAnalysis(cause.getMessage() + ((reason != null) ? ": " + reason : "."), action(cause), cause);
	}

	private static String action(SignalTransportException failure) {
		Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
		String message = String.valueOf(root.getMessage());
		if (message.startsWith("NOPERM")) {
			return "Grant the Redis user of 'spring.data.redis.username' the channels and commands of signals: "
					+ "ACL SETUSER <user> &event-signal-* +subscribe +unsubscribe +publish +ping, "
					+ "and for a cluster +cluster|nodes +cluster|myid +info +client|setname.";
		}
		if (message.startsWith("WRONGPASS") || message.startsWith("NOAUTH")) {
			return "Correct 'spring.data.redis.username' and 'spring.data.redis.password'.";
		}
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SSLException || cause instanceof GeneralSecurityException) {
				return "Correct the SSL bundle that 'spring.data.redis.ssl.bundle' names: "
						+ "it has to trust the certificate of the server.";
			}
		}
		return "Start Redis, correct 'spring.data.redis.*' to where it is, or give it more time with "
				+ "'state-signals.connect-timeout' (0 starts the application without Redis and connects in the background).";
	}

	// The innermost message says what is wrong, and the one around it may say where.
	private static @Nullable String reason(SignalTransportException failure) {
		String outer = null;
		String inner = null;
		for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
			outer = inner;
			inner = cause.getMessage();
		}
		if (outer == null || inner == null) {
			return inner;
		}
		return outer.contains(inner) ? outer : outer + ": " + inner;
	}

}
