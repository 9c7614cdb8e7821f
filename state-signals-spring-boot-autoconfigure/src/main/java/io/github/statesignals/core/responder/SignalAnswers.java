package io.github.statesignals.core.responder;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SignalObserver.Observed;
import io.github.statesignals.core.SignalObserver.ReceivedBy;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the signals of one responder.
 *
 * @param seal proves that an announcement of leaving is the responder's own. Used once,
 * and absent until the first exporter gets it
 */
record SignalAnswers(String name, String channel, String responderId, boolean durable, EngineServices services,
		RegisteredHandlers handlers, AtomicReference<@Nullable LeaveSeal> seal) {

	private static final Logger logger = LoggerFactory.getLogger(SignalResponder.class);

	SignalAnswers(String name, String channel, String responderId, boolean durable, EngineServices services,
			RegisteredHandlers handlers) {
		this(name, channel, responderId, durable, services, handlers, new AtomicReference<>());
	}

	void respond(@Nullable Delivery delivery, Response response, @Nullable List<String> handledEvents) {
		if (logger.isDebugEnabled()) {
			logger.debug("Answering '{}' of '{}' with ras {}", LogText.printable(response.event()),
					LogText.printable(response.publisherId()), response.ras());
		}
		Observed observed = observe(delivery, response, handledEvents == null);
		send(response, extension(delivery, response.event(), handledEvents), delivery, (sent, ex) -> {
			if (ex != null) {
				logFailure(response, Futures.unwrap(ex));
			}
			if (observed != Observed.NONE) {
				// Not on the transport's thread: the application's code may run.
				this.services.callbackLanes().execute(() -> {
					observed.outcome(sent, ex);
					observed.stop();
				});
			}
		});
	}

	private void logFailure(Response response, Throwable failure) {
		String event = LogText.printable(response.event());
		String publisherId = LogText.printable(response.publisherId());
		if (Signal.isReserved(response.event()) && !this.services.outbound().isConnected()) {
			// The responder announces itself when it is connected.
			logger.debug("Could not answer '{}' of '{}': {}", event, publisherId, failure.toString());
			return;
		}
		this.services.counters().failedAnswers.warn(logger, "Could not answer '{}' of '{}': {}", event, publisherId,
				failure.toString());
	}

	private Observed observe(@Nullable Delivery delivery, Response response, boolean handled) {
		SignalObserver observer = this.services.observer();
		// A subscription is no answer that a publish awaits.
		return (observer == SignalObserver.NONE || delivery == null || Signal.isReserved(response.event()))
				? Observed.NONE : observer.respond(receivedBy(delivery), response, handled);
	}

	ReceivedBy receivedBy(Delivery delivery) {
		String event = delivery.signal().event();
		boolean known = this.handlers.all().stream().anyMatch((handler) -> handler.event().equals(event));
		Receipt receipt = delivery.receipt();
		return new ReceivedBy(delivery.signal(), delivery.extension(),
				(receipt != null) ? receipt.storedMillis() : SignalExtension.NONE, this.channel, this.responderId,
				known);
	}

	private void send(Response response, ResponseExtension extension, @Nullable Delivery delivery,
			BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		Outbound outbound = this.services.outbound();
		Receipt receipt = (delivery != null) ? delivery.receipt() : null;
		if (receipt != null && response.ras() != null) {
			outbound.acknowledge(receipt, response, extension).whenComplete(onSent);
			return;
		}
		boolean extended = this.services.settings()
			.extensions()
			.usedWith(delivery != null && delivery.extended().getAsBoolean());
		outbound.answer(this.channel, response, extended ? extension : null,
				(extended && delivery != null) ? delivery.replyTo() : null, onSent);
	}

	private ResponseExtension extension(@Nullable Delivery delivery, String event,
			@Nullable List<String> handledEvents) {
		ResponseExtension common = (delivery != null) ? delivery.answerExtension() : ResponseExtension.UNDERSTOOD;
		if (Signal.INITIALIZATION.equals(event) && !this.durable) {
			return new ResponseExtension(common.id(), null, this.services.outbound().transport().replyTo(this.channel),
					obtainSeal().seal(), null);
		}
		return (handledEvents != null) ? new ResponseExtension(common.id(), handledEvents, null, null, null) : common;
	}

	ResponseExtension subscription() {
		return extension(null, Signal.INITIALIZATION, null);
	}

	ResponseExtension leaveExtension() {
		LeaveSeal used = Objects.requireNonNullElseGet(this.seal.getAndSet(null), LeaveSeal::create);
		return new ResponseExtension(null, null, null, used.key(), null);
	}

	private LeaveSeal obtainSeal() {
		return Objects.requireNonNull(this.seal.updateAndGet((known) -> (known != null) ? known : LeaveSeal.create()));
	}

	void answerUnhandled(Delivery delivery) {
		Signal signal = delivery.signal();
		switch (this.services.settings().responders().unhandled()) {
			case ACKNOWLEDGE -> respondUnhandled(delivery);
			case REJECT -> answer(delivery,
					Acknowledgement.failure("'" + this.name + "' has no handler for '" + signal.event() + "'"));
			case IGNORE -> {
				if (logger.isDebugEnabled()) {
					logger.debug("'{}' ignores '{}' of '{}'", this.responderId, LogText.printable(signal.event()),
							LogText.printable(signal.publisherId()));
				}
				delivery.settle();
			}
		}
	}

	void respondUnhandled(Delivery delivery) {
		answer(delivery, Acknowledgement.success(), this.handlers.handledEvents());
	}

	void answer(Delivery delivery, Acknowledgement acknowledgement) {
		answer(delivery, acknowledgement, null);
	}

	private void answer(Delivery delivery, Acknowledgement acknowledgement, @Nullable List<String> handledEvents) {
		Signal signal = delivery.signal();
		if (Signal.SHUTDOWN.equals(signal.event())) {
			// Answers to a shutdown are not received any more.
			delivery.settle();
			return;
		}
		respond(delivery, new Response(this.responderId, signal.publisherId(), signal.event(), acknowledgement.ras(),
				acknowledgement.message()), handledEvents);
	}

}
