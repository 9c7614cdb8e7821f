package io.github.statesignals.handler.bridge;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.statesignals.core.SignalTypeException;
import io.github.statesignals.handler.bean.BeanClasses;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.handler.bean.InvocableMethods;
import io.github.statesignals.handler.bridge.BridgedListener.RemoteEvent;
import io.github.statesignals.handler.metadata.MetadataReader;
import io.github.statesignals.handler.metadata.SignalTypes;
import io.github.statesignals.handler.metadata.UnsafeTypeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.EventListenerFactory;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds the listeners of bridged types among the beans of one application context, and
 * leaves out those that are never called for a signal.
 */
record BridgedListeners(AbstractApplicationContext context, Map<String, BridgedEvent> events,
		SingletonSupplier<TransactionTemplate> transaction, MetadataReader reader, BeanClasses classes) {

	private static final Logger logger = LoggerFactory.getLogger(BridgedListeners.class);

	private static final String NOT_REGISTERED = "Spring did not know its type, or its bean, when it registered the listeners. "
			+ "Declare the type of the bean, such as FactoryBean<AlarmListener>, and define it before the context is refreshed";

	BridgedListeners(AbstractApplicationContext context) {
		this(context, new LinkedHashMap<>(), SingletonSupplier.ofNullable(() -> transaction(context)),
				new MetadataReader(context.getBeanFactory()), new BeanClasses(context.getBeanFactory()));
	}

	// Called after Spring has registered its own listeners.
	void inspect(String beanName) {
		Class<?> beanClass = Objects.requireNonNull(this.classes.definedClass(beanName));
		if (ApplicationListener.class.isAssignableFrom(beanClass)) {
			Map<String, Class<?>> observed = observed(this.classes.as(beanName, ApplicationListener.class).getGeneric(),
					"The listener '" + beanName + "'");
			if (!observed.isEmpty()) {
				InvocableMethods.checkAll(this.context.getBeanFactory().getType(beanName), ApplicationListener.class);
				InvocableMethods.checkAllCalled(ApplicationListener.class, beanClass, this.context.getBeanFactory());
				add(BridgedListener.of(beanName, this.context.getBeanFactory()), isRegistered(beanName), observed);
			}
		}
		if (AnnotationUtils.isCandidateClass(beanClass, EventListener.class) && !isSpringContainerClass(beanClass)) {
			for (Map.Entry<Method, EventListener> annotated : annotatedMethods(beanClass).entrySet()) {
				inspect(beanName, beanClass, annotated.getKey(), annotated.getValue());
			}
		}
	}

	private static Map<Method, EventListener> annotatedMethods(Class<?> beanClass) {
		try {
			return MethodIntrospector.selectMethods(beanClass,
					(MethodIntrospector.MetadataLookup<EventListener>) (method) -> AnnotatedElementUtils
						.findMergedAnnotation(method, EventListener.class));
		}
		catch (IllegalStateException ex) {
			// A class of an optional dependency is missing, such as to a lazy bean.
			logger.debug("Could not inspect {}", beanClass, ex);
			return Map.of();
		}
	}

	private void inspect(String beanName, Class<?> beanClass, Method method, EventListener annotation) {
		String description = "The @EventListener method %s.%s".formatted(beanClass.getName(), method.getName());
		Map<String, Class<?>> observed = new LinkedHashMap<>();
		for (Class<?> type : annotation.classes()) {
			observed.putAll(bridged(type, description));
		}
		if (annotation.classes().length == 0 && method.getParameterCount() == 1) {
			observed.putAll(observed(ResolvableType.forMethodParameter(method, 0, beanClass), description));
		}
		if (!observed.isEmpty()) {
			// Spring calls it on the proxy.
			InvocableMethods.check(method, this.context.getBeanFactory().getType(beanName));
			InvocableMethods.checkCalled(method, beanClass, this.context.getBeanFactory());
			InvocableMethods.checkCached(method, this.classes.created(beanName));
			ApplicationListenerMethodAdapter adapter = adapter(method);
			add(BridgedListener.of(beanName, this.context.getBeanFactory(), description, annotation.defaultExecution(),
					adapter), adapter != null || isAdaptedByApplication(method), observed);
		}
	}

	private void add(BridgedListener listener, boolean registered, Map<String, Class<?>> observed) {
		String problem = registered ? listener.neverCalledBecause(() -> this.transaction.get() != null)
				: NOT_REGISTERED;
		if (problem != null) {
			notCalled(listener.description(), observed, problem);
			return;
		}
		observed.forEach((event, type) -> {
			BridgedEvent known = this.events.computeIfAbsent(event,
					(name) -> new BridgedEvent(name, type, new LinkedHashSet<>()));
			if (known.type() != type) {
				throw new InvalidSignalHandlerException("%s and %s are both bridged as the event '%s'"
					.formatted(type.getName(), known.type().getName(), event),
						"Give one of them a separate event: @SignalEvent(\"...\").");
			}
			known.listeners().add(listener);
		});
	}

	private static @Nullable TransactionTemplate transaction(ApplicationContext context) {
		PlatformTransactionManager manager = context.getBeanProvider(PlatformTransactionManager.class).getIfUnique();
		return (manager != null) ? new TransactionTemplate(manager) : null;
	}

	// In a transaction if one of the listeners needs it.
	void call(List<BridgedListener> listeners, Runnable publication) {
		if (listeners.stream().anyMatch(BridgedListener::needsTransaction)) {
			// Without a transaction manager there are no such listeners.
			this.transaction.obtain().executeWithoutResult((status) -> publication.run());
		}
		else {
			publication.run();
		}
	}

	Collection<BridgedEvent> drain() {
		List<BridgedEvent> drained = List.copyOf(this.events.values());
		this.events.clear();
		return drained;
	}

	static String notBridgeable(Class<?> type) {
		return "%s can't be bridged: a remote event could not be distinguished from a local one"
			.formatted(type.getName());
	}

	private Map<String, Class<?>> observed(ResolvableType event, String listener) {
		boolean payload = PayloadApplicationEvent.class.isAssignableFrom(event.toClass());
		ResolvableType observed = payload ? event.as(PayloadApplicationEvent.class).getGeneric() : event;
		Map<String, Class<?>> events = bridged(observed.toClass(), listener);
		if (events.isEmpty()) {
			return events;
		}
		Map<String, Class<?>> others = new LinkedHashMap<>(events);
		// Spring compares type arguments. A subtype is another one; a signal has none.
		others.values()
			.removeIf((type) -> event.isAssignableFrom(payload
					? ResolvableType.forClassWithGenerics(RemoteEvent.class, type) : ResolvableType.forClass(type)));
		if (!others.isEmpty()) {
			events.keySet().removeAll(others.keySet());
			notCalled(listener, others,
					"the type argument of %s is another one, as Spring compares it. Take a wildcard, ".formatted(event)
							+ "such as Page<?> or PayloadApplicationEvent<? extends T>");
		}
		return events;
	}

	private static void notCalled(String listener, Map<String, Class<?>> events, String problem) {
		logger.warn("{} is not called for signals '{}': {}", listener, String.join("', '", events.keySet()), problem);
	}

	private Map<String, Class<?>> bridged(Class<?> type, String listener) {
		Map<String, Class<?>> events = new LinkedHashMap<>();
		if (!SignalTypes.isBridged(type)) {
			for (Class<?> subtype : SignalTypes.subtypes(type)) {
				events.putAll(bridged(subtype, listener));
			}
			return events;
		}
		if (ApplicationEvent.class.isAssignableFrom(type) || type.isEnum()) {
			throw new InvalidSignalHandlerException(notBridgeable(type),
					"Make it a record or class that does not extend ApplicationEvent: Spring publishes any object.");
		}
		try {
			Map<String, Class<?>> observed = SignalTypes.events(type);
			observed.values().forEach(this.reader::check);
			return observed;
		}
		catch (UnsafeTypeException ex) {
			throw new InvalidSignalHandlerException(
					"%s can't observe signals: its event %s".formatted(listener, ex.getProblem()), ex.getRemedy());
		}
		catch (SignalTypeException ex) {
			throw new InvalidSignalHandlerException("%s can't observe signals. %s".formatted(listener, ex.getProblem()),
					ex.getRemedy() + ".");
		}
	}

	// The multicaster has no other method to read its beans: none is removed.
	private boolean isRegistered(String beanName) {
		Set<String> registered = new HashSet<>();
		this.context
			.getBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
					ApplicationEventMulticaster.class)
			.removeApplicationListenerBeans((name) -> {
				registered.add(name);
				return false;
			});
		// A bean that is defined later is registered when it is created.
		return registered.contains(beanName) || this.context.getBeanFactory().containsSingleton(beanName)
				&& this.context.getApplicationListeners().contains(this.context.getBean(beanName));
	}

	// Nothing is known of the listeners of its factory.
	private boolean isAdaptedByApplication(Method method) {
		return this.context.getBeansOfType(EventListenerFactory.class)
			.values()
			.stream()
			.anyMatch((factory) -> !factory.getClass().getName().startsWith("org.springframework.")
					&& factory.supportsMethod(method));
	}

	private @Nullable ApplicationListenerMethodAdapter adapter(Method method) {
		for (ApplicationListener<?> listener : this.context.getApplicationListeners()) {
			if (listener instanceof ApplicationListenerMethodAdapter adapter
					&& adapter.getTargetMethod().equals(method)) {
				return adapter;
			}
		}
		return null;
	}

	// Spring looks for no listener methods there.
	private static boolean isSpringContainerClass(Class<?> type) {
		return type.getName().startsWith("org.springframework.")
				&& !AnnotatedElementUtils.isAnnotated(ClassUtils.getUserClass(type), Component.class);
	}

	record BridgedEvent(String event, Class<?> type, Set<BridgedListener> listeners) {

		List<BridgedListener> calledFor(RemoteEvent<?> event) {
			return this.listeners.stream().filter((listener) -> listener.isCalledFor(event)).toList();
		}

	}

}
