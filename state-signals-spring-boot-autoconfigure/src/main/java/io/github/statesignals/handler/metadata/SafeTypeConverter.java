package io.github.statesignals.handler.metadata;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.core.convert.TypeDescriptor;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.SpelMessage;
import org.springframework.expression.spel.support.StandardTypeConverter;
import org.springframework.util.CollectionUtils;

/**
 * Converts values in the conditions of handler methods, and no string to an unsafe type.
 */
public final class SafeTypeConverter extends StandardTypeConverter {

	public static final SafeTypeConverter INSTANCE = new SafeTypeConverter();

	@Override
	public @Nullable Object convertValue(@Nullable Object value, @Nullable TypeDescriptor source,
			TypeDescriptor target) {
		if (value != null && isUnsafe(value, target)) {
			throw new SpelEvaluationException(SpelMessage.TYPE_CONVERSION_ERROR, value.getClass().getName(),
					target.toString());
		}
		return super.convertValue(value, source, target);
	}

	// A bean may provide an object of an unsafe type, which is passed on.
	private static boolean isUnsafe(Object value, TypeDescriptor target) {
		if (UnsafeTypes.isUnsafe(target.getObjectType())) {
			return !target.getObjectType().isInstance(value);
		}
		if (value instanceof Map<?, ?> map && target.isMap()) {
			return isAnyUnsafe(map.keySet(), target.getMapKeyTypeDescriptor())
					|| isAnyUnsafe(map.values(), target.getMapValueTypeDescriptor());
		}
		return isAnyUnsafe(
				(value instanceof Collection<?> elements) ? elements
						: value.getClass().isArray() ? CollectionUtils.arrayToList(value) : List.of(value),
				target.getElementTypeDescriptor());
	}

	private static boolean isAnyUnsafe(Collection<?> values, @Nullable TypeDescriptor target) {
		return target != null && values.stream().anyMatch((value) -> value != null && isUnsafe(value, target));
	}

}
