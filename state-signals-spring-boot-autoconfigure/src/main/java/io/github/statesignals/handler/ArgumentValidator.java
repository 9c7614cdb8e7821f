package io.github.statesignals.handler;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.core.MetadataConversionException;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.MethodParameter;
import org.springframework.util.ObjectUtils;
import org.springframework.util.StringUtils;
import org.springframework.validation.BeanPropertyBindingResult;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.ValidationUtils;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.ValidationAnnotationUtils;

/**
 * Validates the arguments of parameters that are annotated with {@code @Valid} or
 * {@code @Validated}.
 */
record ArgumentValidator(BeanFactory beanFactory) {

	// entry: empty for the whole metadata.
	HandlerArgument validated(MethodParameter parameter, String entry, HandlerArgument argument) {
		Object[] hints = Stream.of(parameter.getParameterAnnotations())
			.map(ValidationAnnotationUtils::determineValidationHints)
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
		if (hints == null) {
			return argument;
		}
		Validator validator = this.beanFactory.getBeanProvider(Validator.class).getIfUnique();
		if (validator == null) {
			throw new InvalidSignalHandlerException(parameter, "is to be validated, and there is no Validator",
					"Add spring-boot-starter-validation, or remove the annotation.");
		}
		return (signal) -> {
			Object value = argument.resolve(signal);
			String problems = validate(validator, value, entry, hints).sorted().collect(Collectors.joining(", "));
			if (!problems.isEmpty()) {
				throw new MetadataConversionException(problems);
			}
			return value;
		};
	}

	private static Stream<String> validate(Validator validator, @Nullable Object argument, String path,
			Object[] hints) {
		Object value = ObjectUtils.unwrapOptional(argument);
		if (value instanceof Collection<?> || value instanceof Object[]) {
			@Nullable Object[] elements = (value instanceof Collection<?> list) ? list.toArray() : (Object[]) value;
			return IntStream.range(0, elements.length)
				.boxed()
				.flatMap((index) -> validate(validator, elements[index], "%s[%d]".formatted(path, index), hints));
		}
		if (value == null) {
			return Stream.empty();
		}
		Map<?, ?> values = (value instanceof Map<?, ?> map) ? map : Map.of();
		BeanPropertyBindingResult result = new BeanPropertyBindingResult(value, "metadata");
		ValidationUtils.invokeValidator(validator, value, result, hints);
		return Stream.concat(result.getAllErrors().stream().map((error) -> describe(path, error)),
				values.entrySet()
					.stream()
					.flatMap((entry) -> validate(validator, entry.getValue(), path + "." + entry.getKey(), hints)));
	}

	private static String describe(String path, ObjectError error) {
		String message = Objects.requireNonNullElse(error.getDefaultMessage(), "is not valid");
		String entry = (error instanceof FieldError field) ? path + "." + field.getField() : path;
		return entry.isEmpty() ? message
				: "metadata entry '" + StringUtils.trimLeadingCharacter(entry, '.') + "' " + message;
	}

}
