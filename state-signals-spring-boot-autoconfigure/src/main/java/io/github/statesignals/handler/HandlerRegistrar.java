package io.github.statesignals.handler;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalArgumentResolver;
import io.github.statesignals.SignalErrorHandler;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.SignalTypeException;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.handler.SignalHandlerMethod.HandlerBean;
import io.github.statesignals.handler.bean.BeanClasses;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.handler.bean.InvocableMethods;
import io.github.statesignals.handler.metadata.MetadataReader;
import io.github.statesignals.handler.metadata.SignalTypes;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.function.SingletonSupplier;

/**
 * Checks the handler methods of beans, and registers them at their responders.
 *
 * @param typesByEvent the types of handlers that name no event
 */
record HandlerRegistrar(ConfigurableListableBeanFactory beanFactory, BeanClasses classes, SignalEngine engine,
		HandlerArguments arguments, Map<String, Class<?>> typesByEvent) {

	// The annotations of Spring's own processor.
	private static final List<String> ASYNCHRONOUS = List.of("org.springframework.scheduling.annotation.Async",
			"jakarta.ejb.Asynchronous", "jakarta.enterprise.concurrent.Asynchronous");

	HandlerRegistrar(ConfigurableListableBeanFactory beanFactory, BeanClasses classes, SignalEngine engine) {
		this(beanFactory, classes, engine,
				new HandlerArguments(new MetadataReader(beanFactory),
						beanFactory.getBeanProvider(SignalArgumentResolver.class).orderedStream().toList(),
						new SignalConverters(beanFactory, classes), new ArgumentValidator(beanFactory),
						new AttributeResolver(beanFactory)),
				new ConcurrentHashMap<>());
	}

	// Returns the call that registers the handler, because all methods of a bean are
	// checked before.
	Runnable prepare(HandlerBean bean, Method method, OnSignal annotation,
			List<SignalResponder.@Nullable Registration> registered) {
		OnSignalAttributes attributes = new OnSignalAttributes(method, annotation, bean.defaults(),
				this.arguments.attributeResolver());
		checkKind(method);
		checkAdvice(method, bean);
		InvocableMethods.select(method, bean.beanType());
		SignalFilter filter = new SignalFilter(attributes.get("tag"), attributes.get("processName"),
				attributes.get("publisher"), attributes.condition(), this.beanFactory);
		Set<String> events = events(method, bean.targetClass(), attributes);
		SignalResponder responder = responder(method, attributes);
		String channel = (responder instanceof DefaultSignalResponder local) ? local.getChannel()
				: this.engine.getSettings().channel();
		SignalHandlerMethod handler = new SignalHandlerMethod(bean, method, filter,
				(parameter) -> this.arguments.of(parameter, events, channel), errorHandler(method, attributes));
		return () -> {
			for (String event : events) {
				registered.add(responder.on(event, handler));
			}
		};
	}

	private static void checkKind(Method method) {
		if (MergedAnnotations.from(method).isPresent(Bean.class)) {
			throw new InvalidSignalHandlerException(method, "is a @Bean method: it would create a bean for each signal",
					"Annotate a method of the bean's class with @OnSignal instead, or remove @Bean.");
		}
		if (KotlinFunctions.takesDuration(method)) {
			throw new InvalidSignalHandlerException(method, KotlinFunctions.DURATION, KotlinFunctions.JAVA_DURATION);
		}
	}

	private void checkAdvice(Method method, HandlerBean bean) {
		if (isAsynchronous(method) || isAsynchronous(bean.targetClass())) {
			InvocableMethods.refuseAsynchronous(method);
		}
		InvocableMethods.checkCalled(method, bean.targetClass(), this.beanFactory);
		InvocableMethods.checkAdvice(method, this.classes.created(bean.name()));
	}

	private static boolean isAsynchronous(AnnotatedElement element) {
		MergedAnnotations annotations = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
		for (String annotation : ASYNCHRONOUS) {
			if (annotations.isPresent(annotation)) {
				return true;
			}
		}
		return false;
	}

	private Set<String> events(Method method, Class<?> targetClass, OnSignalAttributes attributes) {
		Set<String> events = new LinkedHashSet<>();
		for (String event : attributes.events()) {
			if (!events.add(event)) {
				throw new InvalidSignalHandlerException(method, "names the event '" + event + "' twice",
						"Remove the duplicate from its 'event' attribute.");
			}
		}
		if (events.isEmpty()) {
			events.addAll(eventsOfType(method, targetClass));
		}
		if (events.contains(DefaultSignalResponder.ANY) && !events.stream()
			.allMatch((event) -> event.equals(DefaultSignalResponder.ANY) || Signal.isReserved(event))) {
			throw new InvalidSignalHandlerException(method, "names \"*\" and events that it includes",
					"Name \"*\" alone, or with \"initialization\" and \"shutdown\", which it does not include.");
		}
		return events;
	}

	private Set<String> eventsOfType(Method method, Class<?> targetClass) {
		List<Class<?>> typed = IntStream.range(0, KotlinFunctions.parameterCount(method))
			.<Class<?>>mapToObj(
					(index) -> ResolvableType.forMethodParameter(method, index, targetClass).resolve(Object.class))
			.filter(SignalTypes::isTyped)
			.toList();
		List<Class<?>> readable = typed.stream().filter(SignalTypes::isReadable).toList();
		// A parameter of another type may have a resolver; alone it leads to the error.
		List<Class<?>> types = readable.isEmpty() ? typed : readable;
		if (types.size() != 1) {
			throw new InvalidSignalHandlerException(method,
					"names no event, and takes %s typed signal that would"
						.formatted(types.isEmpty() ? "no" : "more than one"),
					"Name the events to handle: @OnSignal(event = \"...\"), or \"*\" for any; or take one typed signal.");
		}
		Map<String, Class<?>> events;
		try {
			events = SignalTypes.events(types.get(0));
		}
		catch (SignalTypeException ex) {
			throw new InvalidSignalHandlerException(method, "names no event: " + ex.getProblem(),
					ex.getRemedy() + ", or name the events to handle: @OnSignal(event = \"...\").");
		}
		events.forEach((event, type) -> checkType(method, event, type));
		return events.keySet();
	}

	private void checkType(Method method, String event, Class<?> type) {
		Class<?> other = this.typesByEvent.putIfAbsent(event, type);
		if (other != null && other != type) {
			throw new InvalidSignalHandlerException(method,
					"takes a %s, whose event '%s' is also that of %s".formatted(type.getName(), event, other.getName()),
					"Give one of the types a separate event with @SignalEvent(\"...\"), or name the event in @OnSignal.");
		}
	}

	private @Nullable Supplier<SignalErrorHandler> errorHandler(Method method, OnSignalAttributes attributes) {
		String name = attributes.get("errorHandler");
		if (name.isEmpty()) {
			return null;
		}
		if (!this.beanFactory.containsBean(name) || !this.beanFactory.isTypeMatch(name, SignalErrorHandler.class)
				|| this.classes.isNull(name)) {
			throw new InvalidSignalHandlerException(method,
					"names the error handler '" + name + "', and there is no such SignalErrorHandler bean",
					"Define one, or correct the name.");
		}
		return SingletonSupplier.of(() -> this.beanFactory.getBean(name, SignalErrorHandler.class));
	}

	private SignalResponder responder(Method method, OnSignalAttributes attributes) {
		String name = attributes.get("responder");
		String channel = attributes.get("channel");
		if (channel.isEmpty()) {
			ObjectProvider<SignalResponder> beans = this.beanFactory.getBeanProvider(SignalResponder.class);
			if (name.isEmpty()) {
				SignalResponder unique = beans.getIfUnique();
				if (unique == null) {
					throw new InvalidSignalHandlerException(method,
							"names no responder, and there are several SignalResponder beans",
							"Name it with @OnSignal(responder = \"...\"), or mark one of the beans as @Primary.");
				}
				return unique;
			}
			return beans.stream()
				.filter((candidate) -> name.equals(candidate.getName()))
				.findFirst()
				.orElseGet(() -> this.engine.get(name));
		}
		try {
			return this.engine.get(name.isEmpty() ? this.engine.getSettings().responders().name() : name, channel);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSignalHandlerException(method, "can't receive signals: " + ex.getMessage(),
					"Correct its 'channel' attribute.");
		}
	}

}
