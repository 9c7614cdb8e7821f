package io.github.statesignals.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

/**
 * Calls the application's interceptors around handling and publishing.
 */
public final class Interceptors {

	private final Supplier<List<SignalInterceptor>> interceptors;

	private final Executor executor;

	// The interceptors are asked for once, and not before the first signal: they may
	// depend on exporters.
	public Interceptors(Supplier<List<SignalInterceptor>> interceptors, Executor executor) {
		this.interceptors = SingletonSupplier.of(interceptors);
		this.executor = executor;
	}

	public CompletionStage<@Nullable Acknowledgement> handle(Signal signal, SignalInterceptor.Handling handler)
			throws Exception {
		SignalInterceptor.Handling chain = handler;
		List<SignalInterceptor> all = this.interceptors.get();
		for (int i = all.size() - 1; i >= 0; i--) {
			SignalInterceptor interceptor = all.get(i);
			SignalInterceptor.Handling next = chain;
			chain = (actual) -> interceptor.aroundHandle(actual, next);
		}
		return chain.proceed(signal);
	}

	public <T> CompletableFuture<SignalResult> publish(Signal signal, T options, Executor completion,
			BiFunction<Signal, T, CompletableFuture<SignalResult>> publisher) {
		List<SignalInterceptor> all = this.interceptors.get();
		if (all.isEmpty()) {
			return publisher.apply(signal, options);
		}
		List<CompletableFuture<SignalResult>> published = new CopyOnWriteArrayList<>();
		SignalInterceptor.Publishing chain = (actual) -> {
			if (!actual.publisherId().equals(signal.publisherId()) || !actual.event().equals(signal.event())) {
				throw new IllegalArgumentException(
						"A SignalInterceptor must not change the publisher or the event of a signal: answers name them");
			}
			// Not on the transport's thread, which interceptors might block.
			CompletableFuture<SignalResult> proceeded = publisher.apply(actual, options);
			published.add(proceeded);
			return Futures.handOut(proceeded, this.executor);
		};
		for (int i = all.size() - 1; i >= 0; i--) {
			SignalInterceptor interceptor = all.get(i);
			SignalInterceptor.Publishing next = chain;
			chain = (actual) -> interceptor.aroundPublish(actual, next);
		}
		CompletableFuture<SignalResult> result = chain.proceed(signal);
		result.whenComplete((value, ex) -> {
			if (result.isCancelled()) {
				// An interceptor may have created another future, which does not forward
				// it.
				published.forEach((proceeded) -> proceeded.cancel(false));
			}
		});
		return Futures.handOut(result, completion);
	}

}
