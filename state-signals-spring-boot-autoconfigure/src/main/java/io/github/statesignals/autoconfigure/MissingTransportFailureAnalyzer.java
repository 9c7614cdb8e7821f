package io.github.statesignals.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains how to have a connection factory, or to do without signals.
 */
final class MissingTransportFailureAnalyzer extends AbstractFailureAnalyzer<MissingTransportException> {

	/**
	 * What to do where there is no connection factory.
	 */
	static final String REMEDY = "Do not exclude DataRedisAutoConfiguration, define a RedisConnectionFactory bean, or set "
			+ "'state-signals.enabled=false' where the application is to run without signals, such as in tests.";

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MissingTransportException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", REMEDY, cause);
	}

}
