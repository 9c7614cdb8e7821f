package io.github.statesignals.core.engine;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SubscriberJoinedEvent;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.engine.InMemoryApplications.Message;
import io.github.statesignals.core.engine.InMemoryApplications.Peer;
import io.github.statesignals.core.engine.InMemoryApplications.Settings;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.publish.SignalPublisher;
import io.github.statesignals.transport.SignalExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An executor may be the application's own, and run its code on the thread that passes a
 * task: not while that holds the lock of the publishes.
 */
@Timeout(60)
class ExecutorLockTests {

	private static final String RESPONDER = "r-1-resp";

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications();

	// Whether another thread could take the lock, for each task.
	private final Queue<Boolean> free = new ConcurrentLinkedQueue<>();

	private final Peer peer = this.applications.peer();

	private Application application;

	private SignalExporter exporter;

	private void start(Settings settings) {
		this.application = this.applications.start(settings);
		this.exporter = this.application.exporter("start");
		this.peer.subscribe(this.exporter, RESPONDER);
		assertThat(this.application.nextEvent()).isInstanceOf(SubscriberJoinedEvent.class);
		this.peer.forget();
		SignalPublisher publisher = ((DefaultSignalExporter) this.exporter).subscriptions().publisher();
		this.applications.decorateTasks(() -> this.free.add(isFree(publisher)));
	}

	private static boolean isFree(SignalPublisher publisher) {
		CompletableFuture<Integer> locking = CompletableFuture.supplyAsync(publisher::queued);
		return locking.completeOnTimeout(-1, 10, TimeUnit.SECONDS).join() >= 0;
	}

	@Test
	void answerOfAListener() {
		start(new Settings());
		Queue<String> told = new ConcurrentLinkedQueue<>();
		CompletableFuture<SignalResult> result = this.exporter.signal("start")
			.onResponse((responder, answer) -> told.add(responder))
			.publishAsync();
		Message<Signal, SignalExtension> signal = this.peer.receive("start");
		this.peer.answer(RESPONDER, signal, 1);
		assertThat(get(result).isSuccess()).isTrue();
		awaiting().untilAsserted(() -> assertThat(told).containsExactly(RESPONDER));
		assertThat(this.free).isNotEmpty().doesNotContain(false);
	}

	@Test
	void eventOfAResponderThatIsEvicted() {
		start(new Settings().evictAfterMissed(1));
		CompletableFuture<SignalResult> result = this.exporter.signal("start").publishAsync();
		this.applications.timer().advance(InMemoryApplications.RESPONSE_TIMEOUT);
		assertThat(get(result).missing()).containsExactly(RESPONDER);
		assertThat(this.application.nextEvent()).isInstanceOf(SubscriberLeftEvent.class);
		assertThat(this.free).isNotEmpty().doesNotContain(false);
	}

}
