package io.github.statesignals.handler;

import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalArgumentResolver;
import io.github.statesignals.core.MetadataConversionException;
import io.github.statesignals.core.MetadataConverter;
import io.github.statesignals.core.SignalTypeException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.converter.Converter;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.handler.annotation.ValueConstants;
import org.springframework.util.StringUtils;
import org.springframework.validation.BeanPropertyBindingResult;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;
import org.springframework.validation.SmartValidator;
import org.springframework.validation.Validator;
import org.springframework.validation.annotation.ValidationAnnotationUtils;

/**
 * Decides where the parameters of handler methods get their values from.
 */
final class HandlerArguments {

	private final MetadataConverter converter;

	private final List<SignalArgumentResolver> resolvers;

	private final SignalConverters converters;

	private final @Nullable Validator validator;

	private final AttributeResolver attributeResolver;

	/**
	 * The events that the handler receives.
	 */
	private final Set<String> events;

	HandlerArguments(MetadataConverter converter, List<SignalArgumentResolver> resolvers, SignalConverters converters,
			@Nullable Validator validator, AttributeResolver attributeResolver) {
		this(converter, resolvers, converters, validator, attributeResolver, Set.of());
	}

	private HandlerArguments(MetadataConverter converter, List<SignalArgumentResolver> resolvers,
			SignalConverters converters, @Nullable Validator validator, AttributeResolver attributeResolver,
			Set<String> events) {
		this.converter = converter;
		this.resolvers = resolvers;
		this.converters = converters;
		this.validator = validator;
		this.attributeResolver = attributeResolver;
		this.events = events;
	}

	/**
	 * Returns the same for a handler of some events.
	 * @param events the events
	 * @return what decides about its parameters
	 */
	HandlerArguments forEvents(Set<String> events) {
		return new HandlerArguments(this.converter, this.resolvers, this.converters, this.validator,
				this.attributeResolver, events);
	}

	/**
	 * Decide where a parameter's value comes from.
	 * @param parameter the parameter; knows how to discover its name
	 * @return the source
	 * @throws InvalidSignalHandlerException if there is none
	 */
	HandlerArgument of(MethodParameter parameter) {
		for (SignalArgumentResolver resolver : this.resolvers) {
			if (resolver.supports(parameter)) {
				return (signal) -> resolver.resolve(parameter, signal);
			}
		}
		Class<?> type = parameter.getParameterType();
		if (type == Signal.class) {
			return (signal) -> signal;
		}
		Header header = parameter.getParameterAnnotation(Header.class);
		if (header != null) {
			return header(parameter, header);
		}
		if (parameter.hasParameterAnnotation(Headers.class)) {
			return headers(parameter);
		}
		Payload payload = parameter.getParameterAnnotation(Payload.class);
		if (payload != null && StringUtils.hasText(payload.expression())) {
			throw invalid(parameter, "has a @Payload expression, which is not supported",
					"Take the whole metadata, or a single entry by @Header(\"name\").");
		}
		Converter<Signal, ?> converter = this.converters.find(type);
		if (converter != null) {
			return validated(parameter, converter::convert);
		}
		checkKnown(parameter);
		if (payload == null && ParameterKinds.isEntry(type)) {
			return entry(parameter, entryName(parameter));
		}
		return validated(parameter, metadata(parameter));
	}

	private HandlerArgument metadata(MethodParameter parameter) {
		Class<?> type = parameter.getParameterType();
		if (type == Map.class && ResolvableType.forMethodParameter(parameter)
			.asMap()
			.getGeneric(1)
			.resolve(Object.class) == Object.class) {
			return Signal::metadata;
		}
		if (!Map.class.isAssignableFrom(type) && !SignalTypes.isReadable(type)) {
			throw invalid(parameter, "is of type %s, which can't be made of a signal's metadata".formatted(type
				.getName()), "Take a Signal, a Map<String, Object>, a record or class with the metadata's properties, "
						+ "or a parameter with the name of a metadata entry and a simple type; "
						+ "or provide a SignalArgumentResolver bean. An interface or abstract class can be taken if "
						+ "it is sealed, or names its types with @JsonSubTypes.");
		}
		Map<String, Class<?>> subtypes = subtypes(parameter, type);
		return (signal) -> {
			Class<?> subtype = subtypes.get(signal.event());
			Object value = (subtype != null) ? convert(signal.metadata(), subtype, null)
					: convert(signal.metadata(), parameter, null);
			if (value == null) {
				throw new MetadataConversionException("the metadata is not a valid " + type.getSimpleName());
			}
			return value;
		};
	}

	private Map<String, Class<?>> subtypes(MethodParameter parameter, Class<?> type) {
		try {
			SignalTypes.checkReadsNoClassName(type);
		}
		catch (SignalTypeException ex) {
			throw invalid(parameter, "is invalid: " + ex.getProblem(), ex.getRemedy() + ".");
		}
		Map<String, Class<?>> subtypes = SignalTypes.subtypesByEvent(type);
		if (!ParameterKinds.isCreatable(type) && !Map.class.isAssignableFrom(type)
				&& !subtypes.keySet().containsAll(this.events)) {
			throw invalid(parameter,
					"is of type %s, which stands for the events %s only".formatted(type.getName(), subtypes.keySet()),
					"Name the events of this type, or none, in @OnSignal.");
		}
		return subtypes;
	}

	private HandlerArgument entry(MethodParameter parameter, String name) {
		Class<?> type = parameter.getParameterType();
		if (type == Optional.class) {
			MethodParameter nested = parameter.nested();
			return (signal) -> Optional.ofNullable(convertNullable(signal.metadata().get(name), nested, name));
		}
		return (signal) -> {
			Object value = signal.metadata().get(name);
			if (value == null && type.isPrimitive()) {
				throw new MetadataConversionException("metadata entry '" + name + "' is missing or null");
			}
			return convertNullable(value, parameter, name);
		};
	}

	private HandlerArgument header(MethodParameter parameter, Header header) {
		String name = StringUtils.hasText(header.name()) ? resolve(parameter, header.name()) : headerName(parameter);
		boolean optional = parameter.getParameterType() == Optional.class;
		MethodParameter target = optional ? parameter.nested() : parameter;
		String defaultValue = ValueConstants.DEFAULT_NONE.equals(header.defaultValue()) ? null
				: resolve(parameter, header.defaultValue());
		return (signal) -> {
			Object value = fieldOrEntry(signal, name);
			if (value == null) {
				value = defaultValue;
			}
			if (value == null && header.required() && !optional) {
				throw new MetadataConversionException("metadata entry '" + name + "' is missing or null");
			}
			Object converted = convertNullable(value, target, name);
			return optional ? Optional.ofNullable(converted) : converted;
		};
	}

	private HandlerArgument headers(MethodParameter parameter) {
		if (!Map.class.isAssignableFrom(parameter.getParameterType())) {
			throw invalid(parameter, "is annotated with @Headers and no Map", "Make it a Map<String, Object>.");
		}
		return (signal) -> convert(SignalFields.of(signal), parameter, null);
	}

	private static @Nullable Object fieldOrEntry(Signal signal, String name) {
		Object field = SignalFields.get(signal, name);
		return (field != null) ? field : signal.metadata().get(name);
	}

	private HandlerArgument validated(MethodParameter parameter, HandlerArgument argument) {
		for (Annotation annotation : parameter.getParameterAnnotations()) {
			Object[] hints = ValidationAnnotationUtils.determineValidationHints(annotation);
			if (hints != null) {
				return validated(parameter, argument, hints);
			}
		}
		return argument;
	}

	private HandlerArgument validated(MethodParameter parameter, HandlerArgument argument, Object[] hints) {
		Validator validator = this.validator;
		if (validator == null) {
			throw invalid(parameter, "is to be validated, and there is no Validator",
					"Add spring-boot-starter-validation, or take the annotation off.");
		}
		return (signal) -> {
			Object value = argument.resolve(signal);
			if (value != null) {
				BeanPropertyBindingResult result = new BeanPropertyBindingResult(value, name(parameter));
				if (validator instanceof SmartValidator smart) {
					smart.validate(value, result, hints);
				}
				else {
					validator.validate(value, result);
				}
				if (result.hasErrors()) {
					throw new MetadataConversionException(result.getAllErrors()
						.stream()
						.map(HandlerArguments::describe)
						.sorted()
						.collect(Collectors.joining(", ")));
				}
			}
			return value;
		};
	}

	private static String describe(ObjectError error) {
		String message = Objects.requireNonNullElse(error.getDefaultMessage(), "is not valid");
		return (error instanceof FieldError field) ? "metadata entry '" + field.getField() + "' " + message : message;
	}

	private String resolve(MethodParameter parameter, String value) {
		try {
			return this.attributeResolver.resolve(value);
		}
		catch (InvalidAttributeException ex) {
			throw invalid(parameter, "has a @Header " + ex.getMessage(), ex.getRemedy());
		}
	}

	// A lambda, or an object of a generic class, does not know what it was declared with.
	private static void checkKnown(MethodParameter parameter) {
		Type type = GenericTypeResolver.resolveType(parameter.getGenericParameterType(),
				parameter.getContainingClass());
		if (type instanceof TypeVariable<?> variable
				&& ResolvableType.forType(variable).resolve(Object.class) == Object.class) {
			throw invalid(parameter,
					"is of the type variable %s, which %s does not define".formatted(variable.getName(),
							parameter.getContainingClass().getName()),
					"Handle the signal in a class that extends or implements it with a type of yours.");
		}
	}

	// It may be meant as the signal's own, and without an entry it would be null.
	private static String entryName(MethodParameter parameter) {
		String name = name(parameter);
		String field = SignalFields.named(name);
		if (field != null) {
			throw invalid(parameter,
					"is named '%s' as a field of the signal, and takes a metadata entry".formatted(name),
					"For the field annotate it with @Header(\"%s\"); for the entry %s.".formatted(field,
							field.equals(name) ? "take a Map, or a type of yours with that property"
									: "annotate it with @Header(\"" + name + "\")"));
		}
		if (name.equals("metadata")) {
			throw invalid(parameter, "is named 'metadata', and takes a single entry of it",
					"For all of it take a Map<String, Object>; for the entry annotate it with @Header(\"metadata\").");
		}
		return name;
	}

	private static String headerName(MethodParameter parameter) {
		String name = name(parameter);
		String field = SignalFields.named(name);
		if (field != null && !field.equals(name)) {
			throw invalid(parameter, "is a @Header named '%s', which is not the name of a field".formatted(name),
					"For the field name it: @Header(\"%s\"); for a metadata entry @Header(\"%s\").".formatted(field,
							name));
		}
		return name;
	}

	private static String name(MethodParameter parameter) {
		String name = parameter.getParameterName();
		if (name == null) {
			throw invalid(parameter, "takes a metadata entry by its name, which is not known",
					"Compile the class with the option -parameters.");
		}
		return name;
	}

	private @Nullable Object convertNullable(@Nullable Object value, MethodParameter parameter, String entry) {
		return (value != null) ? convert(value, parameter, entry) : null;
	}

	private @Nullable Object convert(Object value, MethodParameter parameter, @Nullable String entry) {
		// A subclass may say what a type variable of the declaring class is.
		return convert(value, GenericTypeResolver.resolveType(parameter.getNestedGenericParameterType(),
				parameter.getContainingClass()), entry);
	}

	private @Nullable Object convert(Object value, Type type, @Nullable String entry) {
		try {
			return this.converter.fromJson(value, type);
		}
		catch (JacksonException ex) {
			throw MetadataConversionException.of(ex, entry);
		}
	}

	private static InvalidSignalHandlerException invalid(MethodParameter parameter, String problem, String remedy) {
		return new InvalidSignalHandlerException(Objects.requireNonNull(parameter.getMethod()),
				"can't be called: its parameter %d %s".formatted(parameter.getParameterIndex(), problem), remedy);
	}

}
