package io.github.statesignals.handler;

import java.lang.annotation.Annotation;
import java.util.Objects;
import java.util.stream.Collectors;

import io.github.statesignals.core.MetadataConversionException;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.MethodParameter;
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

	HandlerArgument validated(MethodParameter parameter, HandlerArgument argument) {
		for (Annotation annotation : parameter.getParameterAnnotations()) {
			Object[] hints = ValidationAnnotationUtils.determineValidationHints(annotation);
			if (hints != null) {
				return validated(parameter, argument, hints);
			}
		}
		return argument;
	}

	private HandlerArgument validated(MethodParameter parameter, HandlerArgument argument, Object[] hints) {
		Validator validator = this.beanFactory.getBeanProvider(Validator.class).getIfUnique();
		if (validator == null) {
			throw new InvalidSignalHandlerException(parameter, "is to be validated, and there is no Validator",
					"Add spring-boot-starter-validation, or remove the annotation.");
		}
		String name = Objects.requireNonNullElse(parameter.getParameterName(), "metadata");
		return (signal) -> {
			Object value = argument.resolve(signal);
			if (value != null) {
				validate(validator, value, name, hints);
			}
			return value;
		};
	}

	private static void validate(Validator validator, Object value, String name, Object[] hints) {
		BeanPropertyBindingResult result = new BeanPropertyBindingResult(value, name);
		ValidationUtils.invokeValidator(validator, value, result, hints);
		if (result.hasErrors()) {
			throw new MetadataConversionException(result.getAllErrors()
				.stream()
				.map(ArgumentValidator::describe)
				.sorted()
				.collect(Collectors.joining(", ")));
		}
	}

	private static String describe(ObjectError error) {
		String message = Objects.requireNonNullElse(error.getDefaultMessage(), "is not valid");
		return (error instanceof FieldError field) ? "metadata entry '" + field.getField() + "' " + message : message;
	}

}
