package io.github.statesignals.handler;

import java.lang.reflect.Type;

import io.github.statesignals.core.MetadataConversionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.TokenBuffer;

import org.springframework.beans.factory.BeanFactory;

/**
 * Creates an application's objects from metadata with the application's
 * {@link JsonMapper}.
 */
final class MetadataReader {

	private final JsonMapper mapper;

	MetadataReader(BeanFactory beanFactory) {
		this.mapper = beanFactory.getBeanProvider(JsonMapper.class).getIfAvailable(() -> JsonMapper.builder().build());
	}

	Object readAll(Object metadata, Type type, Class<?> rawType) {
		Object value = read(metadata, type, null);
		if (value == null) {
			throw new MetadataConversionException("the metadata is not a valid " + rawType.getSimpleName());
		}
		return value;
	}

	@Nullable Object read(@Nullable Object value, Type type, @Nullable String entry) {
		try {
			TokenBuffer json = TokenBuffer.forGeneration();
			this.mapper.writer().without(SerializationFeature.WRAP_ROOT_VALUE).writeValue(json, value);
			return this.mapper.readerFor(this.mapper.constructType(type))
				.without(DeserializationFeature.UNWRAP_ROOT_VALUE)
				.readValue(new CheckedNumbers(json.asParser()));
		}
		catch (JacksonException ex) {
			throw MetadataConversionException.of(ex, entry);
		}
	}

}
