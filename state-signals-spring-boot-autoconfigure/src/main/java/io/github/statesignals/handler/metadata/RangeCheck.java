package io.github.statesignals.handler.metadata;

import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.deser.std.StdDeserializer;

import org.springframework.util.ClassUtils;

/**
 * Refuses numbers that Jackson reads as others: as infinity, NaN as zero, 2^63 as a
 * smaller one, or a time of more seconds as another one.
 */
final class RangeCheck extends DelegatingDeserializer {

	private static final Set<Class<?>> DECIMALS = Set.of(Number.class, double.class, Double.class, float.class,
			Float.class, OptionalDouble.class);

	private static final Set<Class<?>> TIMES = Set.of(Duration.class, Instant.class, OffsetDateTime.class,
			ZonedDateTime.class);

	private static final Set<Class<?>> LONGS = Set.of(long.class, Long.class, AtomicLong.class, OptionalLong.class);

	private static final BigDecimal SMALLEST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);

	private static final BigDecimal BEYOND_LONG = SMALLEST_LONG.negate();

	private final Class<?> type;

	RangeCheck(Class<?> type, ValueDeserializer<?> deserializer) {
		super(deserializer);
		this.type = type;
	}

	static boolean concerns(Class<?> type) {
		return Number.class.isAssignableFrom(ClassUtils.resolvePrimitiveIfNecessary(type)) || TIMES.contains(type);
	}

	@Override
	protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> deserializer) {
		return new RangeCheck(this.type, deserializer);
	}

	@Override
	public Object deserialize(JsonParser parser, DeserializationContext context) {
		JsonToken token = parser.currentToken();
		if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
			Object value = super.deserialize(parser, context);
			// A string that names it, "NaN" or "Infinity", is meant.
			if (isHeld(value, parser) || token != JsonToken.VALUE_STRING
					|| parser.getString().chars().noneMatch(Character::isDigit)) {
				return value;
			}
			throw outOfRange(parser, token);
		}
		boolean finite = isFinite(parser.getNumberValue());
		if (finite && token == JsonToken.VALUE_NUMBER_FLOAT
				&& (TIMES.contains(this.type) || LONGS.contains(this.type))) {
			BigDecimal number = parser.getDecimalValue();
			finite = number.compareTo(SMALLEST_LONG) >= 0 && number.compareTo(BEYOND_LONG) < 0;
		}
		if (finite || DECIMALS.contains(this.type)) {
			Object value = super.deserialize(parser, context);
			if (!finite || isHeld(value, parser)) {
				return value;
			}
		}
		throw outOfRange(parser, token);
	}

	private InputCoercionException outOfRange(JsonParser parser, JsonToken token) {
		return new InputCoercionException(parser, "Out of range", token, primitive(this.type));
	}

	// 200 in a byte is -56.
	private static boolean isHeld(@Nullable Object value, JsonParser parser) {
		return isFinite(value) && !(value instanceof Byte number && number < 0 && !parser.getString().contains("-"));
	}

	private static boolean isFinite(@Nullable Object value) {
		Object number = (value instanceof OptionalDouble optional) ? optional.orElse(0) : value;
		return !(number instanceof Double || number instanceof Float)
				|| Double.isFinite(((Number) number).doubleValue());
	}

	private static Class<?> primitive(Class<?> type) {
		return MethodType.methodType(type).unwrap().returnType();
	}

	static final class OfArray extends StdDeserializer<Object> {

		OfArray(Class<?> type) {
			super(type);
		}

		@Override
		public Object deserialize(JsonParser parser, DeserializationContext context) {
			Class<?> element = handledType().getComponentType();
			Object[] boxed = (Object[]) context.readValue(parser,
					ClassUtils.resolvePrimitiveIfNecessary(element).arrayType());
			Object array = Array.newInstance(element, boxed.length);
			for (int i = 0; i < boxed.length; i++) {
				if (boxed[i] == null) {
					context.reportInputMismatch(element, "null");
				}
				Array.set(array, i, boxed[i]);
			}
			return array;
		}

	}

}
