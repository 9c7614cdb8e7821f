package io.github.statesignals.handler;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalArgumentResolver;
import io.github.statesignals.SignalErrorHandler;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.handler.SignalHandlerMethod.HandlerBean;
import io.github.statesignals.handler.bean.BeanClasses;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.handler.bean.InvocableMethods;
import io.github.statesignals.handler.bridge.ApplicationEventBridge;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.ContextStartedEvent;
import org.springframework.context.event.ContextStoppedEvent;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.RepeatableContainers;
import org.springframework.util.function.SingletonSupplier;

/**
 * Finds the {@link OnSignal} methods of all beans, once the singletons are created, and
 * registers handlers of them until the bean is destroyed or their context is closed. A
 * child context that is stopped has none until it is started again. Like Spring's
 * processor of event listeners it inspects the types of beans: lazy, scoped and prototype
 * beans are not created, and every bean can still be proxied. Beans that are registered
 * later, or whose definition does not have the type, are inspected when they are created.
 */
public final class OnSignalMethodProcessor implements SmartInitializingSingleton, DestructionAwareBeanPostProcessor,
		ApplicationListener<ApplicationContextEvent>, DisposableBean {

	/**
	 * The remedy where there is no engine, because there is no transport.
	 */
	public static final String NO_CONNECTION_FACTORY = "Add a Redis driver if the class path has none (io.lettuce:lettuce-core, "
			+ "or redis.clients:jedis with org.apache.commons:commons-pool2). Do not exclude DataRedisAutoConfiguration, "
			+ "define a RedisConnectionFactory bean, or set 'state-signals.enabled=false' to run the application without signals, such as in tests.";

	private static final Logger logger = LoggerFactory.getLogger(OnSignalMethodProcessor.class);

	private static final List<Class<?>> CALLBACKS = List.of(SignalErrorHandler.class, SignalInterceptor.class,
			SignalArgumentResolver.class, SignalHandler.class);

	// No bean has this name.
	private static final String BRIDGE = "";

	private final ConfigurableListableBeanFactory beanFactory;

	private final BeanClasses classes;

	private final AnnotatedClasses annotated = new AnnotatedClasses();

	// By the name of the bean, or BRIDGE. A mocked responder returns null.
	private final Map<String, List<SignalResponder.@Nullable Registration>> registrations = new ConcurrentHashMap<>();

	private final AtomicReference<@Nullable HandlerRegistrar> registrar = new AtomicReference<>();

	// Objects that were created before all beans were inspected, by the name of the bean.
	private final Map<String, Object> early = new ConcurrentHashMap<>();

	// Whether a start has inspected all beans.
	private volatile boolean inspected;

	public OnSignalMethodProcessor(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
		this.classes = new BeanClasses(beanFactory);
	}

	@Override
	public void afterSingletonsInstantiated() {
		ApplicationEventBridge bridge = this.beanFactory.getBeanProvider(ApplicationEventBridge.class).getIfAvailable();
		for (String beanName : this.beanFactory.getBeanNamesForType(Object.class)) {
			if (!ScopedProxyUtils.isScopedTarget(beanName)) {
				process(beanName, bridge);
				if (!BeanFactoryUtils.isFactoryDereference(beanName) && this.beanFactory.isFactoryBean(beanName)) {
					// Spring looks for event listeners in the product alone.
					process(BeanFactory.FACTORY_BEAN_PREFIX + beanName, null);
				}
			}
		}
		if (bridge != null) {
			List<SignalResponder.@Nullable Registration> registered = new CopyOnWriteArrayList<>();
			this.registrations.put(BRIDGE, registered);
			bridge.listen(registered);
		}
		this.inspected = true;
		// Such as the product of a factory that does not know its type.
		for (Map.Entry<String, Object> created : this.early.entrySet()) {
			register(created.getKey(), created.getValue());
		}
		this.early.clear();
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (requiresDestruction(bean)) {
			String name = name(bean, beanName);
			if (!this.inspected) {
				this.early.put(name, bean);
			}
			// Also if another thread has inspected all beans meanwhile.
			if (this.inspected) {
				register(name, bean);
			}
		}
		return bean;
	}

	private void register(String name, Object bean) {
		Class<?> targetClass = AopProxyUtils.ultimateTargetClass(bean);
		if (this.beanFactory.containsBean(name)) {
			if (!this.registrations.containsKey(name)) {
				process(name, targetClass, bean.getClass());
			}
		}
		else if (this.registrations.putIfAbsent(name, List.of()) == null) {
			logger.warn("{} handles no signals: the object is not registered as a bean. Register it, "
					+ "or remove @OnSignal from its methods", targetClass.getName());
		}
	}

	@Override
	public boolean requiresDestruction(Object bean) {
		return this.annotated.get(AopProxyUtils.ultimateTargetClass(bean));
	}

	@Override
	public void postProcessBeforeDestruction(Object bean, String beanName) {
		// A bean of another scope is created again.
		if (!this.beanFactory.containsBeanDefinition(beanName) || this.beanFactory.isSingleton(beanName)) {
			unregister(name(bean, beanName));
		}
	}

	private static String name(Object bean, String beanName) {
		return ScopedProxyUtils.isScopedTarget(beanName) ? ScopedProxyUtils.getOriginalBeanName(beanName)
				: (bean instanceof FactoryBean) ? BeanFactory.FACTORY_BEAN_PREFIX + beanName : beanName;
	}

	private void process(String beanName, @Nullable ApplicationEventBridge bridge) {
		Class<?> targetClass = this.classes.targetClass(beanName);
		if (targetClass == null) {
			return;
		}
		if (this.annotated.get(targetClass)) {
			process(beanName, targetClass, this.beanFactory.getType(beanName));
		}
		checkCallbacks(beanName, targetClass);
		if (bridge != null) {
			bridge.inspect(beanName);
		}
	}

	private HandlerRegistrar registrar(Method method) {
		HandlerRegistrar registrar = this.registrar.get();
		if (registrar != null) {
			return registrar;
		}
		SignalEngine engine = this.beanFactory.getBeanProvider(SignalEngine.class).getIfAvailable();
		if (engine == null) {
			throw new InvalidSignalHandlerException(method,
					"can't receive signals: no RedisConnectionFactory was found", NO_CONNECTION_FACTORY);
		}
		HandlerRegistrar created = new HandlerRegistrar(this.beanFactory, this.classes, engine);
		return this.registrar.compareAndSet(null, created) ? created : registrar(method);
	}

	@Override
	public void onApplicationEvent(ApplicationContextEvent event) {
		if (!(event.getApplicationContext() instanceof ConfigurableApplicationContext context)) {
			return;
		}
		// A child context publishes its events to its parents, too.
		if (event instanceof ContextRefreshedEvent && context.getBeanFactory() != this.beanFactory
				&& context.getBeanNamesForType(OnSignalMethodProcessor.class, true, false).length == 0) {
			SilentChild.report(context, this.annotated::get);
		}
		// An engine of this context stops by itself, after the web server's requests.
		if (context.getBeanFactory() != this.beanFactory
				|| this.beanFactory.getBeanNamesForType(SignalEngine.class, true, false).length > 0) {
			return;
		}
		if (event instanceof ContextStoppedEvent || event instanceof ContextClosedEvent) {
			destroy();
		}
		else if (event instanceof ContextStartedEvent && !this.inspected) {
			afterSingletonsInstantiated();
		}
	}

	// Also when the context fails to start: the engine may be its parent's.
	@Override
	public void destroy() {
		this.inspected = false;
		this.registrations.keySet().forEach(this::unregister);
	}

	private void unregister(String beanName) {
		List<SignalResponder.@Nullable Registration> removed = this.registrations.remove(beanName);
		if (removed != null) {
			removed.stream().filter(Objects::nonNull).forEach(SignalResponder.Registration::close);
		}
	}

	private void checkCallbacks(String beanName, Class<?> targetClass) {
		for (Class<?> callback : CALLBACKS) {
			if (callback.isAssignableFrom(targetClass)) {
				InvocableMethods.checkAll(this.beanFactory.getType(beanName), callback);
				// Arguments may be cached.
				if (callback != SignalArgumentResolver.class) {
					InvocableMethods.checkAllCalled(callback, targetClass, this.beanFactory);
				}
			}
		}
	}

	private void process(String beanName, Class<?> targetClass, @Nullable Class<?> beanType) {
		Map<Method, Set<OnSignal>> methods = MethodIntrospector.selectMethods(targetClass,
				(MethodIntrospector.MetadataLookup<Set<OnSignal>>) OnSignalMethodProcessor::annotations);
		Collection<OnSignal> defaults = nearestAnnotations(targetClass);
		if (methods.isEmpty()) {
			if (!defaults.isEmpty()) {
				throw new InvalidSignalHandlerException(
						"The class " + targetClass.getName()
								+ " is annotated with @OnSignal, and none of its methods is",
						"Annotate its handler methods, too: on a class @OnSignal has their defaults.");
			}
			return;
		}
		if (defaults.size() > 1) {
			throw new InvalidSignalHandlerException(
					"The class " + targetClass.getName() + " has more than one @OnSignal",
					"Remove all but one, or annotate the class itself with one: it has the defaults of the methods.");
		}
		String scope = this.classes.unknownScope(beanName);
		if (scope != null) {
			throw new InvalidSignalHandlerException(
					"Bean '%s' of %s, which handles signals, has the scope '%s', and there is no such scope"
						.formatted(beanName, targetClass.getName(), scope),
					"Correct its name, or register the scope.");
		}
		if (this.classes.isNull(beanName)) {
			logger.warn("Bean '{}' is null: {} handles no signals", beanName, targetClass.getName());
			return;
		}
		Supplier<Object> lookup = () -> this.beanFactory.getBean(beanName);
		Supplier<Object> bean = this.beanFactory.isSingleton(beanName) ? SingletonSupplier.of(lookup) : lookup;
		register(new HandlerBean(beanName, bean, (beanType != null) ? beanType : targetClass, targetClass,
				defaults.stream().findFirst().orElse(null)), methods);
	}

	private void register(HandlerBean bean, Map<Method, Set<OnSignal>> methods) {
		List<SignalResponder.@Nullable Registration> registered = new CopyOnWriteArrayList<>();
		List<Runnable> prepared = new ArrayList<>();
		for (Map.Entry<Method, Set<OnSignal>> method : methods.entrySet()) {
			for (OnSignal annotation : method.getValue()) {
				prepared.add(registrar(method.getKey()).prepare(bean, method.getKey(), annotation, registered));
			}
		}
		// All of them, or none: the creation of a bean may be repeated.
		if (this.registrations.putIfAbsent(bean.name(), registered) == null) {
			try {
				for (Runnable registration : prepared) {
					registration.run();
				}
			}
			catch (RuntimeException | Error ex) {
				unregister(bean.name());
				throw ex;
			}
		}
		logger.debug("Bean '{}' handles signals with {}", bean.name(), methods.keySet());
	}

	private static @Nullable Set<OnSignal> annotations(Method method) {
		Set<OnSignal> annotations = nearestAnnotations(method);
		return (annotations.isEmpty() || KotlinFunctions.isOverload(method)) ? null : annotations;
	}

	// Those of a subtype replace those behind them.
	private static Set<OnSignal> nearestAnnotations(AnnotatedElement element) {
		List<MergedAnnotation<OnSignal>> all = MergedAnnotations
			.from(element, SearchStrategy.TYPE_HIERARCHY, RepeatableContainers.standardRepeatables())
			.stream(OnSignal.class)
			.toList();
		Set<OnSignal> annotations = new LinkedHashSet<>();
		for (MergedAnnotation<OnSignal> annotation : all) {
			Class<?> type = declaringType(annotation);
			if (all.stream()
				.map(OnSignalMethodProcessor::declaringType)
				.noneMatch((other) -> other != type && type.isAssignableFrom(other))) {
				annotations.add(annotation.synthesize());
			}
		}
		return annotations;
	}

	private static Class<?> declaringType(MergedAnnotation<?> annotation) {
		Object source = Objects.requireNonNull(annotation.getSource());
		return (source instanceof Method method) ? method.getDeclaringClass() : (Class<?>) source;
	}

}
