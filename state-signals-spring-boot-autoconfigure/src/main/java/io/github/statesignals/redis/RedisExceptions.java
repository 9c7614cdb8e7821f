package io.github.statesignals.redis;

import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.lettuce.LettuceExceptionConverter;
import org.springframework.util.ClassUtils;

/**
 * Makes Spring's exceptions of the driver's.
 */
final class RedisExceptions {

	private static final boolean lettucePresent = ClassUtils.isPresent("io.lettuce.core.RedisException",
			RedisExceptions.class.getClassLoader());

	private RedisExceptions() {
	}

	static DataAccessException translate(Throwable ex) {
		Throwable cause = ex;
		while (cause instanceof CompletionException && cause.getCause() != null) {
			cause = cause.getCause();
		}
		if (cause instanceof DataAccessException translated) {
			return translated;
		}
		if (lettucePresent && cause instanceof Exception failure) {
			DataAccessException converted = Lettuce.convert(failure);
			if (converted != null) {
				return converted;
			}
		}
		return new RedisSystemException("Redis did not take it: " + NestedExceptionUtils.getMostSpecificCause(cause),
				cause);
	}

	private static final class Lettuce {

		private static final LettuceExceptionConverter CONVERTER = new LettuceExceptionConverter();

		static @Nullable DataAccessException convert(Exception ex) {
			return CONVERTER.convert(ex);
		}

	}

}
