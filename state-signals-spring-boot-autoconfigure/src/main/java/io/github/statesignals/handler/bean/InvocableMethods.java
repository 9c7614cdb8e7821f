package io.github.statesignals.handler.bean;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.target.SimpleBeanTargetSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.cache.interceptor.CacheInterceptor;
import org.springframework.cache.interceptor.CacheOperation;
import org.springframework.cache.interceptor.CacheOperationSource;
import org.springframework.cache.interceptor.CacheableOperation;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the method to call on a bean that may be a proxy. A subclass proxy can't override
 * a method that is private, final or package-private in another package: called on the
 * proxy it would run there, where all fields are {@code null}.
 */
public final class InvocableMethods {

	private static final String PROBLEM = "can't be called through the proxy of its bean";

	// Their advice may return without calling the method.
	private static final List<String> SKIPPING = List.of("javax.cache.annotation.CacheResult",
			"net.javacrumbs.shedlock.spring.annotation.SchedulerLock");

	private InvocableMethods() {
	}

	public static Method select(Method method, Class<?> beanType) {
		if (runsOnProxy(method, beanType)) {
			throw new InvalidSignalHandlerException(method, PROBLEM,
					"It must not be private, final, or package-private in a class of another package: "
							+ "make it public or protected.");
		}
		try {
			return AopUtils.selectInvocableMethod(method, beanType);
		}
		catch (IllegalStateException ex) {
			throw new InvalidSignalHandlerException(method, PROBLEM,
					"Declare it in an interface of the bean, or let the proxy be a subclass "
							+ "(spring.aop.proxy-target-class=true).");
		}
	}

	public static Method select(Method method, Object bean) {
		Method invocable = select(method, bean.getClass());
		checkAdvice(method, bean);
		for (Object target = target(bean); target != null; target = target(target)) {
			checkAdvice(method, target);
			check(ClassUtils.getMostSpecificMethod(invocable, target.getClass()), target.getClass());
		}
		ReflectionUtils.makeAccessible(invocable);
		return invocable;
	}

	/**
	 * Refuses a method that the proxy of its bean runs on another thread, also without
	 * {@code @Async}, or does not run while its result is cached: another annotation or a
	 * bean may ask for it.
	 */
	public static void checkAdvice(Method method, @Nullable Object bean) {
		checkAdvice(method, bean, true);
	}

	/**
	 * Refuses a method that the proxy of its bean does not run while its result is
	 * cached, also where XML declares the cache: its source is no bean.
	 */
	public static void checkCached(Method method, @Nullable Object bean) {
		checkAdvice(method, bean, false);
	}

	private static void checkAdvice(Method method, @Nullable Object bean, boolean synchronous) {
		if (!(bean instanceof Advised advised)) {
			return;
		}
		Class<?> targetClass = AopProxyUtils.ultimateTargetClass(bean);
		for (Advisor advisor : advised.getAdvisors()) {
			Advice advice = advisor.getAdvice();
			if (advice instanceof CacheInterceptor cache && matches(advisor, method, targetClass)) {
				refuseCached(cache.getCacheOperationSource(), method, targetClass);
			}
			if (synchronous && advice instanceof AsyncExecutionInterceptor && matches(advisor, method, targetClass)) {
				refuseAsynchronous(method);
			}
		}
	}

	/**
	 * Refuses a method that is not called while its result is cached, or while a lock is
	 * held. The bean of the method is not created: a lazy one may be called first by
	 * Spring.
	 */
	public static void checkCalled(Method method, Class<?> targetClass, BeanFactory beanFactory) {
		Method called = AopUtils.getMostSpecificMethod(method, targetClass);
		MergedAnnotations annotations = MergedAnnotations.from(called, SearchStrategy.TYPE_HIERARCHY);
		for (String skipping : SKIPPING) {
			MergedAnnotation<?> annotation = annotations.get(skipping);
			if (annotation.isPresent() && !annotation.getValue("skipGet", Boolean.class).orElse(false)) {
				throw skipped(called, "may be skipped, by @" + ClassUtils.getShortName(skipping));
			}
		}
		beanFactory.getBeanProvider(CacheOperationSource.class)
			.forEach((source) -> refuseCached(source, called, targetClass));
	}

	public static void checkAllCalled(Class<?> type, Class<?> targetClass, BeanFactory beanFactory) {
		for (Method method : type.getMethods()) {
			checkCalled(method, targetClass, beanFactory);
		}
	}

	private static InvalidSignalHandlerException skipped(Method method, String problem) {
		return new InvalidSignalHandlerException(
				"The method %s %s: a signal would be answered as handled although it has not acted"
					.formatted(InvalidSignalHandlerException.describe(method), problem),
				"Call a method of another bean from it, and fail if that has to act and did not.");
	}

	private static void refuseCached(@Nullable CacheOperationSource source, Method method, Class<?> targetClass) {
		Collection<CacheOperation> operations = (source != null) ? source.getCacheOperations(method, targetClass)
				: null;
		if (operations != null && operations.stream().anyMatch(CacheableOperation.class::isInstance)) {
			throw skipped(method, "is cached, as by @Cacheable");
		}
	}

	private static boolean matches(Advisor advisor, Method method, Class<?> targetClass) {
		return !(advisor instanceof PointcutAdvisor selective)
				|| (selective.getPointcut().getClassFilter().matches(targetClass)
						&& selective.getPointcut().getMethodMatcher().matches(method, targetClass));
	}

	// Any value but a future is returned before the method has acted.
	public static void refuseAsynchronous(Method method) {
		if (method.getReturnType() != CompletableFuture.class) {
			throw new InvalidSignalHandlerException(method,
					"is asynchronous, as by @Async, and returns %s: it would be answered before it has acted"
						.formatted(method.getReturnType().getSimpleName()),
					"Return a CompletableFuture, or let it run synchronously: handlers run on the starter's executor.");
		}
	}

	public static void checkAll(@Nullable Class<?> beanType, Class<?> type) {
		for (Method method : type.getMethods()) {
			check(ClassUtils.getMostSpecificMethod(method, beanType), beanType);
		}
	}

	// Nothing is checked of a bean whose type is not known.
	public static void check(Method method, @Nullable Class<?> beanType) {
		if (beanType != null && runsOnProxy(method, beanType)) {
			throw new InvalidSignalHandlerException(
					"%s.%s of %s %s".formatted(method.getDeclaringClass().getName(), method.getName(),
							beanType.getName(), PROBLEM),
					"It must not be final, nor package-private in a class of another package.");
		}
	}

	private static boolean runsOnProxy(Method method, Class<?> beanType) {
		int modifiers = method.getModifiers();
		if (!SpringProxy.class.isAssignableFrom(beanType) || Proxy.isProxyClass(beanType)
				|| Modifier.isStatic(modifiers)) {
			return false;
		}
		if (Modifier.isFinal(modifiers) || Modifier.isPrivate(modifiers)) {
			return true;
		}
		Class<?> declaring = method.getDeclaringClass();
		return !Modifier.isPublic(modifiers) && !Modifier.isProtected(modifiers)
				&& !(declaring.getPackageName().equals(beanType.getPackageName())
						&& declaring.getClassLoader() == beanType.getClassLoader());
	}

	private static @Nullable Object target(Object bean) {
		if (!(bean instanceof Advised advised)) {
			return null;
		}
		TargetSource source = advised.getTargetSource();
		// Other target sources create an object for each call, or take one from a pool.
		if (!source.isStatic() && !(source instanceof SimpleBeanTargetSource)) {
			return null;
		}
		try {
			return source.getTarget();
		}
		catch (Exception ex) {
			// Such as that a scope is not active.
			throw (ex instanceof RuntimeException failure) ? failure : new IllegalStateException(ex);
		}
	}

}
