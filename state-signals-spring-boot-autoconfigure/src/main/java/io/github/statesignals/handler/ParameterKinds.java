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
 * What the type of a parameter says about what it takes of a signal.
 */
final class ParameterKinds {

	private ParameterKinds() {
	}

	/**
	 * Whether a type holds a single value: it can't be the whole metadata, which is an
	 * object.
	 * @param type the type
	 * @return whether it takes one entry of the metadata
	 */
	static boolean isEntry(Class<?> type) {
		return type == Object.class || type == Optional.class || type.isArray() || BeanUtils.isSimpleValueType(type)
				|| TemporalAmount.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type);
	}

	/**
	 * Whether a type can be made of metadata.
	 * @param type the type
	 * @return {@code false} where Jackson does not know what to create
	 */
	static boolean isCreatable(Class<?> type) {
		return !(type.isInterface() || Modifier.isAbstract(type.getModifiers()))
				|| JsonNode.class.isAssignableFrom(type)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonTypeInfo.class)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonSubTypes.class)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonDeserialize.class);
	}

	/**
	 * Whether a type is one of the application's that stands for the whole metadata.
	 * @param type the type
	 * @return whether it is a typed signal
	 */
	static boolean isTyped(Class<?> type) {
		return type != Signal.class && !Map.class.isAssignableFrom(type) && !isEntry(type)
				&& !JsonNode.class.isAssignableFrom(type);
	}

}
