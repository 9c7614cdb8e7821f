package io.github.statesignals.autoconfigure;

import io.github.statesignals.core.SignalTransportException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains that Redis was not there in time.
 */
final class SignalTransportFailureAnalyzer extends AbstractFailureAnalyzer<SignalTransportException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SignalTransportException cause) {
		String reason = reason(cause);
		return new FailureAnalysis(cause.getMessage() + ((reason != null) ? ": " + reason : "."),
				"Start Redis, correct 'spring.data.redis.*' to where it is, or give it more time with "
						+ "'state-signals.connect-timeout' (0 starts the application without Redis and connects in the background).",
				cause);
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
