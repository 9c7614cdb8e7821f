package io.github.statesignals.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Analyzes an ambiguous connection factory.
 */
final class AmbiguousConnectionFactoryFailureAnalyzer
		extends AbstractFailureAnalyzer<AmbiguousConnectionFactoryException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, AmbiguousConnectionFactoryException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Name the one to use '%s' (a @Bean may have several names), mark one as @Primary, or set 'state-signals.enabled=false'."
					.formatted(SignalTransportConfiguration.CONNECTION_FACTORY),
				cause);
	}

}
