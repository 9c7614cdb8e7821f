package io.github.statesignals.core;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.StringValueResolver;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds the {@link OnSignal} methods of all beans, once the singletons are there, and
 * makes handlers of them. Like Spring's own event listeners it looks at the types of
 * beans, so that lazy, scoped and prototype beans need not be created to be found, and no
 * bean is kept from being proxied.
 *
 * @since 0.1.0
 */
public final class OnSignalMethodProcessor implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(OnSignalMethodProcessor.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final ObjectProvider<SignalEngine> engineProvider;

	private final ObjectProvider<SignalResponder> responders;

	private final StringValueResolver valueResolver;

	/**
	 * Create a processor.
	 * @param beanFactory the beans to look at
	 * @param engineProvider the engine, asked for only where there is a handler
	 * @param responders the responders that are beans: first the application's own one,
	 * and any others by their names
	 */
	public OnSignalMethodProcessor(ConfigurableListableBeanFactory beanFactory,
			ObjectProvider<SignalEngine> engineProvider, ObjectProvider<SignalResponder> responders) {
		this.beanFactory = beanFactory;
		this.engineProvider = engineProvider;
		this.responders = responders;
		this.valueResolver = new EmbeddedValueResolver(beanFactory);
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String beanName : this.beanFactory.getBeanNamesForType(Object.class)) {
			if (ScopedProxyUtils.isScopedTarget(beanName)) {
				continue;
			}
			Class<?> targetClass = targetClass(beanName);
			if (targetClass != null && isCandidate(targetClass)) {
				process(beanName, targetClass);
			}
		}
	}

	private @Nullable Class<?> targetClass(String beanName) {
		try {
			Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
			// A scoped proxy does not tell its target's class by itself.
			String targetName = ScopedProxyUtils.getTargetBeanName(beanName);
			if (this.beanFactory.containsBeanDefinition(targetName)) {
				Class<?> scopedType = AutoProxyUtils.determineTargetClass(this.beanFactory, targetName);
				return (scopedType != null) ? scopedType : type;
			}
			return type;
		}
		catch (RuntimeException ex) {
			logger.debug("Could not determine the class of bean '{}'", beanName, ex);
			return null;
		}
	}

	private static boolean isCandidate(Class<?> type) {
		return AnnotationUtils.isCandidateClass(type, OnSignal.class)
				&& !type.getName().startsWith("org.springframework.");
	}

	private void process(String beanName, Class<?> targetClass) {
		Map<Method, OnSignal> methods = MethodIntrospector.selectMethods(targetClass,
				(MethodIntrospector.MetadataLookup<OnSignal>) (method) -> AnnotatedElementUtils
					.findMergedAnnotation(method, OnSignal.class));
		if (methods.isEmpty()) {
			return;
		}
		Supplier<Object> bean = () -> this.beanFactory.getBean(beanName);
		if (this.beanFactory.isSingleton(beanName)) {
			bean = SingletonSupplier.of(bean);
		}
		Class<?> beanType = this.beanFactory.getType(beanName);
		for (Map.Entry<Method, OnSignal> entry : methods.entrySet()) {
			register(bean, (beanType != null) ? beanType : targetClass, targetClass, entry.getKey(), entry.getValue());
		}
		logger.debug("Bean '{}' handles signals with {}", beanName, methods.keySet());
	}

	private void register(Supplier<Object> bean, Class<?> beanType, Class<?> targetClass, Method method,
			OnSignal annotation) {
		SignalFilter filter = new SignalFilter(resolve(method, "tag", annotation.tag()),
				resolve(method, "processName", annotation.processName()),
				resolve(method, "publisher", annotation.publisher()));
		SignalHandlerMethod handler = new SignalHandlerMethod(bean, targetClass, invocable(method, beanType), filter,
				this.engineProvider.getObject().getMetadataConverter());
		SignalResponder responder = responder(resolve(method, "responder", annotation.responder()));
		for (String event : events(method, annotation)) {
			responder.on(event, handler);
		}
	}

	private static Method invocable(Method method, Class<?> beanType) {
		try {
			return AopUtils.selectInvocableMethod(method, beanType);
		}
		catch (IllegalStateException ex) {
			throw new InvalidSignalHandlerException(method, "can't be called through the proxy of its bean",
					"Declare it in an interface of the bean, or let the proxy be a subclass "
							+ "(spring.aop.proxy-target-class=true) and the method not be private.");
		}
	}

	private Set<String> events(Method method, OnSignal annotation) {
		Set<String> events = new HashSet<>();
		for (String declared : annotation.event()) {
			String event = resolve(method, "event", declared);
			if (event.isEmpty()) {
				throw new InvalidSignalHandlerException(method, "names a blank event", "Name the event to handle.");
			}
			if (!events.add(event)) {
				throw new InvalidSignalHandlerException(method, "names the event '" + event + "' twice",
						"Remove the duplicate from its 'event' attribute.");
			}
		}
		if (events.isEmpty()) {
			throw new InvalidSignalHandlerException(method, "names no event",
					"Name the events to handle: @OnSignal(event = \"...\"), or \"*\" for any.");
		}
		if (events.contains(DefaultSignalResponder.ANY) && !events.stream()
			.allMatch((event) -> event.equals(DefaultSignalResponder.ANY) || Signal.isReserved(event))) {
			throw new InvalidSignalHandlerException(method, "names \"*\" and events that it includes",
					"Name \"*\" alone, or with \"initialization\" and \"shutdown\", which it does not include.");
		}
		return events;
	}

	private String resolve(Method method, String attribute, String declared) {
		if (declared.isEmpty()) {
			return declared;
		}
		String value;
		try {
			value = this.valueResolver.resolveStringValue(declared);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSignalHandlerException(method,
					"has a %s that can't be resolved: %s".formatted(attribute, ex.getMessage()),
					"Define the property, or give the placeholder a default: ${name:default}.");
		}
		if (!StringUtils.hasText(value)) {
			throw new InvalidSignalHandlerException(method, "has a blank %s ('%s')".formatted(attribute, declared),
					"Give it a value, or leave the attribute out.");
		}
		return value;
	}

	private SignalResponder responder(String name) {
		if (name.isEmpty()) {
			return this.responders.getObject();
		}
		return this.responders.stream()
			.filter((responder) -> responder.getName().equals(name))
			.findFirst()
			.orElseGet(() -> this.engineProvider.getObject().responder(name));
	}

}
