package io.github.statesignals.handler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import io.github.statesignals.core.SignalTypeException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.BeanExpressionContext;
import org.springframework.beans.factory.config.BeanExpressionResolver;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.util.PropertyPlaceholderHelper;

/**
 * Resolves placeholders and expressions in the attributes of annotations. Unlike Spring's
 * resolver it turns no array or list into a string, and finds a list that is configured
 * by its elements, as in YAML.
 */
record AttributeResolver(ConfigurableBeanFactory beanFactory) {

	private static final String ABSENT = "\uE000absent";

	// Leaves those that it does not replace, and their default values.
	private static final PropertyPlaceholderHelper LISTS = new PropertyPlaceholderHelper("${", "}");

	// A comma is part of the value.
	String resolve(String declared) {
		String joined = joinLists(declared);
		if (!joined.equals(declared)) {
			throw new SignalTypeException("that is a list ('%s')".formatted(declared),
					"Give it one value, or name one of the elements: %s."
						.formatted(declared.replaceFirst("\\$\\{\\s*([^:}]+)[^}]*}", "\\${$1[0]}")));
		}
		Object value = evaluate(declared);
		return (value != null) ? text(value) : "";
	}

	// A resolved placeholder or expression is split at its commas, unless it is a list.
	List<String> resolveAll(String declared) {
		boolean alone = isAlone(declared);
		List<String> elements = (alone && declared.startsWith("${"))
				? elements(key(declared.substring(2, declared.length() - 1))) : List.of();
		if (!elements.isEmpty()) {
			return elements;
		}
		Object value = evaluate(joinLists(declared));
		if (value == null) {
			throw new SignalTypeException("that is null ('%s')".formatted(declared), "Name the event to handle.");
		}
		if (value.getClass().isArray() || value instanceof Collection) {
			return list(declared, value);
		}
		String text = text(value);
		if (!text.contains(",")) {
			return List.of(text);
		}
		if (!alone) {
			throw new SignalTypeException("with a comma ('%s')".formatted(text), comma(text));
		}
		return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
	}

	private static String comma(String text) {
		String elements = Arrays.stream(text.split(","))
			.map((element) -> "\"" + element.strip() + "\"")
			.collect(Collectors.joining(", "));
		return "For several events write a list: { %s }; for one that has a comma in its name: #{{'%s'}}."
			.formatted(elements, text);
	}

	private static List<String> list(String declared, Object value) {
		Object[] elements = (value instanceof Collection<?> collection) ? collection.toArray()
				: ObjectUtils.toObjectArray(value);
		if (elements.length == 0) {
			throw new SignalTypeException("that is an empty list ('%s')".formatted(declared),
					"Name the event to handle.");
		}
		return Arrays.stream(elements).map((element) -> (element != null) ? text(element) : "").toList();
	}

	private static String text(Object value) {
		if (value instanceof Enum<?> constant) {
			return constant.name();
		}
		if (!BeanUtils.isSimpleValueType(value.getClass()) || value instanceof Class) {
			throw new SignalTypeException("that is a " + value.getClass().getTypeName(),
					"Let the expression have one string as its value.");
		}
		return value.toString();
	}

	private @Nullable Object evaluate(String declared) {
		String embedded = embed(declared);
		BeanExpressionResolver expressions = this.beanFactory.getBeanExpressionResolver();
		try {
			return (expressions != null && embedded != null)
					? expressions.evaluate(embedded, new BeanExpressionContext(this.beanFactory, null)) : embedded;
		}
		catch (RuntimeException ex) {
			throw new SignalTypeException(
					"that can't be resolved: '%s' (%s)".formatted(declared,
							NestedExceptionUtils.getMostSpecificCause(ex).getMessage()),
					"Correct the expression: it sees the beans by their names, and no signal.");
		}
	}

	// A list is its elements, separated by commas.
	@Nullable String resolvePlaceholders(String declared) {
		return embed(joinLists(declared));
	}

	private @Nullable String embed(String declared) {
		try {
			String embedded = this.beanFactory.resolveEmbeddedValue(declared);
			if (embedded != null && embedded.contains("${") && !declared.contains("\\${")) {
				throw new IllegalArgumentException("'%s' is not a property".formatted(embedded));
			}
			return embedded;
		}
		catch (RuntimeException ex) {
			throw new SignalTypeException("that can't be resolved: " + ex.getMessage(),
					"Define the property, or give the placeholder a default: ${name:default}.");
		}
	}

	// Replaces each placeholder of a list by its elements.
	private String joinLists(String declared) {
		return !declared.contains("${") ? declared : LISTS.replacePlaceholders(declared, (placeholder) -> {
			List<String> elements = elements(key(placeholder));
			return elements.isEmpty() ? null : String.join(",", elements);
		});
	}

	private List<String> elements(String key) {
		List<String> elements = new ArrayList<>();
		String element = (property(key) == null) ? property(key + "[0]") : null;
		while (element != null) {
			elements.add(element);
			element = property(key + "[" + elements.size() + "]");
		}
		return elements;
	}

	private @Nullable String property(String key) {
		try {
			String value = this.beanFactory.resolveEmbeddedValue("${" + key + ":" + ABSENT + "}");
			return (value == null || value.contains(ABSENT)) ? null : value;
		}
		catch (IllegalArgumentException ex) {
			// The application has another separator than ':', or the value is circular.
			return null;
		}
	}

	// The placeholder is without its braces.
	private static String key(String placeholder) {
		int end = placeholder.indexOf(':');
		return ((end < 0) ? placeholder : placeholder.substring(0, end)).strip();
	}

	// Whether the first brace is closed by the last character.
	private static boolean isAlone(String declared) {
		if (!declared.startsWith("${") && !declared.startsWith("#{")) {
			return false;
		}
		int depth = 0;
		for (int i = 1; i < declared.length(); i++) {
			char character = declared.charAt(i);
			depth += (character == '{') ? 1 : (character == '}') ? -1 : 0;
			if (depth == 0) {
				return i == declared.length() - 1;
			}
		}
		return false;
	}

}
