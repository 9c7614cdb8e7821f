package io.github.statesignals.handler;

import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalArgumentResolver;
import io.github.statesignals.core.MetadataConversionException;
import io.github.statesignals.core.SignalTypeException;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.handler.metadata.MetadataReader;
import io.github.statesignals.handler.metadata.SignalTypes;
import io.github.statesignals.handler.metadata.UnsafeTypeException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.converter.Converter;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.handler.annotation.ValueConstants;
import org.springframework.util.StringUtils;

/**
 * Decides from which part of a signal the parameters of handler methods get their values.
 */
record HandlerArguments(MetadataReader reader, List<SignalArgumentResolver> resolvers, SignalConverters converters,
		ArgumentValidator validator, AttributeResolver attributeResolver) {

	// By name: most applications need not load them.
	private static final Set<String> LIBRARY_TYPES = Set.of("Response", "SignalResult", "SignalExporter",
			"SignalExporterFactory", "SignalResponder", "SignalResponderFactory", "DurableChannels");

	HandlerArgument of(MethodParameter parameter, Set<String> events, String channel) {
		for (SignalArgumentResolver resolver : this.resolvers) {
			if (resolver.supports(parameter)) {
				return this.validator.validated(parameter, "", (signal) -> resolver.resolve(parameter, signal));
			}
		}
		Class<?> type = parameter.getParameterType();
		if (type == Signal.class) {
			return (signal) -> signal;
		}
		Header header = parameter.getParameterAnnotation(Header.class);
		if (header != null) {
			return header(parameter, header, channel);
		}
		if (parameter.hasParameterAnnotation(Headers.class)) {
			return headers(parameter, channel);
		}
		Payload payload = parameter.getParameterAnnotation(Payload.class);
		if (payload != null && StringUtils.hasText(payload.expression())) {
			throw new InvalidSignalHandlerException(parameter, "has a @Payload expression, which is not supported",
					"Take the whole metadata, or a single entry by @Header(\"name\").");
		}
		Converter<Signal, ?> converter = this.converters.find(type, ResolvableType.forMethodParameter(parameter));
		if (converter != null) {
			return this.validator.validated(parameter, "", converter::convert);
		}
		checkNotMistaken(parameter);
		checkKnown(parameter);
		if (payload == null && SignalTypes.isEntry(type)) {
			return entry(parameter, entryName(parameter), KotlinFunctions.isKotlin(parameter.getDeclaringClass()), null,
					channel);
		}
		return this.validator.validated(parameter, "", metadata(parameter, events));
	}

	// Either would be read from the metadata, where there is no such entry.
	private static void checkNotMistaken(MethodParameter parameter) {
		if (parameter.getParameterType() == Acknowledgement.class) {
			throw new InvalidSignalHandlerException(parameter, "is an Acknowledgement, which a handler returns",
					"Remove the parameter, and return the acknowledgement.");
		}
		Class<?> type = parameter.getParameterType();
		if (type.getPackageName().equals(Signal.class.getPackageName())
				&& LIBRARY_TYPES.contains(type.getSimpleName())) {
			throw new InvalidSignalHandlerException(parameter,
					"is a %s, which no signal has".formatted(type.getSimpleName()),
					"Take a Signal or its metadata. If it is a bean, inject it into the bean of the handler.");
		}
		String foreign = SignalTypes.foreign(parameter.getParameterAnnotations());
		if (foreign != null) {
			throw new InvalidSignalHandlerException(parameter, "has @%s, which is not supported".formatted(foreign),
					"Inject the value into the bean, or take a metadata entry with @Header(\"name\"), "
							+ "or all of the metadata with @Payload.");
		}
	}

	private HandlerArgument metadata(MethodParameter parameter, Set<String> events) {
		Class<?> type = parameter.getParameterType();
		ResolvableType map = ResolvableType.forMethodParameter(parameter).asMap();
		if (type == Map.class && map.getGeneric(0).resolve(String.class) == String.class
				&& map.getGeneric(1).resolve(Object.class) == Object.class) {
			return Signal::metadata;
		}
		Type target = checkedType(parameter);
		if (Map.class.isAssignableFrom(type)) {
			checkMap(parameter, target);
		}
		else if (BeanUtils.isSimpleValueType(type) || !SignalTypes.isReadable(type)) {
			throw notCreatable(parameter,
					"Take a Signal, a Map<String, Object>, a record or class with the metadata's properties, "
							+ "or a parameter with the name of a metadata entry and a simple type; "
							+ "or provide a SignalArgumentResolver bean. An interface or abstract class can be taken if "
							+ "it is sealed, or names its types with @JsonSubTypes.");
		}
		Map<String, Class<?>> subtypes = subtypes(parameter, type, events);
		return (signal) -> {
			Class<?> subtype = subtypes.get(signal.event());
			return this.reader.readAll(signal.metadata(), (subtype != null) ? subtype : target, type);
		};
	}

	private void checkMap(MethodParameter parameter, Type target) {
		if (!this.reader.canCreateMap(target)) {
			throw notCreatable(parameter,
					"Take a Map<String, Object>, or a record or class with the metadata's properties.");
		}
	}

	private static InvalidSignalHandlerException notCreatable(MethodParameter parameter, String remedy) {
		return new InvalidSignalHandlerException(parameter,
				"is of type %s, which can't be created from metadata".formatted(parameter.getParameterType().getName()),
				remedy);
	}

	private Map<String, Class<?>> subtypes(MethodParameter parameter, Class<?> type, Set<String> events) {
		Map<String, Class<?>> subtypes = SignalTypes.subtypesByEvent(type);
		subtypes.values().forEach((subtype) -> check(parameter, subtype));
		if (!SignalTypes.isCreatable(type) && !Map.class.isAssignableFrom(type)
				&& !subtypes.keySet().containsAll(events)) {
			throw new InvalidSignalHandlerException(parameter,
					"is of type %s, which stands for the events %s only".formatted(type.getName(), subtypes.keySet()),
					"Name the events of this type, or none, in @OnSignal.");
		}
		return subtypes;
	}

	private HandlerArgument header(MethodParameter parameter, Header header, String channel) {
		String name = StringUtils.hasText(header.name()) ? resolve(parameter, header.name()) : headerName(parameter);
		String defaultValue = ValueConstants.DEFAULT_NONE.equals(header.defaultValue()) ? null
				: resolve(parameter, header.defaultValue());
		return entry(parameter, name, header.required(), defaultValue, channel);
	}

	private HandlerArgument entry(MethodParameter parameter, String name, boolean demanded,
			@Nullable String defaultValue, String channel) {
		boolean optional = parameter.getParameterType().getName().startsWith("java.util.Optional");
		boolean required = (demanded || parameter.getParameterType().isPrimitive())
				&& !KotlinFunctions.isOptional(parameter);
		Type target = checkedType(parameter);
		if (defaultValue != null) {
			checkDefault(parameter, defaultValue, target, name);
		}
		return this.validator.validated(parameter, name, (signal) -> {
			Object field = SignalFields.get(signal, channel, name);
			Object value = (field != null) ? field : signal.metadata().get(name);
			value = (value != null) ? value : defaultValue;
			// Jackson reads an empty string as null, unless a string is wanted.
			Object argument = (value != null || optional) ? this.reader.read(value, target, name) : null;
			if (argument == null && required) {
				throw new MetadataConversionException("metadata entry '" + name + "' is missing or null");
			}
			return argument;
		});
	}

	private void checkDefault(MethodParameter parameter, String value, Type target, String name) {
		try {
			this.reader.read(value, target, name);
		}
		catch (MetadataConversionException ex) {
			throw new InvalidSignalHandlerException(parameter,
					"has the default value '%s': %s".formatted(value, ex.getMessage()),
					"Give it one of the type of the parameter.");
		}
	}

	private HandlerArgument headers(MethodParameter parameter, String channel) {
		if (!Map.class.isAssignableFrom(parameter.getParameterType())) {
			throw new InvalidSignalHandlerException(parameter, "is annotated with @Headers and no Map",
					"Make it a Map<String, Object>.");
		}
		Type target = checkedType(parameter);
		checkMap(parameter, target);
		return (signal) -> this.reader.read(SignalFields.of(signal, channel), target, null);
	}

	private String resolve(MethodParameter parameter, String value) {
		try {
			return this.attributeResolver.resolve(value);
		}
		catch (SignalTypeException ex) {
			throw new InvalidSignalHandlerException(parameter, "has a @Header " + ex.getProblem(), ex.getRemedy());
		}
	}

	// Unknown in a lambda, and in an object of a generic class.
	private static void checkKnown(MethodParameter parameter) {
		Type type = GenericTypeResolver.resolveType(parameter.getGenericParameterType(),
				parameter.getContainingClass());
		if (type instanceof TypeVariable<?> variable
				&& ResolvableType.forType(variable).resolve(Object.class) == Object.class) {
			throw new InvalidSignalHandlerException(parameter,
					"is of the type variable %s, which %s does not define".formatted(variable.getName(),
							parameter.getContainingClass().getName()),
					"Handle the signal in a class that extends or implements it with a type of yours.");
		}
	}

	// The field of the signal may be meant; without an entry the argument would be null.
	private static String entryName(MethodParameter parameter) {
		String name = name(parameter);
		String field = SignalFields.named(name);
		if (field != null) {
			throw new InvalidSignalHandlerException(parameter,
					"is named '%s' as a field of the signal, and takes a metadata entry".formatted(name),
					"For the field annotate it with @Header(\"%s\"); for the entry %s.".formatted(field,
							field.equals(name) ? "take a Map, or a type of yours with that property"
									: "annotate it with @Header(\"" + name + "\")"));
		}
		if (name.equals("metadata")) {
			throw new InvalidSignalHandlerException(parameter, "is named 'metadata', and takes a single entry of it",
					"For all of it take a Map<String, Object>; for the entry annotate it with @Header(\"metadata\").");
		}
		return name;
	}

	private static String headerName(MethodParameter parameter) {
		String name = name(parameter);
		String field = SignalFields.named(name);
		if (field != null && !field.equals(name)) {
			throw new InvalidSignalHandlerException(parameter,
					"is a @Header named '%s', which is not the name of a field".formatted(name),
					"For the field name it: @Header(\"%s\"); for a metadata entry @Header(\"%s\").".formatted(field,
							name));
		}
		return name;
	}

	private static String name(MethodParameter parameter) {
		String name = parameter.getParameterName();
		if (name == null) {
			throw new InvalidSignalHandlerException(parameter, "takes a metadata entry by its name, which is not known",
					"Compile the class with the option -parameters.");
		}
		if (KotlinFunctions.isReceiver(name, parameter.getDeclaringClass())) {
			throw new InvalidSignalHandlerException(parameter, KotlinFunctions.RECEIVER,
					KotlinFunctions.NAMED_RECEIVER);
		}
		return name;
	}

	// A subclass may define a type variable of the declaring class.
	private Type checkedType(MethodParameter parameter) {
		Type type = GenericTypeResolver.resolveType(parameter.getNestedGenericParameterType(),
				parameter.getContainingClass());
		check(parameter, type);
		return type;
	}

	private void check(MethodParameter parameter, Type type) {
		try {
			this.reader.check(type);
		}
		catch (UnsafeTypeException ex) {
			throw new InvalidSignalHandlerException(parameter, ex.getProblem(), ex.getRemedy());
		}
	}

}
