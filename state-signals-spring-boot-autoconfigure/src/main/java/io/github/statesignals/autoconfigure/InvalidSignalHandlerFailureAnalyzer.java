package io.github.statesignals.autoconfigure;

import io.github.statesignals.handler.InvalidSignalHandlerException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Analyzes an invalid handler method.
 */
final class InvalidSignalHandlerFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSignalHandlerException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidSignalHandlerException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", cause.getRemedy(), cause);
	}

}
