package io.github.statesignals.handler;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalErrorHandler;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.responder.SelectiveHandler;
import io.github.statesignals.handler.bean.InvocableMethods;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

final class SignalHandlerMethod implements SelectiveHandler {

	private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

	private static final Logger logger = LoggerFactory.getLogger(SignalHandlerMethod.class);

	private final HandlerBean bean;

	private final Method method;

	// By the class of the bean or of its proxy; empty for a bean that is null.
	private final Map<Class<?>, Optional<Method>> invocables = new ConcurrentHashMap<>();

	private final SignalFilter filter;

	private final HandlerArgument[] arguments;

	private final HandlerResult result;

	private final @Nullable Supplier<SignalErrorHandler> errorHandler;

	SignalHandlerMethod(HandlerBean bean, Method method, SignalFilter filter,
			Function<MethodParameter, HandlerArgument> arguments, @Nullable Supplier<SignalErrorHandler> errorHandler) {
		this.bean = bean;
		this.method = method;
		this.filter = filter;
		this.errorHandler = errorHandler;
		Class<?> targetClass = bean.targetClass();
		// A lambda has neither annotations nor names of parameters.
		Method declared = targetClass.isHidden() ? ClassUtils.getInterfaceMethodIfPossible(method, targetClass)
				: method;
		MethodParameter[] parameters = new DeclaredMethod(declared, targetClass).getMethodParameters();
		this.arguments = new HandlerArgument[KotlinFunctions.parameterCount(method)];
		for (int i = 0; i < this.arguments.length; i++) {
			parameters[i].initParameterNameDiscovery(NAMES);
			this.arguments[i] = arguments.apply(parameters[i]);
		}
		this.result = HandlerResult.of(method, targetClass);
	}

	@Override
	public @Nullable Acknowledgement handle(Signal signal) throws Exception {
		return Futures.join(handleAsync(signal, () -> selects(signal)), signal.event());
	}

	@Override
	public CompletionStage<@Nullable Acknowledgement> handleAsync(Signal signal, BooleanSupplier selected)
			throws Exception {
		Supplier<SignalErrorHandler> errorHandler = this.errorHandler;
		if (errorHandler == null) {
			return invoke(signal, selected);
		}
		CompletionStage<@Nullable Acknowledgement> outcome;
		try {
			outcome = invoke(signal, selected);
		}
		catch (Exception | Error ex) {
			// The handler that set it has ended.
			Thread.interrupted();
			return CompletableFuture.completedFuture(decide(errorHandler.get(), signal, Futures.undeclared(ex)));
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

	// No decision is no success: the failure remains.
	private static Acknowledgement decide(SignalErrorHandler handler, Signal signal, Throwable error) throws Exception {
		@Nullable Acknowledgement decided = handler.handleError(signal, error);
		if (decided == null) {
			throw new IllegalStateException("The SignalErrorHandler returned null for: " + error.getMessage(), error);
		}
		return decided;
	}

	private CompletionStage<@Nullable Acknowledgement> invoke(Signal signal, BooleanSupplier selected)
			throws Exception {
		if (!selected.getAsBoolean()) {
			return SignalFilter.NOT_SELECTED;
		}
		@Nullable Object[] values = new Object[this.arguments.length];
		for (int i = 0; i < values.length; i++) {
			values[i] = this.arguments[i].resolve(signal);
		}
		try {
			Object target = this.bean.instance().get();
			// Whether a lazy or scoped bean is a proxy or null is known by its instance
			// only.
			Optional<Method> invocable = this.invocables.computeIfAbsent(target.getClass(), (type) -> select(target));
			return invocable.isPresent() ? this.result.read(KotlinFunctions.invoke(invocable.get(), target, values))
					: SignalFilter.NOT_SELECTED;
		}
		catch (InvocationTargetException ex) {
			ReflectionUtils.rethrowException(Futures.undeclared(ex.getTargetException()));
			throw ex;
		}
	}

	private Optional<Method> select(Object target) {
		if (target.equals(null)) {
			logger.warn("Bean '{}' is null: {} handles no signals", this.bean.name(), this);
			return Optional.empty();
		}
		return Optional.of(InvocableMethods.select(this.method, target));
	}

	@Override
	public boolean selects(Signal signal) {
		return this.filter.matches(signal);
	}

	@Override
	public Map<String, String> selection() {
		return this.filter.attributes();
	}

	@Override
	public String toString() {
		return ClassUtils.getQualifiedMethodName(this.method);
	}

	// defaults: the annotation of its class.
	record HandlerBean(String name, Supplier<Object> instance, Class<?> beanType, Class<?> targetClass,
			@Nullable OnSignal defaults) {
	}

	// Its parameters inherit the annotations of the methods that it overrides.
	private static final class DeclaredMethod extends AnnotatedMethod {

		private final Class<?> targetClass;

		DeclaredMethod(Method method, Class<?> targetClass) {
			super(method);
			this.targetClass = targetClass;
		}

		// A subclass may define a type variable. Unknown while the method is inspected.
		@Override
		protected Class<?> getContainingClass() {
			@Nullable Class<?> known = this.targetClass;
			return (known != null) ? known : super.getContainingClass();
		}

	}

}
