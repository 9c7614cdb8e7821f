package io.github.statesignals.core;

import java.lang.reflect.AnnotatedElement;
import java.util.Locale;

import io.github.statesignals.SignalEvent;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringUtils;

/**
 * The events that types and methods stand for.
 */
final class SignalEventNames {

	private SignalEventNames() {
	}

	/**
	 * The event of a typed signal.
	 * @param type its type
	 * @return the event that it names, else its name in kebab-case
	 * @throws IllegalArgumentException if it has neither
	 */
	static String of(Class<?> type) {
		String declared = declared(type);
		if (StringUtils.hasText(declared)) {
			return declared;
		}
		if (type.isAnonymousClass() || type.isSynthetic() || type.isHidden() || type.isArray()
				|| type.getPackageName().startsWith("java.")) {
			throw new IllegalArgumentException(
					"%s is no typed signal, for it names no event: use a record or class of your own, or signal(event).payload(..)"
						.formatted(type.getName()));
		}
		return kebabCase(type.getSimpleName());
	}

	/**
	 * The event that a type or method is annotated with.
	 * @param element the type or method
	 * @return the event; empty if there is none
	 */
	static String declared(AnnotatedElement element) {
		SignalEvent annotation = AnnotatedElementUtils.findMergedAnnotation(element, SignalEvent.class);
		return (annotation != null) ? annotation.value() : "";
	}

	/**
	 * Write a Java name the way events are written.
	 * @param name the name, such as {@code HTTPDown}
	 * @return in kebab-case, such as {@code http-down}
	 */
	static String kebabCase(String name) {
		return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
			.replace('_', '-')
			.toLowerCase(Locale.ROOT);
	}

}
