package io.github.statesignals.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalErrorHandler;
import io.github.statesignals.SignalHandler;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.SynthesizingMethodParameter;
import org.springframework.util.ConcurrentReferenceHashMap;
import org.springframework.util.ReflectionUtils;

/**
 * A bean's method as a handler of signals.
 */
final class SignalHandlerMethod implements SignalHandler {

	private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

	private final Supplier<Object> bean;

	private final Method method;

	/**
	 * By the class of the bean, or of its proxy.
	 */
	private final Map<Class<?>, Method> invocables = new ConcurrentReferenceHashMap<>();

	private final SignalFilter filter;

	private final HandlerArgument[] arguments;

	private final HandlerResult result;

	private final @Nullable Supplier<SignalErrorHandler> errorHandler;

	/**
	 * Create a handler.
	 * @param bean provides the bean for one call
	 * @param beanType the class of the bean
	 * @param method the method, callable on the bean
	 * @param filter which signals concern it
	 * @param arguments decides where its arguments come from
	 * @param errorHandler decides what to answer when it fails, if anything does
	 * @throws InvalidSignalHandlerException if the method can't handle signals
	 */
	SignalHandlerMethod(Supplier<Object> bean, Class<?> beanType, Method method, SignalFilter filter,
			HandlerArguments arguments, @Nullable Supplier<SignalErrorHandler> errorHandler) {
		this.bean = bean;
		this.method = method;
		this.filter = filter;
		this.errorHandler = errorHandler;
		this.arguments = new HandlerArgument[method.getParameterCount()];
		for (int i = 0; i < this.arguments.length; i++) {
			MethodParameter parameter = new SynthesizingMethodParameter(method, i).withContainingClass(beanType);
			parameter.initParameterNameDiscovery(NAMES);
			this.arguments[i] = arguments.of(parameter);
		}
		this.result = HandlerResult.of(method, beanType);
	}

	@Override
	public @Nullable Acknowledgement handle(Signal signal) throws Exception {
		return Futures.join(handleAsync(signal));
	}

	@Override
	public CompletionStage<@Nullable Acknowledgement> handleAsync(Signal signal) throws Exception {
		Supplier<SignalErrorHandler> errorHandler = this.errorHandler;
		if (errorHandler == null) {
			return invoke(signal);
		}
		CompletionStage<@Nullable Acknowledgement> outcome;
		try {
			outcome = invoke(signal);
		}
		catch (Exception ex) {
			// Set by the handler, which has ended.
			Thread.interrupted();
			return CompletableFuture.completedFuture(decide(errorHandler.get(), signal, ex));
		}
		return outcome.exceptionallyCompose((ex) -> {
			try {
				return CompletableFuture.completedFuture(decide(errorHandler.get(), signal, Futures.unwrap(ex)));
			}
			catch (Exception failure) {
				return CompletableFuture.failedFuture(failure);
			}
		});
	}

	// Nothing said is no success: the failure stays one.
	private static Acknowledgement decide(SignalErrorHandler handler, Signal signal, Throwable error) throws Exception {
		@Nullable Acknowledgement decided = handler.handleError(signal, error);
		if (decided == null) {
			throw new IllegalStateException("The SignalErrorHandler decided nothing about: " + error.getMessage(),
					error);
		}
		return decided;
	}

	private CompletionStage<@Nullable Acknowledgement> invoke(Signal signal) throws Exception {
		if (!this.filter.matches(signal)) {
			return SignalFilter.NOT_CONCERNED;
		}
		@Nullable Object[] values = new Object[this.arguments.length];
		for (int i = 0; i < values.length; i++) {
			values[i] = this.arguments[i].resolve(signal);
		}
		try {
			Object target = this.bean.get();
			return this.result.read(invocable(target.getClass()).invoke(target, values));
		}
		catch (InvocationTargetException ex) {
			if (ex.getTargetException() instanceof Error error) {
				throw error;
			}
			if (ex.getTargetException() instanceof Exception exception) {
				throw exception;
			}
			return CompletableFuture.failedFuture(ex.getTargetException());
		}
	}

	// That a lazy bean or a prototype is a proxy shows no earlier than when it is there.
	private Method invocable(Class<?> type) {
		return this.invocables.computeIfAbsent(type, (key) -> {
			Method invocable = AopUtils.selectInvocableMethod(this.method, key);
			ReflectionUtils.makeAccessible(invocable);
			return invocable;
		});
	}

}
