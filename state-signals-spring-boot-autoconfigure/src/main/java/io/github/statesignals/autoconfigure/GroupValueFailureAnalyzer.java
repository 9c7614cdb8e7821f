package io.github.statesignals.autoconfigure;

import java.util.Map;

import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Exporter;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Key;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Protocol;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Responder;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Signing;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Tracing;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConverterNotFoundException;

/**
 * Analyzes a group of properties that has a value, as in
 * {@code channels.orders: durable}, or that is empty in YAML. Ordered before Boot's
 * analyzer, which has no remedy.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
final class GroupValueFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	// A property of each group.
	private static final Map<Class<?>, String> EXAMPLES = Map.of(Channel.class, "delivery", Key.class, "secret",
			Exporter.class, "legal-events", Responder.class, "name", Protocol.class, "extensions", Signing.class,
			"mode", Tracing.class, "in-metadata");

	private static final Map<String, Class<?>> EMPTY = Map.of("exporter", Exporter.class, "responder", Responder.class,
			"protocol", Protocol.class, "signing", Signing.class, "tracing", Tracing.class);

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		Class<?> type = cause.getTarget().getType().resolve();
		ConfigurationProperty property = cause.getProperty();
		if (type == StateSignalsProperties.class && property != null && "".equals(property.getValue())) {
			ConfigurationPropertyName name = property.getName();
			return analysis(name, "is empty", EMPTY.get(name.getLastElement(Form.UNIFORM)),
					"Remove it, or set '%s.%s'.", cause);
		}
		return (cause.getCause() instanceof ConverterNotFoundException)
				? analysis(cause.getName(), "has a value instead of properties", type, "Set '%s.%s' instead.", cause)
				: null;
	}

	private static @Nullable FailureAnalysis analysis(ConfigurationPropertyName name, String problem,
			@Nullable Class<?> group, String remedy, BindException cause) {
		String example = (group != null) ? EXAMPLES.get(group) : null;
		return (example != null) ? new FailureAnalysis("The property '%s' %s.".formatted(name, problem),
				remedy.formatted(name, example), cause) : null;
	}

}
