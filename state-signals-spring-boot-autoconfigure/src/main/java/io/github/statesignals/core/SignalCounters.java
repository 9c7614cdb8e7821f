package io.github.statesignals.core;

import java.util.List;
import java.util.Set;
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
 *
 * @since 0.1.0
 */
public final class SignalCounters {

	private static final Logger logger = LoggerFactory.getLogger(SignalCounters.class);

	public final LongAdder signals = new LongAdder();

	public final LongAdder responses = new LongAdder();

	public final LongAdder malformed = new LongAdder();

	public final LongAdder rejected = new LongAdder();

	public final LongAdder expired = new LongAdder();

	public final LongAdder repeated = new LongAdder();

	public final LongAdder missed = new LongAdder();

	public final LongAdder unexpected = new LongAdder();

	public final LongAdder gaps = new LongAdder();

	public final LongAdder forged = new LongAdder();

	public final LongAdder unsigned = new LongAdder();

	public final LongAdder late = new LongAdder();

	public final LongAdder unverified = new LongAdder();

	public final LogLimit failedHandlers = new LogLimit(100);

	public final LogLimit failedPublishes = new LogLimit(100);

	public final LogLimit goneResponders = new LogLimit(100);

	private final List<ResultListener> listeners = new CopyOnWriteArrayList<>();

	private final LogLimit listenerLog = new LogLimit(1);

	private final LogLimit malformedLog = new LogLimit(1);

	private final LogLimit rejectedLog = new LogLimit(1);

	private final LogLimit unreadableLog = new LogLimit(1);

	private final LogLimit expiredLog = new LogLimit(1);

	private final LogLimit unexpectedLog = new LogLimit(1);

	private final LogLimit refusedLog = new LogLimit(1);

	private final LogLimit contradictedLog = new LogLimit(1);

	private final LogLimit subscriptionLog = new LogLimit(1);

	private final LogLimit signatureLog = new LogLimit(1);

	private final LogLimit unverifiedLog = new LogLimit(1);

	public SignalCounters() {
	}

	public void addListener(ResultListener listener) {
		this.listeners.add(listener);
	}

	public void initialized(String channel, Set<String> legalEvents) {
		notifyListeners((listener) -> listener.onInitialized(channel, legalEvents));
	}

	public void ended(String channel, String event, @Nullable SignalResult result, @Nullable Throwable failure) {
		notifyListeners((listener) -> listener.onResult(channel, event, result, failure));
	}

	private void notifyListeners(Consumer<ResultListener> call) {
		for (ResultListener listener : this.listeners) {
			try {
				call.accept(listener);
			}
			catch (RuntimeException ex) {
				// The result does not depend on it.
				this.listenerLog.warn(logger, "A meter of results failed", ex);
			}
		}
	}

	/**
	 * The signals received, of any publisher.
	 * @return the number
	 */
	public long signals() {
		return this.signals.sum();
	}

	/**
	 * The responses received, for any exporter.
	 * @return the number
	 */
	public long responses() {
		return this.responses.sum();
	}

	/**
	 * The payloads that were neither, or could not be read. Where publisher and event can
	 * be read, such a signal is answered {@code ras} 0.
	 * @return the number
	 */
	public long malformed() {
		return this.malformed.sum();
	}

	/**
	 * The signals that were answered {@code busy}, because too many were waiting already.
	 * @return the number
	 */
	public long rejected() {
		return this.rejected.sum();
	}

	/**
	 * The signals that could have been handled only after their publisher's timeout.
	 * @return the number
	 */
	public long expired() {
		return this.expired.sum();
	}

	/**
	 * The signals that were received twice, and skipped.
	 * @return the number
	 */
	public long repeated() {
		return this.repeated.sum();
	}

	/**
	 * The signals that were not received, by their numbers.
	 * @return the number
	 */
	public long missed() {
		return this.missed.sum();
	}

	/**
	 * The answers to this application's exporters that did not count.
	 * @return the number, with those that were {@link #late}
	 */
	public long unexpected() {
		return this.unexpected.sum() + this.late.sum();
	}

	/**
	 * The times when the transport received again after it may have missed messages.
	 * @return the number
	 */
	public long gaps() {
		return this.gaps.sum();
	}

	/**
	 * The messages in the name of others that were not believed: announcements that a
	 * responder leaves which it did not send itself or which could not be confirmed,
	 * numbers of signals that contradict others of the publisher, subscriptions beyond
	 * the limit, and messages without a valid signature on channels that require one.
	 * @return the number
	 */
	public long refused() {
		return this.forged.sum() + this.unsigned.sum();
	}

	/**
	 * The messages without a valid signature that had their effect all the same, on
	 * channels whose signatures are verified and not required.
	 * @return the number
	 */
	public long unverified() {
		return this.unverified.sum();
	}

	/**
	 * Notes a message without a valid signature.
	 * @param channel the channel's name
	 * @param sender the id that it names as its sender
	 * @param problem why it must not be trusted
	 * @param refused whether it is skipped
	 */
	public void unverified(String channel, String sender, String problem, boolean refused) {
		if (refused) {
			this.unsigned.increment();
			if (this.signatureLog.count() > 0) {
				logger.warn(
						"Refused a message of '{}' on channel '{}', which requires signatures: {}. Python peers and "
								+ "applications without the keys can't take part "
								+ "({} refused so far; the next is logged in a minute or later)",
						LogText.printable(sender), channel, LogText.printable(problem), refused());
			}
			return;
		}
		this.unverified.increment();
		if (this.unverifiedLog.count() > 0) {
			logger.warn(
					"A message of '{}' on channel '{}' is not verified, and would be refused if signatures were "
							+ "required: {} ({} so far; the next is logged in a minute or later)",
					LogText.printable(sender), channel, LogText.printable(problem), unverified());
		}
	}

	public void refused(String responderId, String publisherId) {
		this.forged.increment();
		if (this.refusedLog.count() > 0) {
			logger.warn(
					"'{}' does not leave '{}', although that was announced in its name "
							+ "({} so far; the next is logged in a minute or later)",
					LogText.printable(responderId), publisherId, refused());
		}
	}

	public void subscriptionRefused(String responderId, String publisherId) {
		this.forged.increment();
		if (this.subscriptionLog.count() > 0) {
			logger.warn(
					"'{}' can't subscribe to '{}': its id is too long, or there are too many subscribers "
							+ "({} refused so far; the next is logged in a minute or later)",
					LogText.printable(responderId), publisherId, refused());
		}
	}

	/**
	 * Notes that numbers in a publisher's name were not believed.
	 * @param publisherId the publisher's id
	 * @param count the signals with such numbers
	 */
	public void contradicted(String publisherId, int count) {
		this.forged.add(count);
		if (this.contradictedLog.count() > 0) {
			logger.warn(
					"Numbers or times of signals in the name of '{}' contradict others: they are not believed "
							+ "({} refused so far; the next is logged in a minute or later)",
					LogText.printable(publisherId), refused());
		}
	}

	public void malformed(String source, String problem) {
		this.malformed.increment();
		if (this.malformedLog.count() > 0) {
			logger.warn("Skipped a malformed payload on '{}': {} ({} so far; the next is logged in a minute or later)",
					source, problem, malformed());
		}
	}

	public void rejected(Signal signal, String responderId) {
		this.rejected.increment();
		if (this.rejectedLog.count() > 0) {
			logger.warn(
					"'{}' of '{}' is answered 'busy': too many signals are waiting for '{}' "
							+ "({} so far; the next is logged in a minute or later)",
					LogText.printable(signal.event()), LogText.printable(signal.publisherId()), responderId,
					rejected());
		}
	}

	public void unreadable(Signal signal, String responderId, String problem) {
		if (this.unreadableLog.count() > 0) {
			logger.warn("'{}' can't take '{}' of '{}': {} (the next is logged in a minute or later)", responderId,
					LogText.printable(signal.event()), LogText.printable(signal.publisherId()),
					LogText.printable(problem));
		}
	}

	public void expired(Signal signal, String responderId) {
		this.expired.increment();
		if (this.expiredLog.count() > 0) {
			logger.warn(
					"'{}' of '{}' comes to '{}' after its publisher's timeout "
							+ "({} so far; the next is logged in a minute or later)",
					LogText.printable(signal.event()), LogText.printable(signal.publisherId()), responderId, expired());
		}
	}

	/**
	 * Notes an answer that does not count.
	 * @param response the answer
	 * @param verdict why it does not
	 * @param late whether no publish in flight is the one that it answers
	 */
	public void unexpected(Response response, Enum<?> verdict, boolean late) {
		(late ? this.late : this.unexpected).increment();
		if (this.unexpectedLog.count() > 0) {
			logger.warn(
					"An answer of '{}' to '{}' of '{}' does not count: {} "
							+ "({} so far; the next is logged in a minute or later)",
					LogText.printable(response.responderId()), LogText.printable(response.event()),
					response.publisherId(), verdict, unexpected());
		}
	}

}
