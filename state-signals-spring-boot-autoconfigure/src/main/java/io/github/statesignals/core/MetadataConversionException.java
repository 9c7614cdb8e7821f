package io.github.statesignals.core;

import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.ValueInstantiationException;

import org.springframework.util.StringUtils;

/**
 * Thrown when metadata can't be converted to the parameter of a handler. The message
 * names the entry and the reason without quoting its value: it is sent to the publisher
 * and logged.
 */
@SuppressWarnings("serial")
public final class MetadataConversionException extends RuntimeException {

	public MetadataConversionException(String message) {
		super(message);
	}

	public static MetadataConversionException of(JacksonException ex, @Nullable String entry) {
		String path = ex.getPath()
			.stream()
			.map((reference) -> (reference.getPropertyName() != null) ? reference.getPropertyName()
					: String.valueOf(reference.getIndex()))
			.collect(Collectors.joining("."));
		if (entry != null) {
			path = path.isEmpty() ? entry : entry + "." + path;
		}
		String subject = path.isEmpty() ? "the metadata" : "metadata entry '" + path + "'";
		return new MetadataConversionException(subject + " " + reason(ex));
	}

	private static String reason(JacksonException ex) {
		if (ex instanceof InvalidDefinitionException invalid) {
			return "can't be read as " + invalid.getType();
		}
		if (ex instanceof ValueInstantiationException) {
			Throwable cause = ex.getCause();
			String message = (cause != null) ? cause.getMessage() : null;
			return StringUtils.hasText(message) ? "is refused: " + message : "is refused";
		}
		// Its type is that of the object, if Kotlin refuses it.
		if (ex instanceof InvalidNullException) {
			return "is missing or null";
		}
		if (ex instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
			return "is missing or not a valid " + mismatch.getTargetType().getSimpleName();
		}
		if (ex instanceof InputCoercionException coercion && coercion.getTargetType() != null) {
			return "is out of the range of " + coercion.getTargetType().getSimpleName();
		}
		return "can't be read";
	}

}
