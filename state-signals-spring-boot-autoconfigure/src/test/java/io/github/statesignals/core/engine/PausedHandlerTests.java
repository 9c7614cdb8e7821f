package io.github.statesignals.core.engine;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalHandler;
import io.github.statesignals.SignalResponder.Registration;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.engine.InMemoryApplications.Application;
import io.github.statesignals.core.responder.RegisteredHandlers;
import io.github.statesignals.core.responder.SelectiveHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.github.statesignals.core.engine.InMemoryApplications.awaiting;
import static io.github.statesignals.core.engine.InMemoryApplications.get;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A paused handler never looks like one that has acted.
 */
@Timeout(60)
class PausedHandlerTests {

	@RegisterExtension
	private final InMemoryApplications applications = new InMemoryApplications(true);

	private final Application cpu = this.applications.start();

	private final RegisteredHandlers handlers = this.cpu.responder().handlers();

	private final AtomicInteger calls = new AtomicInteger();

	@Test
	void pausedHandlerAnswersFailureUntilItIsResumed() {
		this.cpu.responder().on("start", (signal) -> act());
		SignalExporter exporter = exporter();
		assertThat(this.handlers.pause("start", null, true)).hasSize(1).allMatch((status) -> status.paused());
		SignalResult result = exporter.publish("start");
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.acted()).isEmpty();
		assertThat(result.messages().values()).containsExactly("The handler of 'start' is paused by an operator");
		assertThat(this.handlers.pause("start", null, false)).noneMatch((status) -> status.paused());
		assertThat(exporter.publish("start").isSuccess()).isTrue();
		assertThat(this.calls).hasValue(1);
	}

	@Test
	void otherHandlerOfTheSignalActsAndTheAnswerIsFailure() {
		this.cpu.responder().on("start", (signal) -> act());
		this.cpu.responder().on("*", (signal) -> act());
		SignalExporter exporter = exporter();
		this.handlers.pause("*", null, true);
		assertThat(exporter.publish("start").code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(this.calls).hasValue(1);
	}

	@Test
	void pausedHandlerDoesNotRefuseSignalsThatItDoesNotSelect() {
		this.cpu.responder().on("start", new TaggedHandler());
		this.cpu.responder().on("start", (signal) -> act());
		SignalExporter exporter = exporter();
		assertThat(this.handlers.pause("start", "tagged", true)).singleElement()
			.satisfies((status) -> assertThat(status.selection()).isEqualTo(Map.of("tag", "a")));
		assertThat(exporter.signal("start").tag("b").publish().isSuccess()).isTrue();
		assertThat(exporter.signal("start").tag("a").publish().code()).isEqualTo(ResultCode.SUB_FAILED);
		// Each signal was examined once, and handled by the other one.
		assertThat(this.calls).hasValue(4);
	}

	@Test
	void signalThatIsBeingHandledIsFinished() throws Exception {
		CompletableFuture<Acknowledgement> handled = new CompletableFuture<>();
		CompletableFuture<Void> started = new CompletableFuture<>();
		this.cpu.responder().on("start", new AsynchronousHandler(started, handled));
		CompletableFuture<SignalResult> result = exporter().signal("start").publishAsync();
		get(started);
		this.handlers.pause("start", null, true);
		handled.complete(Acknowledgement.success());
		assertThat(get(result).isSuccess()).isTrue();
	}

	@Test
	void handlerThatIsRemovedWhileAnotherOneRunsDoesNotAct() {
		CompletableFuture<Acknowledgement> handled = new CompletableFuture<>();
		CompletableFuture<Void> started = new CompletableFuture<>();
		this.cpu.responder().on("start", new AsynchronousHandler(started, handled));
		Registration removed = this.cpu.responder().on("start", (signal) -> act());
		CompletableFuture<SignalResult> result = exporter().signal("start").publishAsync();
		get(started);
		removed.close();
		handled.complete(Acknowledgement.success());
		assertThat(get(result).isSuccess()).isTrue();
		assertThat(this.calls).hasValue(0);
	}

	@Test
	void noHandlerIsPausedOfAnotherEventOrName() {
		Registration registration = this.cpu.responder().on("start", (signal) -> act());
		assertThat(this.handlers.pause("stop", null, true)).isEmpty();
		assertThat(this.handlers.pause("start", "other", true)).isEmpty();
		registration.close();
		assertThat(this.handlers.pause("start", null, true)).isEmpty();
	}

	private Acknowledgement act() {
		this.calls.incrementAndGet();
		return Acknowledgement.success();
	}

	private SignalExporter exporter() {
		SignalExporter exporter = this.applications.start().exporter("start");
		awaiting().until(() -> exporter.getSubscribers().size() == 1);
		return exporter;
	}

	private final class TaggedHandler implements SelectiveHandler {

		@Override
		public @Nullable Acknowledgement handle(Signal signal) {
			throw new UnsupportedOperationException();
		}

		@Override
		public CompletionStage<@Nullable Acknowledgement> handleAsync(Signal signal, BooleanSupplier selected) {
			return CompletableFuture.completedFuture(selected.getAsBoolean() ? Acknowledgement.success() : null);
		}

		@Override
		public boolean selects(Signal signal) {
			PausedHandlerTests.this.calls.incrementAndGet();
			return signal.tag().equals("a");
		}

		@Override
		public Map<String, String> selection() {
			return Map.of("tag", "a");
		}

		@Override
		public String toString() {
			return "tagged";
		}

	}

	private record AsynchronousHandler(CompletableFuture<Void> started,
			CompletableFuture<Acknowledgement> handled) implements SignalHandler {

		@Override
		public Acknowledgement handle(Signal signal) {
			throw new UnsupportedOperationException();
		}

		@Override
		public CompletionStage<Acknowledgement> handleAsync(Signal signal) {
			this.started.complete(null);
			return this.handled;
		}

	}

}
