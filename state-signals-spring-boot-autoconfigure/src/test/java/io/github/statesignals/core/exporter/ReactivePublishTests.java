package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;

import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalProgress;
import io.github.statesignals.SignalProgress.Answered;
import io.github.statesignals.SignalProgress.Ended;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests for {@link ReactivePublish}.
 */
class ReactivePublishTests {

	private static final Answer ACTED = new Answer(1, null, Duration.ofMillis(1), true);

	private final List<CompletableFuture<SignalResult>> publishes = new ArrayList<>();

	private final List<BiConsumer<String, Answer>> listeners = new ArrayList<>();

	private final ReactivePublish reactive = new ReactivePublish(Runnable::run, (listener) -> {
		CompletableFuture<SignalResult> publish = new CompletableFuture<>();
		this.publishes.add(publish);
		this.listeners.add(listener);
		return publish;
	});

	private final Flux<SignalProgress> flux = JdkFlowAdapter.flowPublisherToFlux(this.reactive);

	@Test
	void eachAnswerIsAnItemAndTheResultIsTheLast() {
		Items items = subscribe(Long.MAX_VALUE);
		answer("a");
		assertThat(items.received).containsExactly(new Answered("a", ACTED));
		answer("b");
		SignalResult result = result("a", "b");
		this.publishes.get(0).complete(result);
		assertThat(items.received).containsExactly(new Answered("a", ACTED), new Answered("b", ACTED),
				new Ended(result));
		assertThat(items.end).isEqualTo("complete");
	}

	@Test
	void anAnswerThatTheListenerMissesIsAnItemAllTheSame() {
		Items items = subscribe(Long.MAX_VALUE);
		answer("a");
		SignalResult result = result("a", "b");
		this.publishes.get(0).complete(result);
		answer("b");
		assertThat(items.received).containsExactly(new Answered("a", ACTED), new Answered("b", ACTED),
				new Ended(result));
	}

	@Test
	void itemsWaitUntilTheyAreRequested() {
		Items items = subscribe(0);
		Map<String, Answer> answers = new LinkedHashMap<>();
		for (int i = 0; i < 1000; i++) {
			answer("r" + i);
			answers.put("r" + i, ACTED);
		}
		this.publishes.get(0).complete(result(answers));
		assertThat(items.received).isEmpty();
		items.request(1);
		assertThat(items.received).containsExactly(new Answered("r0", ACTED));
		items.request(999);
		assertThat(items.received).hasSize(1000);
		assertThat(items.end).isNull();
		items.request(1);
		assertThat(items.received).hasSize(1001).last().isInstanceOf(Ended.class);
		assertThat(items.end).isEqualTo("complete");
	}

	@Test
	void eachSubscriberPublishesOnce() {
		Items one = subscribe(Long.MAX_VALUE);
		Items other = subscribe(Long.MAX_VALUE);
		assertThat(this.publishes).hasSize(2);
		this.listeners.get(1).accept("a", ACTED);
		assertThat(one.received).isEmpty();
		assertThat(other.received).hasSize(1);
	}

	@Test
	void cancellingEndsTheWait() {
		Items items = subscribe(Long.MAX_VALUE);
		answer("a");
		items.cancel();
		assertThat(this.publishes.get(0)).isCancelled();
		answer("b");
		assertThat(items.received).hasSize(1);
	}

	@Test
	void cancellingBeforeItIsPublishedEndsTheWait() {
		this.flux.take(0).subscribe();
		this.flux.subscribe(new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				cancel();
			}

		});
		assertThat(this.publishes).isNotEmpty().allMatch(CompletableFuture::isCancelled);
	}

	@Test
	void cancellingIsNoFailure() {
		List<Runnable> tasks = new ArrayList<>();
		List<Throwable> failures = new ArrayList<>();
		List<Flow.Subscription> subscriptions = new ArrayList<>();
		new ReactivePublish(tasks::add, (listener) -> new CompletableFuture<>()).subscribe(new Failing(failures) {

			@Override
			public void onSubscribe(Flow.Subscription subscription) {
				subscriptions.add(subscription);
			}

		});
		tasks.remove(0).run();
		subscriptions.get(0).cancel();
		tasks.forEach(Runnable::run);
		assertThat(failures).isEmpty();
	}

	@Test
	void aSubscriberThatFailsEndsTheWait() {
		List<Throwable> failures = new ArrayList<>();
		this.reactive.subscribe(new Failing(failures));
		answer("a");
		assertThat(failures).hasSize(1);
		assertThat(this.publishes.get(0)).isCancelled();
	}

	@Test
	void aFailureIsPassedOn() {
		Items items = subscribe(Long.MAX_VALUE);
		this.publishes.get(0).completeExceptionally(new IllegalStateException("shut down"));
		assertThat(items.end).isEqualTo("java.lang.IllegalStateException: shut down");
		ReactivePublish illegal = new ReactivePublish(Runnable::run, (listener) -> {
			throw new IllegalArgumentException("not legal");
		});
		Items refused = new Items(Long.MAX_VALUE);
		JdkFlowAdapter.flowPublisherToFlux(illegal).subscribe(refused);
		assertThat(refused.end).isEqualTo("java.lang.IllegalArgumentException: not legal");
		assertThatNullPointerException().isThrownBy(() -> illegal.subscribe(null));
	}

	private Items subscribe(long requested) {
		Items items = new Items(requested);
		this.flux.subscribe(items);
		return items;
	}

	private void answer(String responderId) {
		this.listeners.get(0).accept(responderId, ACTED);
	}

	private static SignalResult result(String... responderIds) {
		Map<String, Answer> answers = new LinkedHashMap<>();
		for (String responderId : responderIds) {
			answers.put(responderId, ACTED);
		}
		return result(answers);
	}

	private static SignalResult result(Map<String, Answer> answers) {
		return new SignalResult(ResultCode.ALL_SUBS_SUCCESS, answers, Map.of(), Set.of(), Duration.ofMillis(2),
				Set.of(), Set.of(), false, null);
	}

	private static final class Items extends BaseSubscriber<SignalProgress> {

		private final List<SignalProgress> received = new ArrayList<>();

		private final long requested;

		private String end;

		Items(long requested) {
			this.requested = requested;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			if (this.requested > 0) {
				request(this.requested);
			}
		}

		@Override
		protected void hookOnNext(SignalProgress item) {
			this.received.add(item);
		}

		@Override
		protected void hookOnComplete() {
			this.end = "complete";
		}

		@Override
		protected void hookOnError(Throwable failure) {
			this.end = failure.toString();
		}

	}

	private static class Failing implements Flow.Subscriber<SignalProgress> {

		private final List<Throwable> failures;

		Failing(List<Throwable> failures) {
			this.failures = failures;
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(SignalProgress item) {
			throw new IllegalStateException("no item is accepted");
		}

		@Override
		public void onError(Throwable failure) {
			this.failures.add(failure);
		}

		@Override
		public void onComplete() {
		}

	}

}
