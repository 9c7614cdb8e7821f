package io.github.statesignals.redis;

import io.github.statesignals.transport.LogLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ErrorHandler;

/**
 * Logs failures of the listener at a limited rate: a trace for each message would hold up
 * the driver's thread until the subscription is lost.
 */
final class ListenerErrorHandler implements ErrorHandler {

	private static final Logger logger = LoggerFactory.getLogger(ListenerErrorHandler.class);

	private final LogLimit limit = new LogLimit(1);

	@Override
	public void handleError(Throwable failure) {
		this.limit.errorCounted(logger, "A message could not be processed", failure);
	}

}
