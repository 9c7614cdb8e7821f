package io.github.statesignals.handler;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.statesignals.OnSignal;
import io.github.statesignals.core.SignalTypeException;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.expression.Expression;
import org.springframework.util.StringUtils;

/**
 * Resolves the attributes that a handler method declares, or else its class.
 */
record OnSignalAttributes(Method method, OnSignal annotation, @Nullable OnSignal defaults, AttributeResolver resolver) {

	private static final String EVENT = "event";

	List<String> events() {
		String[] declared = (this.annotation.event().length > 0 || this.defaults == null) ? this.annotation.event()
				: this.defaults.event();
		List<String> events = new ArrayList<>();
		for (String event : declared) {
			if (event.isEmpty()) {
				throw new InvalidSignalHandlerException(this.method, "names a blank event",
						"Name the event to handle.");
			}
			for (String resolved : resolved(EVENT, () -> this.resolver.resolveAll(event))) {
				events.add(hasText(EVENT, event, resolved));
			}
		}
		return events;
	}

	String get(String name) {
		String declared = raw(name);
		return declared.isEmpty() ? declared
				: hasText(name, declared, resolved(name, () -> this.resolver.resolve(declared)));
	}

	@Nullable Expression condition() {
		String declared = raw("condition");
		return declared.isEmpty() ? null : resolved("condition", () -> {
			String condition = Objects.requireNonNullElse(this.resolver.resolvePlaceholders(declared), "");
			return SignalFilter.parse(hasText("condition", declared, condition), this.resolver.beanFactory());
		});
	}

	private String raw(String name) {
		String value = value(this.annotation, name);
		return (value.isEmpty() && this.defaults != null) ? value(this.defaults, name) : value;
	}

	private static String value(OnSignal annotation, String name) {
		return String.valueOf(AnnotationUtils.getValue(annotation, name));
	}

	private <T> T resolved(String name, Supplier<T> resolution) {
		try {
			return resolution.get();
		}
		catch (SignalTypeException ex) {
			throw new InvalidSignalHandlerException(this.method,
					"has %s %s %s".formatted("aeiou".indexOf(name.charAt(0)) < 0 ? "a" : "an", name, ex.getProblem()),
					ex.getRemedy());
		}
	}

	private String hasText(String name, String declared, String value) {
		if (!StringUtils.hasText(value)) {
			throw new InvalidSignalHandlerException(this.method, "has a blank %s ('%s')".formatted(name, declared),
					name.equals(EVENT) ? "Name the event to handle." : "Give it a value, or leave the attribute out.");
		}
		return value;
	}

}
