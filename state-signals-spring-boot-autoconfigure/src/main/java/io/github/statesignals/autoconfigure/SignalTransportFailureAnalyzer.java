package io.github.statesignals.autoconfigure;

import io.github.statesignals.core.SignalTransportException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/**
 * Explains that Redis was not there in time.
 */
final class SignalTransportFailureAnalyzer extends AbstractFailureAnalyzer<SignalTransportException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, SignalTransportException cause) {
		return new FailureAnalysis("%s: %s".formatted(cause.getMessage(), NestedExceptionUtils
			.getMostSpecificCause(cause)
			.getMessage()), "Start Redis, correct 'spring.data.redis.*' to where it is, or give it more time with "
					+ "'state-signals.connect-timeout' (0 starts the application without Redis and connects in the background).",
				cause);
	}

}
