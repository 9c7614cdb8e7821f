package io.github.statesignals.autoconfigure;

import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Key;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConverterNotFoundException;

/**
 * Analyzes a channel or key with a value, as in {@code channels.orders: durable}. Ordered
 * before Boot's analyzer, which has no remedy.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
final class GroupValueFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		Class<?> type = cause.getTarget().getType().resolve();
		if (!(cause.getCause() instanceof ConverterNotFoundException) || (type != Channel.class && type != Key.class)) {
			return null;
		}
		return new FailureAnalysis("The property '%s' has a value instead of properties.".formatted(cause.getName()),
				"Set '%s.%s' instead.".formatted(cause.getName(), (type == Channel.class) ? "delivery" : "secret"),
				cause);
	}

}
