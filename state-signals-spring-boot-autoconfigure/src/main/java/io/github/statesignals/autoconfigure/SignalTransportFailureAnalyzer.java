package io.github.statesignals.autoconfigure;

import java.util.Objects;

import io.github.statesignals.transport.SignalTransportException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Analyzes a connection to Redis that could not be made in time.
 */
final class SignalTransportFailureAnalyzer extends AbstractFailureAnalyzer<SignalTransportException> {

	private static final String START = "Start Redis, correct 'spring.data.redis.*', or increase 'state-signals.connect-timeout' "
			+ "(0 starts the application without Redis and connects in the background).";

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SignalTransportException cause) {
		String reason = SignalTransportException.describe(cause.getCause());
		return new FailureAnalysis(cause.getMessage() + ((reason != null) ? ": " + reason : "."),
				Objects.requireNonNullElse(cause.getRemedy(), START), cause);
	}

}
