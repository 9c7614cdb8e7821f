package io.github.statesignals.handler.gateway;

import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalProgress;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import kotlin.coroutines.Continuation;
import kotlinx.coroutines.reactor.MonoKt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Mono;

import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

/**
 * Publishes the signal of a gateway method, and returns the result as the method declares
 * it: at once, in a future, reactively or to a coroutine.
 *
 * @param publisher publishes the signal with the arguments of the method, of which the
 * last one of a suspending function is its continuation, and returns the method's result
 */
public record GatewayResult(BiFunction<SignalSpec, @Nullable Object[], @Nullable Object> publisher) {

	private static final Logger logger = LoggerFactory.getLogger(SignalGateway.class);

	// Null if a gateway can't return the method's type. The gateway may define a type
	// variable of the interface that declares the method.
	public static @Nullable GatewayResult of(Method method, Class<?> gateway, boolean suspending) {
		// Of a suspending function its own type; its method returns Object.
		ResolvableType declared = ResolvableType
			.forMethodParameter(new MethodParameter(method, -1).withContainingClass(gateway));
		Class<?> type = declared.resolve(Object.class);
		if (suspending) {
			Function<SignalResult, Object> outcome = outcome(type);
			return (outcome != null) ? new GatewayResult((spec, arguments) -> Reactive.await(spec, outcome, arguments))
					: null;
		}
		if (type == void.class) {
			return new GatewayResult((spec, arguments) -> publishOnly(spec, method));
		}
		Function<SignalResult, Object> outcome = outcome(type);
		if (outcome != null) {
			return new GatewayResult((spec, arguments) -> outcome.apply(spec.publish()));
		}
		Class<?> item = declared.getGeneric().resolve(Object.class);
		if (item == SignalResult.class && type.isAssignableFrom(CompletableFuture.class)) {
			return new GatewayResult((spec, arguments) -> spec.publishAsync());
		}
		if (item == SignalProgress.class && type == Flow.Publisher.class) {
			return new GatewayResult((spec, arguments) -> spec.publishReactive());
		}
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
		return (adapter != null) ? adapted(adapter, item) : null;
	}

	private static @Nullable GatewayResult adapted(ReactiveAdapter adapter, Class<?> item) {
		Function<SignalResult, Object> outcome = outcome(item);
		if (outcome != null && !adapter.isMultiValue()) {
			return new GatewayResult((spec, arguments) -> Reactive.result(spec, outcome, adapter));
		}
		return (item == SignalProgress.class && adapter.isMultiValue())
				? new GatewayResult((spec, arguments) -> Reactive.progress(spec, adapter)) : null;
	}

	private static @Nullable Function<SignalResult, Object> outcome(Class<?> type) {
		if (type == SignalResult.class) {
			return (result) -> result;
		}
		if (type == ResultCode.class) {
			return SignalResult::code;
		}
		return (type == boolean.class || type == Boolean.class) ? SignalResult::isSuccess : null;
	}

	private static @Nullable Object publishOnly(SignalSpec spec, Method method) {
		spec.publishAsync().whenComplete((result, ex) -> {
			if (ex != null) {
				logger.warn("{} could not publish: {}", method, ex.toString());
			}
		});
		return null;
	}

	// Reactor and coroutines are optional; without them there is no adapter either.
	private static final class Reactive {

		private static Mono<Object> mono(SignalSpec spec, Function<SignalResult, Object> outcome) {
			return Mono.fromFuture(spec::publishAsync).map(outcome);
		}

		static Object result(SignalSpec spec, Function<SignalResult, Object> outcome, ReactiveAdapter adapter) {
			return adapter.fromPublisher(mono(spec, outcome));
		}

		static Object progress(SignalSpec spec, ReactiveAdapter adapter) {
			return adapter.fromPublisher(JdkFlowAdapter.flowPublisherToFlux(spec.publishReactive()));
		}

		@SuppressWarnings("unchecked")
		static @Nullable Object await(SignalSpec spec, Function<SignalResult, Object> outcome,
				@Nullable Object[] arguments) {
			Object continuation = Objects.requireNonNull(arguments[arguments.length - 1]);
			return MonoKt.awaitSingle(mono(spec, outcome), (Continuation<Object>) continuation);
		}

	}

}
