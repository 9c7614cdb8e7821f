package io.github.statesignals.handler;

import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.core.SignalEventNames;
import io.github.statesignals.core.SignalTypeException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/**
 * Maps the type that a handler or listener takes to the events that it receives, and each
 * event to the type that is made of its metadata. A type with known subtypes receives the
 * events of each of them: those that a sealed type permits, or that
 * {@link JsonSubTypes @JsonSubTypes} names. Which type is made is decided by the event,
 * never by a class name from the wire.
 */
final class SignalTypes {

	private static final ClassValue<Boolean> BRIDGED = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY)
				.stream(SignalEvent.class)
				.anyMatch((annotation) -> annotation.getBoolean("bridge"));
		}

	};

	private SignalTypes() {
	}

	/**
	 * Whether a type, or one of its supertypes, is annotated to be bridged.
	 * @param type the type
	 * @return whether application events of this type are signals
	 */
	static boolean isBridged(Class<?> type) {
		return BRIDGED.get(type);
	}

	/**
	 * Whether instances of a type, or of subtypes that are known, can be made of
	 * metadata.
	 * @param type the type
	 * @return whether a handler can take it
	 */
	static boolean isReadable(Class<?> type) {
		return ParameterKinds.isCreatable(type) || subtypes(type).length > 0;
	}

	/**
	 * Returns the events that a handler of a type receives.
	 * @param type the type
	 * @return the type to make, by event
	 * @throws SignalTypeException if an event is ambiguous, or a type can't be made
	 */
	static Map<String, Class<?>> events(Class<?> type) {
		Map<String, Class<?>> events = new LinkedHashMap<>();
		collect(type, type, events, new HashSet<>());
		return events;
	}

	/**
	 * Returns the types to make of signals whose events a handler names.
	 * @param type the type that the handler takes
	 * @return the type to make by event, where it is a known subtype
	 */
	static Map<String, Class<?>> subtypesByEvent(Class<?> type) {
		try {
			Map<String, Class<?>> events = events(type);
			events.values().removeIf((made) -> made == type);
			return events;
		}
		catch (SignalTypeException ex) {
			// The handler names its events itself: what they mean is not ambiguous.
			return Map.of();
		}
	}

	/**
	 * Refuses types whose metadata names a Java class.
	 * @param type the type
	 * @throws SignalTypeException if Jackson would read a class name from the wire
	 */
	static void checkReadsNoClassName(Class<?> type) {
		JsonTypeInfo typeInfo = AnnotatedElementUtils.findMergedAnnotation(type, JsonTypeInfo.class);
		if (typeInfo != null
				&& (typeInfo.use() == JsonTypeInfo.Id.CLASS || typeInfo.use() == JsonTypeInfo.Id.MINIMAL_CLASS)) {
			throw new SignalTypeException("The type %s reads a class name from the metadata".formatted(type.getName()),
					"Name its subtypes with @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)");
		}
	}

	/**
	 * Returns the direct subtypes that are known.
	 * @param type the type
	 * @return the subtypes; empty if it is not known whether there are any
	 */
	static Class<?>[] subtypes(Class<?> type) {
		Class<?> @Nullable [] permitted = type.getPermittedSubclasses();
		if (permitted != null) {
			return permitted;
		}
		return MergedAnnotations.from(type)
			.get(JsonSubTypes.class)
			.synthesize((annotation) -> annotation.isPresent())
			.stream()
			.flatMap((annotation) -> Stream.of(annotation.value()))
			.<Class<?>>map(JsonSubTypes.Type::value)
			.filter((subtype) -> subtype != type && type.isAssignableFrom(subtype))
			.toArray(Class<?>[]::new);
	}

	private static void collect(Class<?> root, Class<?> type, Map<String, Class<?>> events, Set<Class<?>> seen) {
		// An enum or the like can't be emitted.
		if (!seen.add(type) || ParameterKinds.isEntry(type)) {
			return;
		}
		Class<?>[] subtypes = subtypes(type);
		if (subtypes.length == 0 && Modifier.isAbstract(type.getModifiers())) {
			checkOpen(type);
		}
		if (ParameterKinds.isCreatable(type)) {
			checkReadsNoClassName(type);
			add(root, type, events);
		}
		for (Class<?> subtype : subtypes) {
			collect(root, subtype, events, seen);
		}
	}

	private static void checkOpen(Class<?> type) {
		if (!ParameterKinds.isCreatable(type)) {
			throw new SignalTypeException("The type %s can't be instantiated, and which types extend it is not known"
				.formatted(type.getName()), "Make it sealed, or name its types with @JsonSubTypes");
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
		if (other != null) {
			// A supertype that can be made stands for all of its types.
			if (!other.isAssignableFrom(type)) {
				throw new SignalTypeException(
						"The types %s and %s have the same event '%s'".formatted(other.getName(), type.getName(),
								name.event()),
						"Give one of them an event of its own with @SignalEvent(\"...\"), or tell them apart in the metadata with @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)");
			}
		}
		else if (!root.isAssignableFrom(name.owner()) && !isTheOnly(type, name)) {
			throw new SignalTypeException(
					"The type %s has the event '%s' of %s, which is also that of other types".formatted(type.getName(),
							name.event(), name.owner().getName()),
					"Take a %s, or give %s an event of its own with @SignalEvent(\"...\")"
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
