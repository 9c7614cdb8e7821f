package io.github.statesignals.handler.metadata;

import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.core.MetadataConversionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Creates an application's objects from metadata, as the application's {@link JsonMapper}
 * does, except for unsafe types and default typing.
 */
public final class MetadataReader {

	// Created for the first type that needs it.
	private final SingletonSupplier<GuardedMapper> mapper;

	public MetadataReader(BeanFactory beanFactory) {
		this.mapper = SingletonSupplier.of(() -> GuardedMapper
			.of(beanFactory.getBeanProvider(JsonMapper.class).getIfAvailable(() -> JsonMapper.builder().build())));
	}

	// Fails if the type, or a type of its properties, can't be read safely.
	public void check(Type type) {
		if (!(type instanceof Class<?> simple
				&& (simple == String.class || simple.isEnum() || ClassUtils.isPrimitiveOrWrapper(simple)))) {
			this.mapper.obtain().check(type);
		}
	}

	// Jackson finds out with the first value.
	public boolean canCreateMap(Type type) {
		try {
			this.mapper.obtain().read(Map.of(), type);
			return true;
		}
		catch (JacksonException ex) {
			return !(ex instanceof InvalidDefinitionException);
		}
	}

	public Object readAll(Object metadata, Type type, Class<?> rawType) {
		Object value = read(metadata, type, null);
		if (value == null) {
			throw new MetadataConversionException("the metadata is not a valid " + rawType.getSimpleName());
		}
		return value;
	}

	public @Nullable Object read(@Nullable Object value, Type type, @Nullable String entry) {
		try {
			return this.mapper.obtain().read(value, type);
		}
		catch (JacksonException ex) {
			throw MetadataConversionException.of(ex, entry);
		}
	}

	private record GuardedMapper(JsonMapper mapper, TypeGuard guard) {

		static GuardedMapper of(JsonMapper mapper) {
			TypeGuard guard = new TypeGuard(mapper.deserializationConfig().getAnnotationIntrospector());
			return new GuardedMapper(mapper.rebuild()
				.deactivateDefaultTyping()
				.enable(DeserializationFeature.EAGER_DESERIALIZER_FETCH)
				.addModule(guard)
				.build(), guard);
		}

		@Nullable Object read(@Nullable Object value, Type type) {
			return this.mapper.convertValue(value, this.mapper.constructType(type));
		}

		// A reader looks for the deserializers of the type and of all of its properties.
		void check(Type type) {
			Set<Type> checked = new HashSet<>();
			Deque<Type> unchecked = new ArrayDeque<>(Set.of(type));
			while (!unchecked.isEmpty()) {
				Type next = unchecked.remove();
				if (checked.add(next)) {
					JavaType java = this.mapper.constructType(next);
					this.mapper.readerFor(java);
					this.guard.check(java);
					unchecked.addAll(this.guard.subtypes());
				}
			}
		}

	}

}
