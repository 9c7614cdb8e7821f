package io.github.statesignals.autoconfigure;

import java.util.Objects;

import io.github.statesignals.core.SignalTypeException;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.transport.SignalTransportException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * Analyzes invalid handlers and gateways, and a connection to Redis that could not be
 * made in time.
 */
final class SignalFailureAnalyzer implements FailureAnalyzer {

	private static final String START = "Start Redis, correct 'spring.data.redis.*', or increase 'state-signals.connect-timeout' "
			+ "(0 starts the application without Redis and connects in the background).";

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidSignalHandlerException handler) {
				return new FailureAnalysis(cause.getMessage() + ".", handler.getRemedy(), cause);
			}
			if (cause instanceof SignalTypeException type) {
				return new FailureAnalysis(type.getProblem() + ".", type.getRemedy(), cause);
			}
			if (cause instanceof SignalTransportException transport) {
				String reason = SignalTransportException.describe(cause.getCause());
				return new FailureAnalysis(cause.getMessage() + ((reason != null) ? ": " + reason : "."),
						Objects.requireNonNullElse(transport.getRemedy(), START), cause);
			}
		}
		return null;
	}

}
