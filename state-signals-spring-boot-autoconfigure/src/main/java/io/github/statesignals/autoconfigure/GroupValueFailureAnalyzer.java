package io.github.statesignals.autoconfigure;

import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.util.ReflectionUtils;

/**
 * Analyzes a group of properties that has a value, as in
 * {@code channels.orders: durable}, or that is empty in YAML. Ordered before Boot's
 * analyzer, which has no remedy.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
final class GroupValueFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	// A property of each group, by the name of its type, which is that of the group.
	private static final Map<String, String> EXAMPLES = Map.of("channel", "delivery", "key", "secret", "exporter",
			"legal-events", "responder", "name", "protocol", "extensions", "signing", "mode", "tracing", "in-metadata");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ResolvableType target = cause.getTarget().getType();
		boolean map = target.resolve() == Map.class;
		Class<?> type = (map ? target.getGeneric(1) : target).resolve(Object.class);
		ConfigurationProperty property = cause.getProperty();
		if (type == StateSignalsProperties.class && property != null && "".equals(property.getValue())) {
			ConfigurationPropertyName name = property.getName();
			return analysis(name.toString(), "is empty", name.getLastElement(Form.UNIFORM),
					"Remove it, or set '%s.%s'.", name, cause);
		}
		if (!(cause.getCause() instanceof ConverterNotFoundException)
				|| type.getEnclosingClass() != StateSignalsProperties.class) {
			return null;
		}
		ConfigurationPropertyName name = cause.getName();
		String last = name.getLastElement(Form.UNIFORM);
		if (ReflectionUtils.findField(type, last) != null) {
			// Boot leaves an empty key out.
			return new FailureAnalysis("The property '%s' lacks a name before '%s'.".formatted(name, last),
					"Set '%s.<name>.%s' instead.".formatted(name.getParent(), last), cause);
		}
		// In its uniform form, it would be the name of another channel.
		String original = name.getLastElement(Form.ORIGINAL);
		String written = name.getParent() + (name.isLastElementIndexed() ? "[" + original + "]" : "." + original);
		// An index, as of a list in YAML, would be the name.
		Object place = map ? name + ".<name>"
				: UnknownProperties.isElement(name) ? name.getParent() + ".<name>" : written;
		return analysis(written, "has a value instead of properties", type.getSimpleName().toLowerCase(Locale.ROOT),
				"Set '%s.%s' instead.", place, cause);
	}

	private static @Nullable FailureAnalysis analysis(String name, String problem, String group, String remedy,
			Object place, BindException cause) {
		String example = EXAMPLES.get(group);
		return (example != null) ? new FailureAnalysis("The property '%s' %s.".formatted(name, problem),
				remedy.formatted(place, example), cause) : null;
	}

}
