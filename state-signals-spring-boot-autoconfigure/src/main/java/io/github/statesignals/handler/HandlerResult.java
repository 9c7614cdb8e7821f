package io.github.statesignals.handler;

import java.lang.reflect.Method;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;

record HandlerResult(@Nullable ReactiveAdapter reactiveAdapter) {

	private static final CompletableFuture<@Nullable Acknowledgement> SUCCEEDED = CompletableFuture
		.completedFuture(Acknowledgement.success());

	static HandlerResult of(Method method, Class<?> beanType) {
		if (KotlinFunctions.isSuspending(method) && KotlinFunctions.returnsNothing(method)) {
			throw new InvalidSignalHandlerException(method, "suspends and returns Nothing, which Kotlin can't reflect",
					"Return Unit.");
		}
		ResolvableType type = ResolvableType.forMethodReturnType(method, beanType);
		Class<?> rawType = type.resolve(Object.class);
		if (KotlinFunctions.isSuspending(method)) {
			// Unit is void by the parameter alone, which has no type of a subclass.
			if (isOutcome(type)
					|| isOutcome(ResolvableType.forClass(new MethodParameter(method, -1).getParameterType()))) {
				return new HandlerResult(ReactiveAdapterRegistry.getSharedInstance().getAdapter(Mono.class));
			}
		}
		else if (isOutcome(type)) {
			return new HandlerResult(null);
		}
		else if (CompletionStage.class.isAssignableFrom(rawType)) {
			ResolvableType outcome = type.as(CompletionStage.class).getGeneric(0);
			if (isOutcome(outcome) || outcome.resolve() == null) {
				return new HandlerResult(null);
			}
		}
		else {
			ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(rawType);
			ResolvableType outcome = type.getGeneric(0);
			if (adapter != null && !adapter.isMultiValue() && (isOutcome(outcome) || outcome.resolve() == null)) {
				return new HandlerResult(adapter);
			}
		}
		throw new InvalidSignalHandlerException(method, "returns " + type + ", which is no acknowledgement",
				"Return void, an Acknowledgement, a boolean, or a CompletionStage or Mono of one of these.");
	}

	private static boolean isOutcome(ResolvableType type) {
		Class<?> rawType = type.resolve();
		return rawType == void.class || rawType == Void.class || rawType == boolean.class || rawType == Boolean.class
				|| rawType == Acknowledgement.class;
	}

	CompletionStage<@Nullable Acknowledgement> read(@Nullable Object value) {
		if (value instanceof CompletionStage<?> stage) {
			return stage.thenApply(HandlerResult::acknowledgement);
		}
		if (value != null && this.reactiveAdapter != null) {
			return Reactive.future(this.reactiveAdapter.toPublisher(value)).thenApply(HandlerResult::acknowledgement);
		}
		Acknowledgement acknowledgement = acknowledgement(value);
		return (acknowledgement == Acknowledgement.success()) ? SUCCEEDED
				: CompletableFuture.completedFuture(acknowledgement);
	}

	private static Acknowledgement acknowledgement(@Nullable Object value) {
		if (value == null || Boolean.TRUE.equals(value)) {
			return Acknowledgement.success();
		}
		if (Boolean.FALSE.equals(value)) {
			return Acknowledgement.failure(null);
		}
		if (value instanceof Acknowledgement acknowledgement) {
			return acknowledgement;
		}
		throw new IllegalStateException("The handler completed with a " + value.getClass().getName()
				+ ": complete with an Acknowledgement, a Boolean or null");
	}

	// Reactor is optional; without it there is no adapter either.
	private static final class Reactive {

		static CompletableFuture<? extends @Nullable Object> future(Publisher<?> publisher) {
			return Mono.from(publisher).toFuture();
		}

	}

}
