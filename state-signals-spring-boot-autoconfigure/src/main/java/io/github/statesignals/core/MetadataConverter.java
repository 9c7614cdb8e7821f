package io.github.statesignals.core;

import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.DoubleAccumulator;
import java.util.concurrent.atomic.DoubleAdder;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.POJONode;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;

import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Converts between the objects of applications and metadata: JSON values as plain Java
 * objects. Uses the application's own {@link JsonMapper}, which thus decides how its
 * types look; the signal around them is none of its business.
 */
public final class MetadataConverter {

	// Python fails at some thousand levels, and the reader of this project at 200.
	private static final int MAX_DEPTH = 100;

	private final SingletonSupplier<JsonMapper> mapper;

	// Without the names of classes, which a receiver does not expect around an object.
	public MetadataConverter(JsonMapper mapper) {
		this.mapper = SingletonSupplier.of(() -> mapper.rebuild()
			.deactivateDefaultTyping()
			.disable(SerializationFeature.WRAP_ROOT_VALUE)
			.addModule(new SimpleModule(Refusals.class.getName()).setSerializerModifier(new Refusals()))
			.build());
	}

	// Errors name the key.
	public @Nullable Object toJson(String key, @Nullable Object value) {
		return toJson(key, value, 1);
	}

	@SuppressWarnings("unchecked")
	public Map<String, @Nullable Object> toMetadata(Object payload) {
		if (toJson(payload.getClass().getName(), payload, 0) instanceof Map<?, ?> metadata) {
			return (Map<String, @Nullable Object>) metadata;
		}
		throw new IllegalArgumentException(
				"A payload has to be an object in JSON, and %s is none: send it as metadata(key, value)"
					.formatted(payload.getClass().getName()));
	}

	private @Nullable Object toJson(String path, @Nullable Object value, int depth) {
		if (depth > MAX_DEPTH) {
			throw new IllegalArgumentException(
					"The metadata is nested deeper than %d levels: flatten it, or send it as a string"
						.formatted(MAX_DEPTH));
		}
		if (value == null || value instanceof String || value instanceof Boolean) {
			return value;
		}
		// Such as a GString of Groovy, of which Jackson would write the parts.
		if (value instanceof CharSequence text) {
			return text.toString();
		}
		if (value instanceof Number number && number.getClass().getPackageName().startsWith("java.")) {
			return toJsonNumber(path, number);
		}
		if (value instanceof Map<?, ?> map) {
			Map<String, @Nullable Object> copy = new LinkedHashMap<>();
			map.forEach((key, nested) -> copy.put(nameOf(path, key), toJson(path + "." + key, nested, depth + 1)));
			return copy;
		}
		if (value instanceof JsonNode node) {
			return toJson(path, node, depth);
		}
		if (value instanceof Collection<?> values) {
			List<@Nullable Object> copy = new ArrayList<>();
			values.forEach((nested) -> copy.add(toJson(path + "[" + copy.size() + "]", nested, depth + 1)));
			return copy;
		}
		return objectToJson(path, value, depth);
	}

	private static String nameOf(String path, @Nullable Object key) {
		if (key == null) {
			throw new IllegalArgumentException(
					"'%s' has a key that is null: name it, or leave its entry out".formatted(path));
		}
		return key.toString();
	}

	private @Nullable Object objectToJson(String path, Object value, int depth) {
		// Jackson's module for Kotlin writes the number that encodes it.
		if (value.getClass().getName().equals("kotlin.time.Duration")) {
			throw new IllegalArgumentException(
					"'%s' is a kotlin.time.Duration, which has no unit in JSON: send a java.time.Duration"
						.formatted(path));
		}
		try {
			return toJson(path, this.mapper.obtain().<JsonNode>valueToTree(value), depth);
		}
		catch (JacksonException ex) {
			BigDecimal decimal = (value instanceof Number number) ? decimal(number) : null;
			if (decimal != null) {
				return decimal;
			}
			throw new IllegalArgumentException(
					"'%s' can't be written as JSON: %s".formatted(path, ex.getOriginalMessage()), ex);
		}
	}

	// A number of an application's own type: in a tree, Jackson has no place for it.
	private static @Nullable BigDecimal decimal(Number number) {
		try {
			return new BigDecimal(number.toString());
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	private @Nullable Object toJson(String path, JsonNode node, int depth) {
		return switch (node.getNodeType()) {
			case OBJECT -> {
				Map<String, JsonNode> properties = new LinkedHashMap<>();
				((ObjectNode) node).forEachEntry(properties::put);
				yield toJson(path, properties, depth);
			}
			case ARRAY -> toJson(path, List.copyOf(((ArrayNode) node).elements()), depth);
			case NUMBER -> toJsonNumber(path, node.numberValue());
			case BOOLEAN -> node.booleanValue();
			case NULL, MISSING -> null;
			case STRING, BINARY -> node.asString();
			case POJO -> {
				// How a tree holds the bytes of an object.
				if (((POJONode) node).getPojo() instanceof byte[] bytes) {
					yield Base64.getEncoder().encodeToString(bytes);
				}
				throw new IllegalArgumentException(
						"'%s' can't be written as JSON: the JsonMapper leaves it as it is".formatted(path));
			}
		};
	}

	private static Number toJsonNumber(String path, Number number) {
		double value = number.doubleValue();
		if (number instanceof Double || number instanceof Float) {
			if (Double.isNaN(value) || Double.isInfinite(value)) {
				throw new IllegalArgumentException(
						"The metadata entry '%s' is %s, which JSON can't carry: send null or a string in its place"
							.formatted(path, number));
			}
			// The shortest decimal of a float is not that of the double that equals it.
			return (number instanceof Float) ? Double.valueOf(number.toString()) : number;
		}
		if (number instanceof Integer || number instanceof BigInteger || number instanceof BigDecimal) {
			return number;
		}
		// A sum of doubles is no integer either.
		boolean fraction = number instanceof DoubleAdder || number instanceof DoubleAccumulator;
		return fraction ? toJsonNumber(path, value) : number.longValue();
	}

	/**
	 * Refuses objects that compute a value, whose getters would be written in its place,
	 * and those that write none of their fields: they would be null at the other end,
	 * without an error.
	 */
	@SuppressWarnings("serial")
	private static final class Refusals extends ValueSerializerModifier {

		@Override
		public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier description,
				ValueSerializer<?> serializer) {
			// A serializer of the application may write anything on purpose.
			if (!(serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer)) {
				return serializer;
			}
			Class<?> type = description.getBeanClass();
			boolean empty = !serializer.properties().hasNext();
			// The class of a lambda is hidden.
			if (Future.class.isAssignableFrom(type) || Thread.class.isAssignableFrom(type)
					|| ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null
					|| (empty && type.isHidden())) {
				return new Refusal(type.getName() + " is no value: send its result");
			}
			return (empty && hasFields(type)) ? new Refusal(type.getName()
					+ " has fields, and none of them is a property in JSON: make it a record, or add getters or @JsonProperty")
					: serializer;
		}

		private static boolean hasFields(Class<?> type) {
			boolean[] fields = new boolean[1];
			ReflectionUtils.doWithFields(type, (field) -> fields[0] = true, (field) -> !field.isSynthetic()
					&& (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0);
			return fields[0];
		}

	}

	private static final class Refusal extends ValueSerializer<Object> {

		private final String problem;

		Refusal(String problem) {
			this.problem = problem;
		}

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			throw DatabindException.from(generator, this.problem);
		}

		@Override
		public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
				TypeSerializer typeSerializer) {
			serialize(value, generator, context);
		}

	}

}
