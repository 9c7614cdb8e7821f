package io.github.statesignals.handler;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.BeanExpressionContext;
import org.springframework.beans.factory.config.BeanExpressionResolver;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.util.ObjectUtils;

/**
 * Resolves placeholders and expressions in the attributes of annotations. Unlike Spring's
 * resolver it turns no array or list into a string, and finds a list that is configured
 * by its elements, as in YAML.
 */
record AttributeResolver(ConfigurableBeanFactory beanFactory) {

	private static final String ABSENT = "\uE000absent";

	// A comma is part of the value.
	String resolve(String declared) {
		String joined = joinLists(declared);
		if (!joined.equals(declared)) {
			throw new InvalidAttributeException("that is a list ('%s')".formatted(declared),
					"Give it one value, or name one of the elements: %s."
						.formatted(declared.replaceFirst("\\$\\{\\s*([^:}]+)[^}]*}", "\\${$1[0]}")));
		}
		Object value = evaluate(declared);
		return (value != null) ? text(value) : "";
	}

	// A resolved placeholder or expression is split at its commas, unless it is a list.
	List<String> resolveAll(String declared) {
		boolean alone = isAlone(declared);
		List<String> elements = (alone && declared.startsWith("${")) ? elements(key(declared)) : List.of();
		if (!elements.isEmpty()) {
			return elements;
		}
		Object value = evaluate(joinLists(declared));
		if (value == null) {
			throw new InvalidAttributeException("that is null ('%s')".formatted(declared), "Name the event to handle.");
		}
		if (value.getClass().isArray() || value instanceof Collection) {
			return list(declared, value);
		}
		String text = text(value);
		if (!text.contains(",")) {
			return List.of(text);
		}
		if (!alone) {
			throw new InvalidAttributeException("with a comma ('%s')".formatted(text), comma(text));
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
			throw new InvalidAttributeException("that is an empty list ('%s')".formatted(declared),
					"Name the event to handle.");
		}
		return Arrays.stream(elements).map((element) -> (element != null) ? text(element) : "").toList();
	}

	private static String text(Object value) {
		if (value instanceof Enum<?> constant) {
			return constant.name();
		}
		if (!BeanUtils.isSimpleValueType(value.getClass()) || value instanceof Class) {
			throw new InvalidAttributeException("that is a " + value.getClass().getTypeName(),
					"Let the expression have one string as its value.");
		}
		return value.toString();
	}

	private @Nullable Object evaluate(String declared) {
		try {
			String embedded = this.beanFactory.resolveEmbeddedValue(declared);
			if (embedded != null && embedded.contains("${") && !declared.contains("\\${")) {
				throw new IllegalArgumentException("'%s' is not a property".formatted(embedded));
			}
			BeanExpressionResolver expressions = this.beanFactory.getBeanExpressionResolver();
			return (expressions != null && embedded != null)
					? expressions.evaluate(embedded, new BeanExpressionContext(this.beanFactory, null)) : embedded;
		}
		catch (RuntimeException ex) {
			throw new InvalidAttributeException("that can't be resolved: " + ex.getMessage(),
					"Define the property, or give the placeholder a default: ${name:default}.");
		}
	}

	// Replaces each placeholder of a list by its elements.
	private String joinLists(String declared) {
		String joined = declared;
		int start = joined.indexOf("${");
		while (start >= 0) {
			int end = indexBehindBrace(joined, start);
			List<String> elements = (end > 0) ? elements(key(joined.substring(start, end))) : List.of();
			int next = start + 1;
			if (!elements.isEmpty()) {
				String list = String.join(",", elements);
				joined = joined.substring(0, start) + list + joined.substring(end);
				next = start + list.length();
			}
			start = joined.indexOf("${", next);
		}
		return joined;
	}

	private List<String> elements(String key) {
		List<String> elements = new ArrayList<>();
		if (property(key) == null) {
			for (String element = property(key + "[0]"); element != null; element = property(
					key + "[" + elements.size() + "]")) {
				elements.add(element);
			}
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

	private static String key(String placeholder) {
		int end = placeholder.indexOf(':');
		return placeholder.substring(2, (end > 0) ? end : placeholder.length() - 1).strip();
	}

	private static boolean isAlone(String declared) {
		return (declared.startsWith("${") || declared.startsWith("#{"))
				&& indexBehindBrace(declared, 0) == declared.length();
	}

	private static int indexBehindBrace(String text, int start) {
		int depth = 0;
		for (int i = start; i < text.length(); i++) {
			char character = text.charAt(i);
			depth += (character == '{') ? 1 : (character == '}') ? -1 : 0;
			if (character == '}' && depth == 0) {
				return i + 1;
			}
		}
		return -1;
	}

}
