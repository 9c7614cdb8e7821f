package io.github.statesignals.core;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Between what applications have and what metadata holds: JSON values as plain Java
 * objects. Uses the application's own {@link JsonMapper}, which thus decides how its
 * types look; the signal around them is none of its business.
 */
final class MetadataConverter {

	/**
	 * The one metadata key that belongs to the protocol.
	 */
	static final String RESERVED_KEY = "_ss";

	private final JsonMapper mapper;

	MetadataConverter(JsonMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Make a JSON value of an object.
	 * @param key the metadata key that it is for, to name in an error
	 * @param value the object
	 * @return strings, booleans, numbers, maps, lists and {@code null}
	 */
	@Nullable Object toJson(String key, @Nullable Object value) {
		if (value == null || value instanceof String || value instanceof Boolean || value instanceof Integer
				|| value instanceof Long || value instanceof BigInteger || value instanceof BigDecimal) {
			return value;
		}
		if (value instanceof Double || value instanceof Float || value instanceof Short || value instanceof Byte) {
			return number(key, (Number) value);
		}
		if (value instanceof Map<?, ?> map) {
			Map<String, @Nullable Object> copy = new LinkedHashMap<>();
			map.forEach((k, v) -> copy.put(String.valueOf(k), toJson(key + "." + k, v)));
			return copy;
		}
		if (value instanceof Iterable<?> values) {
			List<@Nullable Object> copy = new ArrayList<>();
			values.forEach((v) -> copy.add(toJson(key + "[" + copy.size() + "]", v)));
			return copy;
		}
		return plain(key, tree(key, value));
	}

	/**
	 * Make metadata of an object.
	 * @param payload the object
	 * @return its properties
	 */
	Map<String, @Nullable Object> toMetadata(Object payload) {
		String description = payload.getClass().getName();
		if (tree(description, payload) instanceof ObjectNode object) {
			Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
			object.forEachEntry((key, value) -> metadata.put(key, plain(key, value)));
			return metadata;
		}
		throw new IllegalArgumentException(
				"A payload has to be an object in JSON, and %s is none: send it as metadata(key, value)"
					.formatted(description));
	}

	/**
	 * Make an application's object of a JSON value.
	 * @param value metadata, or an entry of it
	 * @param type the type to make
	 * @return the object
	 * @throws JacksonException if it can't be made
	 */
	@Nullable Object fromJson(@Nullable Object value, Type type) {
		return this.mapper.convertValue(value, this.mapper.constructType(type));
	}

	private JsonNode tree(String key, Object value) {
		try {
			return this.mapper.valueToTree(value);
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException(
					"'%s' can't be written as JSON: %s".formatted(key, ex.getOriginalMessage()), ex);
		}
	}

	private @Nullable Object plain(String key, JsonNode node) {
		return switch (node.getNodeType()) {
			case OBJECT -> {
				Map<String, @Nullable Object> map = new LinkedHashMap<>();
				((ObjectNode) node).forEachEntry((name, value) -> map.put(name, plain(key + "." + name, value)));
				yield map;
			}
			case ARRAY -> {
				List<@Nullable Object> list = new ArrayList<>();
				node.forEach((value) -> list.add(plain(key + "[" + list.size() + "]", value)));
				yield list;
			}
			case NUMBER -> number(key, node.numberValue());
			case BOOLEAN -> node.booleanValue();
			case NULL, MISSING -> null;
			case STRING, BINARY -> node.asString();
			case POJO -> throw new IllegalArgumentException(
					"'%s' can't be written as JSON: the JsonMapper leaves it as it is".formatted(key));
		};
	}

	private Object number(String key, Number number) {
		if (number instanceof Short || number instanceof Byte) {
			return number.intValue();
		}
		if (number instanceof Float) {
			return number(key, Double.valueOf(number.toString()));
		}
		if (number instanceof Double value && (value.isNaN() || value.isInfinite())) {
			throw new IllegalArgumentException(
					"The metadata entry '%s' is %s, which JSON can't carry: send null or a string in its place"
						.formatted(key, number));
		}
		return number;
	}

}
