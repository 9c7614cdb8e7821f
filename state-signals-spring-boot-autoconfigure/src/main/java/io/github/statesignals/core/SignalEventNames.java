package io.github.statesignals.core;

import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Names the events of types and methods. One rule for publishers and responders: a type
 * has the event that its own {@link SignalEvent} names, else the one that its nearest
 * annotated supertype names, else its own name in kebab-case. Two different names at the
 * same distance, and a subclass of an instantiable class where neither is annotated, are
 * ambiguous.
 */
public final class SignalEventNames {

	private static final ClassValue<Name> NAMES = new ClassValue<>() {

		@Override
		protected Name computeValue(Class<?> type) {
			Name name = find(type);
			check(name.event(), type.getName());
			return name;
		}

	};

	private SignalEventNames() {
	}

	public static String of(Class<?> type) {
		return name(type).event();
	}

	// The type may be that of a subclass proxy.
	public static Name name(Class<?> type) {
		return NAMES.get(ClassUtils.getUserClass(type));
	}

	private static Name find(Class<?> type) {
		if (type.isSynthetic() || type.isHidden() || type.isArray()) {
			throw noTypedSignal(type);
		}
		MergedAnnotation<SignalEvent> own = own(type);
		String declared = text(own);
		if (!declared.isEmpty()) {
			return new Name(declared, type, true);
		}
		if (!own.isPresent()) {
			Name inherited = inherited(type);
			if (inherited != null) {
				return inherited;
			}
		}
		if (type.isAnonymousClass() || Proxy.isProxyClass(type) || isOfJava(type)) {
			throw noTypedSignal(type);
		}
		if (!own.isPresent()) {
			checkSuperclasses(type);
		}
		return new Name(kebabCase(type.getSimpleName()), type, false);
	}

	private static @Nullable Name inherited(Class<?> type) {
		Map<Class<?>, String> names = nearest(type);
		if (names.values().stream().distinct().count() > 1) {
			throw new SignalTypeException(
					"The event of %s is ambiguous: its supertypes name %s".formatted(type.getName(), names.values()),
					"Give it a separate event with @SignalEvent(\"...\")");
		}
		return names.entrySet()
			.stream()
			.findFirst()
			.map((entry) -> new Name(entry.getValue(), entry.getKey(), true))
			.orElse(null);
	}

	// Finds the supertypes that name an event. One that is overridden by another, more
	// specific one does not count.
	private static Map<Class<?>, String> nearest(Class<?> type) {
		Map<Class<?>, String> names = new LinkedHashMap<>();
		supertypes(type).forEach((supertype) -> {
			String declared = text(own(supertype));
			names.putAll(declared.isEmpty() ? nearest(supertype) : Map.of(supertype, declared));
		});
		List<Class<?>> owners = List.copyOf(names.keySet());
		names.keySet()
			.removeIf((owner) -> owners.stream().anyMatch((other) -> other != owner && owner.isAssignableFrom(other)));
		return names;
	}

	private static Stream<Class<?>> supertypes(Class<?> type) {
		return Stream.concat(Stream.ofNullable(type.getSuperclass()), Stream.of(type.getInterfaces()));
	}

	// A handler of the superclass does not know of this class, which sends another event.
	private static void checkSuperclasses(Class<?> type) {
		for (Class<?> base = type.getSuperclass(); base != null && !isOfJava(base); base = base.getSuperclass()) {
			if (!Modifier.isAbstract(base.getModifiers()) && !base.isSealed()) {
				throw new SignalTypeException(
						"The event of %s is ambiguous: it extends %s, whose event is '%s', and neither is annotated"
							.formatted(type.getName(), base.getName(), of(base)),
						"Annotate %s with @SignalEvent(\"...\") for an event of all of its subclasses, or %s for a separate event"
							.formatted(base.getSimpleName(), type.getSimpleName()));
			}
		}
	}

	private static boolean isOfJava(Class<?> type) {
		return type.getPackageName().startsWith("java.");
	}

	private static SignalTypeException noTypedSignal(Class<?> type) {
		return new SignalTypeException("%s is no typed signal, for it names no event".formatted(type.getName()),
				"Use a record or class of your own, or signal(event).payload(..)");
	}

	private static MergedAnnotation<SignalEvent> own(Class<?> type) {
		return MergedAnnotations.from(type).get(SignalEvent.class);
	}

	private static String text(MergedAnnotation<SignalEvent> annotation) {
		String declared = annotation.getValue("value", String.class).orElse("");
		return StringUtils.hasText(declared) ? declared : "";
	}

	/**
	 * Refuses an event that no application can publish, such as that of a record
	 * {@code Shutdown}, which every exporter that leaves would send, or that is not the
	 * one that the text seems to name.
	 * @param event the event
	 * @param owner the type or method that has it
	 * @return the event
	 */
	public static String check(String event, String owner) {
		if (Signal.isReserved(event)) {
			throw new SignalTypeException("The event '%s' of %s is reserved for the protocol".formatted(event, owner),
					"Name another one with @SignalEvent(\"...\")");
		}
		if (event.contains("${") || event.contains("#{")) {
			throw new SignalTypeException(
					"The event '%s' of %s has a placeholder, which is not resolved".formatted(event, owner),
					"Name the event itself in @SignalEvent, or use a placeholder in @OnSignal and the resolved event in signal(event)");
		}
		return event;
	}

	// Writes HTTPDown as http-down.
	public static String kebabCase(String name) {
		return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
			.replace('_', '-')
			.toLowerCase(Locale.ROOT);
	}

	/**
	 * The name of an event. The owner is the type that it is the name of, which may be a
	 * supertype.
	 */
	public record Name(String event, Class<?> owner, boolean declared) {
	}

}
