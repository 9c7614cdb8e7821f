package io.github.statesignals.handler.bean;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.target.SimpleBeanTargetSource;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the method to call on a bean that may be a proxy. A subclass proxy can't override
 * a method that is private, final or package-private in another package: called on the
 * proxy it would run there, where all fields are {@code null}.
 */
public final class InvocableMethods {

	private static final String PROBLEM = "can't be called through the proxy of its bean";

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
		for (Object target = target(bean); target != null; target = target(target)) {
			check(ClassUtils.getMostSpecificMethod(invocable, target.getClass()), target.getClass());
		}
		ReflectionUtils.makeAccessible(invocable);
		return invocable;
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
