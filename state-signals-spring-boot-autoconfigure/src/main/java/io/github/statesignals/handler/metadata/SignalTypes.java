package io.github.statesignals.handler.metadata;

import java.lang.annotation.Annotation;
import java.lang.reflect.Modifier;
import java.time.temporal.TemporalAmount;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.core.SignalEventNames;
import io.github.statesignals.core.SignalTypeException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonDeserialize;

import org.springframework.beans.BeanUtils;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;

/**
 * Classifies the types of parameters by the part of a signal that they take. Maps the
 * type that a handler or listener takes to the events that it receives, and each event to
 * the type to create from its metadata. A type with known subtypes receives the events of
 * each of them: the permitted subtypes of a sealed type, or those that
 * {@link JsonSubTypes @JsonSubTypes} names. The event selects the subtype, never a class
 * name from the wire.
 */
public final class SignalTypes {

	private static final ClassValue<Boolean> BRIDGED = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY)
				.stream(SignalEvent.class)
				.anyMatch((annotation) -> annotation.getBoolean("bridge"));
		}

	};

	private static final Set<String> FOREIGN = Set.of("org.springframework.beans.factory.annotation",
			"org.springframework.messaging.handler.annotation", "org.springframework.web.bind.annotation");

	private SignalTypes() {
	}

	// The name of one that would have no effect on a parameter.
	public static @Nullable String foreign(Annotation[] annotations) {
		for (Annotation annotation : annotations) {
			Class<?> type = annotation.annotationType();
			if (FOREIGN.contains(type.getPackageName()) && type != Header.class && type != Headers.class
					&& type != Payload.class) {
				return type.getSimpleName();
			}
		}
		return null;
	}

	// A single value can't be the whole metadata, which is an object. A nullable value
	// class of Kotlin is its own type, another is the type that it wraps.
	public static boolean isEntry(Class<?> type) {
		return type.isArray() || BeanUtils.isSimpleValueType(type) || TemporalAmount.class.isAssignableFrom(type)
				|| Collection.class.isAssignableFrom(type)
				|| AnnotatedElementUtils.isAnnotated(type, "kotlin.jvm.JvmInline")
				|| (type.getName().matches("(java|kotlin)\\..+") && !Modifier.isAbstract(type.getModifiers())
						&& !Map.class.isAssignableFrom(type));
	}

	// Jackson knows a class to instantiate.
	public static boolean isCreatable(Class<?> type) {
		return !Modifier.isAbstract(type.getModifiers()) || JsonNode.class.isAssignableFrom(type)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonTypeInfo.class)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonSubTypes.class)
				|| AnnotatedElementUtils.hasAnnotation(type, JsonDeserialize.class);
	}

	// A type of the application for the whole metadata.
	public static boolean isTyped(Class<?> type) {
		return type != Signal.class && !Map.class.isAssignableFrom(type) && !isEntry(type)
				&& !JsonNode.class.isAssignableFrom(type);
	}

	public static boolean isBridged(Class<?> type) {
		return BRIDGED.get(type);
	}

	public static boolean isReadable(Class<?> type) {
		return isCreatable(type) || subtypes(type).length > 0;
	}

	public static Map<String, Class<?>> events(Class<?> type) {
		Map<String, Class<?>> events = new LinkedHashMap<>();
		collect(type, type, events, new HashSet<>());
		return events;
	}

	// For a handler that names its events.
	public static Map<String, Class<?>> subtypesByEvent(Class<?> type) {
		try {
			Map<String, Class<?>> events = events(type);
			events.values().removeIf((made) -> made == type);
			return events;
		}
		catch (SignalTypeException ex) {
			// The handler names its events: they are not ambiguous.
			return Map.of();
		}
	}

	public static Class<?>[] subtypes(Class<?> type) {
		Class<?> @Nullable [] permitted = type.getPermittedSubclasses();
		if (permitted != null) {
			return permitted;
		}
		JsonSubTypes annotation = AnnotatedElementUtils.getMergedAnnotation(type, JsonSubTypes.class);
		return (annotation == null) ? new Class<?>[0]
				: Stream.of(annotation.value())
					.<Class<?>>map(JsonSubTypes.Type::value)
					.filter((subtype) -> subtype != type && type.isAssignableFrom(subtype))
					.toArray(Class<?>[]::new);
	}

	private static void collect(Class<?> root, Class<?> type, Map<String, Class<?>> events, Set<Class<?>> seen) {
		// An enum or another single value can't be emitted.
		if (!seen.add(type) || isEntry(type)) {
			return;
		}
		Class<?>[] subtypes = subtypes(type);
		if (subtypes.length == 0 && Modifier.isAbstract(type.getModifiers())) {
			checkOpen(type);
		}
		if (isCreatable(type)) {
			add(root, type, events);
		}
		for (Class<?> subtype : subtypes) {
			collect(root, subtype, events, seen);
		}
	}

	private static void checkOpen(Class<?> type) {
		if (!isCreatable(type)) {
			throw new SignalTypeException(
					"The type %s can't be instantiated, and its subtypes are not known".formatted(type.getName()),
					"Make it sealed, or name its types with @JsonSubTypes");
		}
		if (!SignalEventNames.name(type).declared()) {
			throw new SignalTypeException(
					"The type %s is abstract and names no event for the types that extend it".formatted(type.getName()),
					"Annotate it with @SignalEvent(\"...\")");
		}
	}

	private static void add(Class<?> root, Class<?> type, Map<String, Class<?>> events) {
		SignalEventNames.Name name = SignalEventNames.name(type);
		Class<?> other = events.putIfAbsent(name.event(), type);
		// A supertype that can be created stands for all of its subtypes.
		if (other != null && !other.isAssignableFrom(type)) {
			throw new SignalTypeException(
					"The types %s and %s have the same event '%s'".formatted(other.getName(), type.getName(),
							name.event()),
					"Give one of them a separate event with @SignalEvent(\"...\"), or distinguish them in the metadata with @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)");
		}
		if (other == null && !root.isAssignableFrom(name.owner()) && !isTheOnly(type, name)) {
			throw new SignalTypeException(
					"The type %s has the event '%s' of %s, which is also that of other types".formatted(type.getName(),
							name.event(), name.owner().getName()),
					"Take a %s, or give %s a separate event with @SignalEvent(\"...\")"
						.formatted(name.owner().getSimpleName(), type.getSimpleName()));
		}
	}

	private static boolean isTheOnly(Class<?> type, SignalEventNames.Name name) {
		try {
			return events(name.owner()).get(name.event()) == type;
		}
		catch (SignalTypeException ex) {
			return false;
		}
	}

}
