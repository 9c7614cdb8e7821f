package io.github.statesignals.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Analyzes a missing connection factory.
 */
final class MissingTransportFailureAnalyzer extends AbstractFailureAnalyzer<MissingTransportException> {

	static final String REMEDY = "Do not exclude DataRedisAutoConfiguration, define a RedisConnectionFactory bean, or set "
			+ "'state-signals.enabled=false' to run the application without signals, such as in tests.";

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingTransportException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", REMEDY, cause);
	}

}
