package io.github.statesignals.core.exporter;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Creates the exceptions of exporters that can't publish or wait.
 */
final class ExporterFailures {

	private ExporterFailures() {
	}

	static IllegalStateException notStarted(String publisherId) {
		return new IllegalStateException(
				("Exporter '%s' can't wait for subscribers while the application has not started, and was not initialized. "
						+ "Call initialize() here, which is done at start, and wait in an ApplicationRunner, "
						+ "or set state-signals.exporter.await-subscribers")
					.formatted(publisherId));
	}

	static DataAccessResourceFailureException notSent(String event, String publisherId, boolean stopped) {
		return new DataAccessResourceFailureException(stopped
				? ("'%s' of exporter '%s' was not sent: the application has not started yet, or has stopped. "
						+ "Publish when it has started, such as in an ApplicationRunner")
					.formatted(event, publisherId)
				: "'%s' of exporter '%s' was not sent: the application is not connected to Redis yet".formatted(event,
						publisherId));
	}

}
