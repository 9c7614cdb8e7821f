package io.github.statesignals;

import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

import io.github.statesignals.SignalProgress.Answered;
import io.github.statesignals.SignalProgress.Ended;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.messaging.handler.annotation.Header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Reactive callers of exporters and gateways.
 */
class ReactiveTests {

	@RegisterExtension
	private final Applications applications = new Applications();

	private ConfigurableApplicationContext context;

	private Drains drains;

	private SignalExporter exporter;

	@BeforeEach
	void start() {
		this.context = this.applications.start(Drains.class, "exporter.max-pending=1", "exporter.legal-events=drain");
		this.drains = this.context.getBean(Drains.class);
		this.exporter = this.context.getBean(SignalExporter.class);
		assertThat(this.exporter.getSubscribers()).hasSize(2);
	}

	// A handler that runs delays the end of the application.
	@AfterEach
	void drain() {
		this.drains.slow.complete(Acknowledgement.success());
	}

	@Test
	void answersAreItemsWhileOthersAreAwaited() {
		Queue<SignalProgress> items = new ConcurrentLinkedQueue<>();
		Set<String> threads = ConcurrentHashMap.newKeySet();
		Flux<SignalProgress> drain = flux(this.exporter.signal("drain").tag("t"));
		assertThat(this.drains.received).as("signals before it is subscribed to").isEmpty();
		CompletableFuture<SignalProgress> last = drain.doOnNext((item) -> {
			threads.add(Thread.currentThread().getName());
			items.add(item);
		}).last().toFuture();
		await().until(() -> items.size() == 1);
		assertThat(items.peek()).isInstanceOfSatisfying(Answered.class, (answered) -> {
			assertThat(answered.responderId()).startsWith("fast-");
			assertThat(answered.answer().message()).isEqualTo("t");
		});
		assertThat(last).isNotDone();
		this.drains.slow.complete(Acknowledgement.failure("busy"));
		assertThat(((Ended) last.join()).result()).satisfies((result) -> {
			assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
			assertThat(result.responses()).hasSize(2);
		});
		assertThat(items).hasSize(3)
			.element(1)
			.isInstanceOfSatisfying(Answered.class, (answered) -> assertThat(answered.answer().isFailure()).isTrue());
		assertThat(threads).allMatch((name) -> name.startsWith("state-signals-"));
	}

	@Test
	void missingRespondersAreInTheResult() {
		assertThat(flux(this.exporter.signal("drain").timeout(Duration.ofMillis(200))).collectList().block()).hasSize(2)
			.last()
			.isInstanceOfSatisfying(Ended.class, (ended) -> {
				assertThat(ended.result().code()).isEqualTo(ResultCode.MISSING_RESPONSE);
				assertThat(ended.result().missing()).singleElement().asString().startsWith("slow-");
			});
	}

	@Test
	void theValuesAreThoseOfTheCall() {
		this.drains.slow.complete(Acknowledgement.success());
		SignalSpec spec = this.exporter.signal("drain").tag("t").metadata("pool", "a");
		Flux<SignalProgress> drain = flux(spec);
		spec.tag("u").metadata("pool", "b");
		drain.blockLast();
		drain.blockLast();
		assertThat(this.drains.received).hasSize(2).allSatisfy((signal) -> {
			assertThat(signal.tag()).isEqualTo("t");
			assertThat(signal.metadata()).containsEntry("pool", "a");
		});
	}

	@Test
	void aListenerReceivesTheAnswersToo() {
		this.drains.slow.complete(Acknowledgement.success());
		Queue<String> listened = new ConcurrentLinkedQueue<>();
		flux(this.exporter.signal("drain").onResponse((id, answer) -> listened.add(id))).blockLast();
		await().until(() -> listened.size() == 2);
	}

	@Test
	void cancellingEndsThePublish() {
		Queue<SignalProgress> items = new ConcurrentLinkedQueue<>();
		Disposable subscription = flux(this.exporter.signal("drain")).subscribe(items::add);
		await().until(() -> items.size() == 1);
		Flux<SignalProgress> rejected = flux(this.exporter.signal("drain"));
		assertThatExceptionOfType(TaskRejectedException.class).as("more than may be in flight")
			.isThrownBy(rejected::blockLast);
		subscription.dispose();
		this.drains.slow.complete(Acknowledgement.success());
		assertThat(flux(this.exporter.signal("drain")).collectList().block()).hasSize(3);
		assertThat(items).hasSize(1);
	}

	@Test
	void illegalEventsFailTheSubscriber() {
		Flux<SignalProgress> illegal = flux(this.exporter.signal("strat"));
		assertThatIllegalArgumentException().isThrownBy(illegal::blockLast)
			.withMessageContaining("'strat' is not a legal event");
	}

	@Test
	void gatewaysReturnReactiveTypes() {
		this.drains.slow.complete(Acknowledgement.failure("busy"));
		Drain gateway = this.context.getBean(SignalGatewayFactory.class).create(Drain.class);
		Mono<SignalResult> drain = gateway.drain("t");
		assertThat(this.drains.received).as("signals before it is subscribed to").isEmpty();
		assertThat(drain.block().messages()).containsValues("t", "busy");
		assertThat(gateway.success().block()).isFalse();
		assertThat(gateway.future().join()).isFalse();
		assertThat(gateway.code().block()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(gateway.progress().collectList().block()).hasSize(3).last().isInstanceOf(Ended.class);
		assertThat(JdkFlowAdapter.flowPublisherToFlux(gateway.flow()).count().block()).isEqualTo(3);
	}

	@Test
	void aGatewayThatWouldLoseTheResultIsRefused() {
		SignalGatewayFactory factory = this.context.getBean(SignalGatewayFactory.class);
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(NoResult.class))
			.withMessageContaining("NoResult.drain returns reactor.core.publisher.Mono<java.lang.Void>")
			.withMessageContaining("Mono<SignalResult>");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(ManyResults.class))
			.withMessageContaining("Flux<SignalProgress>");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(OneItem.class))
			.withMessageContaining("Flux<SignalProgress>");
	}

	private static Flux<SignalProgress> flux(SignalSpec spec) {
		return JdkFlowAdapter.flowPublisherToFlux(spec.publishReactive());
	}

	interface Drain {

		Mono<SignalResult> drain(@Header("tag") String run);

		@SignalEvent("drain")
		Mono<Boolean> success();

		@SignalEvent("drain")
		CompletableFuture<Boolean> future();

		@SignalEvent("drain")
		Mono<ResultCode> code();

		@SignalEvent("drain")
		Flux<SignalProgress> progress();

		@SignalEvent("drain")
		Flow.Publisher<SignalProgress> flow();

	}

	interface NoResult {

		Mono<Void> drain();

	}

	interface ManyResults {

		Flux<SignalResult> drain();

	}

	interface OneItem {

		Mono<SignalProgress> drain();

	}

	static class Drains {

		private final CompletableFuture<Acknowledgement> slow = new CompletableFuture<>();

		private final BlockingQueue<Signal> received = new LinkedBlockingQueue<>();

		@OnSignal(event = "drain", responder = "fast")
		Acknowledgement fast(Signal signal) {
			this.received.add(signal);
			return Acknowledgement.success(signal.tag());
		}

		@OnSignal(event = "drain", responder = "slow")
		CompletableFuture<Acknowledgement> slow() {
			return this.slow.copy();
		}

	}

}
