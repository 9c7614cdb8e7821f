package io.github.statesignals.core;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalResult;
import io.github.statesignals.transport.LogLimit;
import io.github.statesignals.transport.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the messages of an engine since it was created, and notifies of results.
 * Repeated failures are logged once a minute: a client that can publish on a channel must
 * not be able to fill the log.
 */
public final class SignalCounters {

	private static final Logger logger = LoggerFactory.getLogger(SignalCounters.class);

	public final LongAdder signals = new LongAdder();

	public final LongAdder responses = new LongAdder();

	// Payloads that could not be read. Where publisher and event can be, such a signal is
	// answered ras 0.
	public final LongAdder malformed = new LongAdder();

	// Signals that were answered busy, because too many were waiting already.
	public final LongAdder rejected = new LongAdder();

	public final LongAdder expired = new LongAdder();

	public final LongAdder repeated = new LongAdder();

	public final LongAdder missed = new LongAdder();

	public final LongAdder unexpected = new LongAdder();

	public final LongAdder gaps = new LongAdder();

	public final LongAdder forged = new LongAdder();

	public final LongAdder unsigned = new LongAdder();

	public final LongAdder late = new LongAdder();

	// On channels whose signatures are verified and not required.
	public final LongAdder unverified = new LongAdder();

	public final LogLimit failedHandlers = new LogLimit(100);

	public final LogLimit failedAnswers = new LogLimit(100);

	public final LogLimit failedPublishes = new LogLimit(100);

	public final LogLimit goneResponders = new LogLimit(100);

	// Of answers.
	public final LogLimit failedListeners = new LogLimit(100);

	private final List<ResultListener> listeners = new CopyOnWriteArrayList<>();

	// By message, of which there are a few.
	private final Map<String, LogLimit> limits = new ConcurrentHashMap<>();

	private final LogLimit listenerLog = new LogLimit(1);

	public void addListener(ResultListener listener) {
		this.listeners.add(listener);
	}

	public void initialized(String channel, Set<String> legalEvents) {
		if (!this.listeners.isEmpty()) {
			notifyListeners((listener) -> listener.onInitialized(channel, legalEvents));
		}
	}

	public void ended(String channel, String event, @Nullable SignalResult result, @Nullable Throwable failure) {
		if (!this.listeners.isEmpty()) {
			notifyListeners((listener) -> listener.onResult(channel, event, result, failure));
		}
	}

	private void notifyListeners(Consumer<ResultListener> call) {
		for (ResultListener listener : this.listeners) {
			try {
				call.accept(listener);
			}
			catch (RuntimeException | Error ex) {
				// The result does not depend on it.
				this.listenerLog.warn(logger, "A meter of results failed", ex);
			}
		}
	}

	private void warn(String message, String... texts) {
		this.limits.computeIfAbsent(message, (key) -> new LogLimit(1)).warnCounted(logger, message, texts);
	}

	// Including late ones.
	public long unexpected() {
		return this.unexpected.sum() + this.late.sum();
	}

	// Messages in the name of others that were not believed: announcements that a
	// responder leaves which it did not send itself or which could not be confirmed,
	// numbers of signals that contradict others of the publisher, subscriptions beyond
	// the limit, and messages without a valid signature on channels that require one.
	public long refused() {
		return this.forged.sum() + this.unsigned.sum();
	}

	public void unverified(String channel, String sender, String problem, boolean refused) {
		if (refused) {
			this.unsigned.increment();
			warn("Refused a message of '{}' on channel '{}', which requires signatures: {}. Python peers and "
					+ "applications without the keys can't take part", sender, channel, problem);
		}
		else {
			this.unverified.increment();
			warn("A message of '{}' on channel '{}' is not verified, and would be refused if signatures were required: {}",
					sender, channel, problem);
		}
	}

	public void refused(String responderId, String publisherId) {
		this.forged.increment();
		warn("'{}' does not leave '{}', although that was announced in its name", responderId, publisherId);
	}

	public void subscriptionRefused(String responderId, String publisherId) {
		this.forged.increment();
		warn("'{}' can't subscribe to '{}': its id is too long, or there are too many subscribers", responderId,
				publisherId);
	}

	public void notDurable(String responderId, String channel, String publisherId) {
		warn("'{}' receives no signals of '{}': the channel '{}' is durable here, and not there. Set "
				+ "state-signals.channels.{}.delivery alike in all applications", responderId, publisherId, channel,
				LogText.propertyKey(channel));
	}

	public void contradicted(String publisherId, int count) {
		this.forged.add(count);
		warn("Numbers or times of signals in the name of '{}' contradict others: they are not believed", publisherId);
	}

	public void malformed(String source, String problem) {
		this.malformed.increment();
		warn("Skipped a malformed payload on '{}': {}", source, problem);
	}

	public void rejected(Signal signal, String responderId) {
		this.rejected.increment();
		warn("'{}' of '{}' is answered 'busy': too many signals are waiting for '{}'", signal.event(),
				signal.publisherId(), responderId);
	}

	public void unreadable(Signal signal, String responderId, String problem) {
		warn("'{}' can't take '{}' of '{}': {}", responderId, signal.event(), signal.publisherId(), problem);
	}

	public void expired(Signal signal, String responderId) {
		this.expired.increment();
		warn("'{}' of '{}' reached '{}' after its publisher's timeout", signal.event(), signal.publisherId(),
				responderId);
	}

	public void unexpected(Response response, String problem, boolean late) {
		(late ? this.late : this.unexpected).increment();
		warn("An answer of '{}' to '{}' of '{}' does not count: {}", response.responderId(), response.event(),
				response.publisherId(), problem);
	}

}
