package io.github.statesignals.handler;

import java.lang.reflect.Modifier;
import java.time.temporal.TemporalAmount;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.statesignals.Signal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonDeserialize;

import org.springframework.beans.BeanUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Classifies the types of parameters by the part of a signal that they take.
 */
final class ParameterKinds {

	private ParameterKinds() {
	}

	// A single value can't be the whole metadata, which is an object.
	static boolean isEntry(Class<?> type) {
		return type == Object.class || type == Optional.class || type.isArray() || BeanUtils.isSimpleValueType(type)
				|| TemporalAmount.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type);
	}

	// Jackson knows a class to instantiate.
	static boolean isCreatable(Class<?> type) {
		return !(type.isInterface() || Modifier.isAbstract(type.getModifiers()))
				|| JsonNode.class.isAssignableFrom(type)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonTypeInfo.class)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonSubTypes.class)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonDeserialize.class);
	}

	// A type of the application for the whole metadata.
	static boolean isTyped(Class<?> type) {
		return type != Signal.class && !Map.class.isAssignableFrom(type) && !isEntry(type)
				&& !JsonNode.class.isAssignableFrom(type);
	}

}
