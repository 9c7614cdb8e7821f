package io.github.statesignals.core;

import java.lang.reflect.Modifier;
import java.time.temporal.TemporalAmount;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonDeserialize;

import org.springframework.beans.BeanUtils;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Where one parameter of a handler method gets its value from.
 */
@FunctionalInterface
interface HandlerArgument {

	/**
	 * The value for a signal.
	 * @param signal the signal
	 * @return the argument
	 * @throws MetadataConversionException if the metadata does not provide it
	 */
	@Nullable Object resolve(Signal signal);

	/**
	 * Decide where a parameter's value comes from.
	 * @param parameter the parameter; knows how to discover its name
	 * @param converter converts metadata
	 * @return the source
	 * @throws InvalidSignalHandlerException if there is none
	 */
	static HandlerArgument of(MethodParameter parameter, MetadataConverter converter) {
		Class<?> type = parameter.getParameterType();
		if (type == Signal.class) {
			return (signal) -> signal;
		}
		if (Map.class.isAssignableFrom(type)) {
			return metadataMap(parameter, converter);
		}
		if (isEntry(type)) {
			return entry(parameter, converter);
		}
		if (isUnusable(type)) {
			throw new InvalidSignalHandlerException(Objects.requireNonNull(parameter.getMethod()),
					"takes parameter %d of type %s, which can't be made of a signal's metadata"
						.formatted(parameter.getParameterIndex(), type.getName()),
					"Take a Signal, a Map<String, Object>, a record or class with the metadata's properties, "
							+ "or a parameter with the name of a metadata entry and a simple type.");
		}
		return (signal) -> convert(converter, signal.metadata(), parameter, null);
	}

	private static HandlerArgument metadataMap(MethodParameter parameter, MetadataConverter converter) {
		Class<?> valueType = ResolvableType.forMethodParameter(parameter).asMap().getGeneric(1).resolve(Object.class);
		if (parameter.getParameterType() == Map.class && valueType == Object.class) {
			return Signal::metadata;
		}
		return (signal) -> convert(converter, signal.metadata(), parameter, null);
	}

	private static HandlerArgument entry(MethodParameter parameter, MetadataConverter converter) {
		String name = parameter.getParameterName();
		if (name == null) {
			throw new InvalidSignalHandlerException(Objects.requireNonNull(parameter.getMethod()),
					"takes a metadata entry by parameter %d, whose name is not known"
						.formatted(parameter.getParameterIndex()),
					"Compile the class with the option -parameters.");
		}
		Class<?> type = parameter.getParameterType();
		if (type == Optional.class) {
			MethodParameter nested = parameter.nested();
			return (signal) -> Optional.ofNullable(convertEntry(converter, signal, nested, name));
		}
		if (!type.isPrimitive()) {
			return (signal) -> convertEntry(converter, signal, parameter, name);
		}
		return (signal) -> {
			if (signal.metadata().get(name) == null) {
				throw new MetadataConversionException("metadata entry '" + name + "' is missing or null");
			}
			return convertEntry(converter, signal, parameter, name);
		};
	}

	private static @Nullable Object convertEntry(MetadataConverter converter, Signal signal, MethodParameter parameter,
			String name) {
		Object value = signal.metadata().get(name);
		return (value != null) ? convert(converter, value, parameter, name) : null;
	}

	private static @Nullable Object convert(MetadataConverter converter, Object value, MethodParameter parameter,
			@Nullable String entry) {
		try {
			return converter.fromJson(value, parameter.getNestedGenericParameterType());
		}
		catch (JacksonException ex) {
			throw MetadataConversionException.of(ex, entry);
		}
	}

	// A single value can't be the whole metadata, which is an object: it is one entry.
	private static boolean isEntry(Class<?> type) {
		return type == Object.class || type == Optional.class || type.isArray() || BeanUtils.isSimpleValueType(type)
				|| TemporalAmount.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type);
	}

	private static boolean isUnusable(Class<?> type) {
		return (type.isInterface() || Modifier.isAbstract(type.getModifiers()))
				&& !JsonNode.class.isAssignableFrom(type)
				&& !AnnotatedElementUtils.hasAnnotation(type, JsonTypeInfo.class)
				&& !AnnotatedElementUtils.hasAnnotation(type, JsonSubTypes.class)
				&& !AnnotatedElementUtils.hasAnnotation(type, JsonDeserialize.class);
	}

}
