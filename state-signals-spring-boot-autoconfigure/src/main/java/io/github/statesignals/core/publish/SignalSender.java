package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.publish.membership.KnownResponders.Subscribers;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers and sends the signals of one exporter. Numbering and sending are one step for
 * receivers: {@link PublishQueue} serializes them.
 */
final class SignalSender {

	// A longer one is as good as none.
	private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

	private static final Logger logger = LoggerFactory.getLogger(SignalExporter.class);

	private final EngineServices services;

	private final Publication.Owner publisher;

	private final Timer timer;

	private final Timeouts<Publication> timeouts;

	private final Timeouts<StoredAnswers> storedAnswers;

	private final long startNanos;

	private final String channel;

	private final boolean durable;

	private final boolean extended;

	private final PublishIds ids = new PublishIds();

	private long sequence;

	// The subscribers that were asked last whether all read frames.
	private Subscribers examined = Subscribers.NONE;

	private boolean framed;

	SignalSender(EngineServices services, String channel, Publication.Owner publisher) {
		this.services = services;
		this.publisher = publisher;
		this.timer = services.timer();
		this.timeouts = new Timeouts<>(this.timer, (publication) -> publication.tally().sentNanos(),
				publisher::onTimeout);
		this.storedAnswers = new Timeouts<>(this.timer, StoredAnswers::startNanos, StoredAnswers::onTimer);
		this.startNanos = this.timer.nanoTime();
		this.channel = channel;
		this.durable = this.services.outbound().isDurable(channel);
		// Legacy peers receive nothing of a durable channel.
		this.extended = this.durable || this.services.outbound().transport().requiresExtensions(channel);
	}

	boolean isDurable() {
		return this.durable;
	}

	// Whether the next signal carries an extension.
	boolean isExtended(Subscribers subscribers) {
		return this.extended || this.services.settings().extensions().usedWith(subscribers.extended());
	}

	private SignalExtension number(Duration timeout, Map<String, String> trace, long nowNanos) {
		long number = ++this.sequence;
		return new SignalExtension(this.ids.create(), number, (nowNanos - this.startNanos) / 1_000_000, millis(timeout),
				this.services.outbound().transport().replyTo(this.channel), trace);
	}

	// A publish that waits no time at all has no deadline for its handlers.
	private static long millis(Duration timeout) {
		if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
			return SignalExtension.NONE;
		}
		return Math.max(timeout.toMillis(), 1);
	}

	private CompletableFuture<?> send(Signal signal, @Nullable SignalExtension extension, boolean framed) {
		CompletableFuture<?> sent = this.services.outbound().send(this.channel, signal, extension, framed);
		if (extension != null && sent.isCompletedExceptionally() && isUnsent(Futures.failure(sent))) {
			// Responders must not miss its number.
			this.sequence--;
		}
		return sent;
	}

	// Whether it was too large, or refused.
	private static boolean isUnsent(Throwable failure) {
		return failure instanceof IllegalArgumentException || failure instanceof SignalNotSentException;
	}

	void warnOfMissing(Publication publication, Set<String> required) {
		this.services.counters().failedPublishes.warn(logger,
				"'{}' of '{}' is not published: {} are required and not subscribed", publication.event(),
				publication.publisherId(), LogText.printable(required));
	}

	// Sends a publication, and awaits the answers of subscribers from here on.
	void transmit(Publication publication, Subscribers subscribers, Set<String> silent, SendOrder order) {
		Duration timeout = publication.options().timeout();
		int awaited = subscribers.ids().size();
		long now = this.timer.nanoTime();
		publication.await(subscribers.ids(), now, this.durable, this.services.answers());
		if (!silent.isEmpty()) {
			// Their answers still count.
			publication.tally().skip(silent);
		}
		order.enter(publication, awaited);
		scheduleTimeout(publication, limit(publication));
		if (logger.isDebugEnabled()) {
			logger.debug("Publishing '{}' of '{}' to {} subscribers", publication.event(), publication.publisherId(),
					awaited);
		}
		SignalExtension extension = isExtended(subscribers) ? number(timeout, publication.options().trace(), now)
				: null;
		if (extension != null && extension.id() != null) {
			// Before it is sent: it may be answered at once.
			order.identify(extension.id(), publication);
		}
		CompletableFuture<?> transmission = send(publication.signal(), extension,
				extension != null && readFrames(subscribers));
		publication.transmitted(transmission,
				transmission.whenComplete((sent, ex) -> this.publisher.onSent(publication, sent, ex)));
	}

	private boolean readFrames(Subscribers subscribers) {
		if (this.examined != subscribers) {
			this.examined = subscribers;
			this.framed = !subscribers.addresses().isEmpty() && subscribers.addresses()
				.stream()
				.allMatch((address) -> this.services.outbound().transport().readsFrames(this.channel, address));
		}
		return this.framed;
	}

	// A publish that awaits no answers awaits the confirmation nevertheless.
	Duration limit(Publication publication) {
		return publication.options().awaitsAnswers() ? publication.options().timeout()
				: this.services.settings().exporters().responseTimeout();
	}

	private void scheduleTimeout(Publication publication, Duration timeout) {
		if (this.durable) {
			StoredAnswers stored = new StoredAnswers(this.timer, timeout, () -> this.publisher.recall(publication),
					() -> this.publisher.onTimeout(publication));
			stored.start(this.storedAnswers);
			publication.timeoutScheduled((ended) -> stored.cancel());
		}
		else if (!timeout.isNegative()) {
			publication.timeoutScheduled(this.timeouts.start(publication, timeout));
		}
	}

	CompletableFuture<?> sendReserved(Signal signal, boolean extended) {
		return send(signal, extended ? number(Duration.ZERO, Map.of(), this.timer.nanoTime()) : null, false);
	}

}
