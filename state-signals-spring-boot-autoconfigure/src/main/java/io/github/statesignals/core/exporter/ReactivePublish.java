package io.github.statesignals.core.exporter;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.BiConsumer;
import java.util.function.Function;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.SignalProgress;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.Futures;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a signal for each subscriber, and passes it the answers and the result. The
 * function publishes with a listener of the answers.
 */
record ReactivePublish(Executor executor,
		Function<BiConsumer<String, SignalResult.Answer>, CompletableFuture<SignalResult>> publish)
		implements
			Flow.Publisher<SignalProgress> {

	@Override
	public void subscribe(Flow.Subscriber<? super SignalProgress> subscriber) {
		Items items = new Items(this.executor, Objects.requireNonNull(subscriber));
		try {
			CompletableFuture<SignalResult> result = this.publish.apply(items::answer);
			items.unsubscribed.thenRun(() -> result.cancel(false));
			result.whenComplete(items::end);
		}
		catch (RuntimeException ex) {
			items.end(null, ex);
		}
	}

	private static final class Items implements Flow.Subscriber<SignalProgress> {

		private final Flow.Subscriber<? super SignalProgress> subscriber;

		private final CompletableFuture<@Nullable Void> unsubscribed = new CompletableFuture<>();

		// Grows as needed, and so never blocks: the number of awaited responders is
		// limited.
		private final SubmissionPublisher<SignalProgress> items;

		// The responders whose answers have been passed on.
		@GuardedBy("this")
		private final Set<String> answered = new HashSet<>();

		Items(Executor executor, Flow.Subscriber<? super SignalProgress> subscriber) {
			this.subscriber = subscriber;
			this.items = new SubmissionPublisher<>(executor, Integer.MAX_VALUE);
			this.items.subscribe(this);
		}

		synchronized void answer(String responderId, SignalResult.Answer answer) {
			if (!this.items.isClosed() && this.answered.add(responderId)) {
				this.items.submit(new SignalProgress.Answered(responderId, answer));
			}
		}

		synchronized void end(@Nullable SignalResult result, @Nullable Throwable failure) {
			if (result != null) {
				// The listener receives the last ones later, or not at all.
				result.responses().forEach(this::answer);
				this.items.submit(new SignalProgress.Ended(result));
				this.items.close();
			}
			else if (failure != null && !this.unsubscribed.isDone()) {
				this.items.closeExceptionally(Futures.unwrap(failure));
			}
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscriber.onSubscribe(new Flow.Subscription() {

				@Override
				public void request(long number) {
					subscription.request(number);
				}

				@Override
				public void cancel() {
					subscription.cancel();
					Items.this.unsubscribed.complete(null);
				}

			});
		}

		@Override
		public void onNext(SignalProgress item) {
			this.subscriber.onNext(item);
		}

		@Override
		public void onError(Throwable failure) {
			this.unsubscribed.complete(null);
			this.subscriber.onError(failure);
		}

		@Override
		public void onComplete() {
			this.subscriber.onComplete();
		}

	}

}
