package io.github.statesignals.handler.metadata;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.ext.jdk8.OptionalDoubleDeserializer;
import tools.jackson.databind.ext.jdk8.OptionalIntDeserializer;
import tools.jackson.databind.ext.jdk8.OptionalLongDeserializer;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.NopAnnotationIntrospector;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.ArrayType;

/**
 * Refuses {@link UnsafeTypes} wherever Jackson would create one, also as a property, an
 * element or a key, and types whose subtype is a class name in the JSON. Deserializers of
 * the application may create any type.
 */
@SuppressWarnings("serial")
final class TypeGuard extends SimpleModule {

	// By the type, the last property of that type.
	private final Map<Class<?>, String> places = new ConcurrentHashMap<>();

	// Jackson looks for the deserializers of named subtypes later than for others.
	private final Set<Class<?>> subtypes = ConcurrentHashMap.newKeySet();

	private final AnnotationIntrospector introspector;

	TypeGuard(AnnotationIntrospector introspector) {
		super(TypeGuard.class.getName());
		this.introspector = introspector;
		checkRange(OptionalInt.class, new OptionalIntDeserializer());
		checkRange(OptionalLong.class, new OptionalLongDeserializer());
		checkRange(OptionalDouble.class, new OptionalDoubleDeserializer());
	}

	// Jackson asks no modifier for them.
	@SuppressWarnings("unchecked")
	private <T> void checkRange(Class<T> type, ValueDeserializer<T> deserializer) {
		addDeserializer(type, (ValueDeserializer<T>) (ValueDeserializer<?>) new RangeCheck(type, deserializer));
	}

	Set<Class<?>> subtypes() {
		return this.subtypes;
	}

	@Override
	public void setupModule(JacksonModule.SetupContext context) {
		super.setupModule(context);
		context.addDeserializerModifier(new Modifier());
		context.insertAnnotationIntrospector(new Introspector());
	}

	// Also a type without a deserializer, whose error would name no remedy.
	void check(JavaType type) {
		check(type.getRawClass(), type.isAbstract() && UnsafeTypes.isUnsafe(type.getRawClass()));
	}

	private void check(Class<?> type, boolean unsafe) {
		if (unsafe) {
			throw refusal(type, "", "Take a String and check it before it is used, or provide a Converter<Signal, ...> "
					+ "or SignalArgumentResolver bean that does.");
		}
	}

	private UnsafeTypeException refusal(Class<?> type, String reason, String remedy) {
		String place = this.places.get(type);
		return new UnsafeTypeException("takes %s from metadata%s%s".formatted(type.getTypeName(),
				(place != null) ? " (" + place + ")" : "", reason), remedy);
	}

	private static boolean isOfJackson(Object deserializer) {
		return deserializer.getClass().getName().startsWith("tools.jackson.");
	}

	private final class Modifier extends ValueDeserializerModifier {

		@Override
		public List<BeanPropertyDefinition> updateProperties(DeserializationConfig config,
				BeanDescription.Supplier bean, List<BeanPropertyDefinition> properties) {
			for (BeanPropertyDefinition property : properties) {
				note(property.getPrimaryType(),
						"property '%s' of %s".formatted(property.getName(), bean.getBeanClass().getName()));
			}
			return properties;
		}

		private void note(@Nullable JavaType type, String place) {
			if (type != null) {
				TypeGuard.this.places.put(type.getRawClass(), place);
				note(type.getKeyType(), place);
				note(type.getContentType(), place);
			}
		}

		@Override
		public ValueDeserializer<?> modifyDeserializer(DeserializationConfig config, BeanDescription.Supplier bean,
				ValueDeserializer<?> deserializer) {
			Class<?> type = bean.getBeanClass();
			check(type, isOfJackson(deserializer) && (UnsafeTypes.isUnsafe(type)
					|| (deserializer instanceof BeanDeserializerBase && isForeignBean(type))));
			// One of its subtypes may be meant, which is created.
			if (deserializer instanceof BeanDeserializerBase created && !created.getValueInstantiator().canInstantiate()
					&& TypeGuard.this.introspector.findPolymorphicTypeInfo(config, bean.getClassInfo()) == null) {
				throw refusal(type, ", and has no constructor that Jackson can call",
						"Make it a record, add a constructor without parameters, or annotate one with @JsonCreator. "
								+ "A class of Kotlin needs the dependency tools.jackson.module:jackson-module-kotlin.");
			}
			return (isOfJackson(deserializer) && RangeCheck.concerns(type)) ? new RangeCheck(type, deserializer)
					: deserializer;
		}

		@Override
		public ValueDeserializer<?> modifyArrayDeserializer(DeserializationConfig config, ArrayType type,
				BeanDescription.Supplier bean, ValueDeserializer<?> deserializer) {
			Class<?> element = type.getContentType().getRawClass();
			return (isOfJackson(deserializer) && element.isPrimitive() && element != byte.class
					&& RangeCheck.concerns(element)) ? new RangeCheck.OfArray(type.getRawClass()) : deserializer;
		}

		// Classes of Java that have setters or constructors by chance.
		private static boolean isForeignBean(Class<?> type) {
			return UnsafeTypes.isOfJava(type) && !Throwable.class.isAssignableFrom(type) && type != Object.class;
		}

		@Override
		public KeyDeserializer modifyKeyDeserializer(DeserializationConfig config, JavaType type,
				KeyDeserializer deserializer) {
			check(type.getRawClass(), isOfJackson(deserializer) && UnsafeTypes.isUnsafe(type.getRawClass()));
			return deserializer;
		}

	}

	private final class Introspector extends NopAnnotationIntrospector {

		@Override
		public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
			JsonTypeInfo.Value info = TypeGuard.this.introspector.findPolymorphicTypeInfo(config, annotated);
			if (info != null && (info.getIdType() == JsonTypeInfo.Id.CLASS
					|| info.getIdType() == JsonTypeInfo.Id.MINIMAL_CLASS)) {
				throw new UnsafeTypeException("reads a class name from metadata (%s)".formatted(place(annotated)),
						"Name its subtypes with @JsonTypeInfo(use = JsonTypeInfo.Id.NAME) and @JsonSubTypes.");
			}
			return info;
		}

		private static String place(Annotated annotated) {
			return (annotated instanceof AnnotatedMember member)
					? "a property of " + member.getDeclaringClass().getName() : annotated.getName();
		}

		@Override
		public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
			List<NamedType> found = TypeGuard.this.introspector.findSubtypes(config, annotated);
			if (found != null) {
				found.forEach((subtype) -> TypeGuard.this.subtypes.add(subtype.getType()));
			}
			return null;
		}

	}

}
