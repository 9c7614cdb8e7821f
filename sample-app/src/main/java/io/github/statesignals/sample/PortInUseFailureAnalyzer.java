package io.github.statesignals.sample;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Names the argument that chooses another port.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class PortInUseFailureAnalyzer extends AbstractFailureAnalyzer<PortInUseException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, PortInUseException cause) {
		return new FailureAnalysis(
				"Port %d is in use: another sample, or another application, listens on it.".formatted(cause.getPort()),
				"Stop that application, or choose another port: with Maven add "
						+ "-Dspring-boot.run.arguments=--server.port=%1$d, with java -jar add --server.port=%1$d."
							.formatted(cause.getPort() + 1),
				cause);
	}

}
