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
public record Interceptors(Supplier<List<SignalInterceptor>> interceptors, Executor executor) {

	// The interceptors are asked for once, and not before the first signal: they may
	// depend on exporters.
	public Interceptors {
		interceptors = SingletonSupplier.of(interceptors);
	}

	public CompletionStage<@Nullable Acknowledgement> handle(Signal signal, SignalInterceptor.Handling handler)
			throws Exception {
		return around(handler, (interceptor, next) -> (actual) -> interceptor.aroundHandle(actual, next))
			.proceed(signal);
	}

	// The first of the interceptors is the outermost.
	private <C> C around(C innermost, BiFunction<SignalInterceptor, C, C> around) {
		C chain = innermost;
		List<SignalInterceptor> all = this.interceptors.get();
		for (int i = all.size() - 1; i >= 0; i--) {
			chain = around.apply(all.get(i), chain);
		}
		return chain;
	}

	public CompletableFuture<SignalResult> publish(Signal signal, Executor completion,
			SignalInterceptor.Publishing publisher) {
		if (this.interceptors.get().isEmpty()) {
			return publisher.proceed(signal);
		}
		List<CompletableFuture<SignalResult>> published = new CopyOnWriteArrayList<>();
		SignalInterceptor.Publishing publishing = (actual) -> {
			if (!actual.publisherId().equals(signal.publisherId()) || !actual.event().equals(signal.event())) {
				throw new IllegalArgumentException(
						"A SignalInterceptor must not change the publisher or the event of a signal: answers name them");
			}
			// Not on the transport's thread, which interceptors might block.
			CompletableFuture<SignalResult> proceeded = publisher.proceed(actual);
			published.add(proceeded);
			return Futures.handOut(proceeded, this.executor);
		};
		CompletableFuture<SignalResult> result = around(publishing,
				(interceptor, next) -> (actual) -> interceptor.aroundPublish(actual, next))
			.proceed(signal);
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
