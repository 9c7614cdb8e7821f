package io.github.statesignals.core.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.core.Outbound;
import io.github.statesignals.core.engine.TruthSituation.HandlerOutcome;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

/**
 * Records acts of handlers, and which messages were sent and received, without regard to
 * the exporter's results. A signal is known by its sample number, which handlers repeat
 * in their messages. Safe for use by many threads.
 */
final class TruthOracle {

	private static final Pattern MARKER = Pattern.compile("#(\\d+)");

	private static final int UNKNOWN = -1;

	private final Timer timer;

	private final List<Run> runs = new ArrayList<>();

	private final Map<Integer, SentSignal> signals = new HashMap<>();

	private final List<Answer> sent = new ArrayList<>();

	private final List<Long> ownProbes = new ArrayList<>();

	private final List<Answer> received = new ArrayList<>();

	private final Map<String, List<Long>> subscribed = new HashMap<>();

	private final Map<String, Long> subscribedThemselves = new HashMap<>();

	TruthOracle(Timer timer) {
		this.timer = timer;
	}

	static String marker(int sample) {
		return "#" + sample;
	}

	/**
	 * Records that a handler starts.
	 * @param responderId the responder
	 * @param signal the signal; each delivery has a separate instance
	 * @param acts whether it has to do with the signal
	 * @return the run of the handler
	 */
	synchronized Run started(String responderId, Signal signal, boolean acts) {
		Run run = new Run(responderId, signal, acts);
		this.runs.add(run);
		return run;
	}

	synchronized void finished(Run run, HandlerOutcome outcome) {
		run.outcome = outcome;
		run.endNanos = this.timer.nanoTime();
	}

	synchronized void signalSent(Signal signal, @Nullable SignalExtension extension) {
		if (!Signal.isReserved(signal.event())) {
			String id = (extension != null) ? extension.id() : null;
			this.signals.put((int) signal.sampleNo(), new SentSignal(this.timer.nanoTime(), id));
		}
	}

	synchronized void answerSent(Response response, @Nullable ResponseExtension extension) {
		if (response.event().equals(Outbound.PROBE_EVENT) && response.responderId().equals(response.publisherId())) {
			this.ownProbes.add(this.timer.nanoTime());
		}
		record(this.sent, response, extension);
	}

	/**
	 * Whether the exporter probed itself in some time.
	 * @param startNanos the beginning of the time
	 * @param endNanos the end of the time
	 * @return whether it did
	 */
	synchronized boolean hasProbedItself(long startNanos, long endNanos) {
		return this.ownProbes.stream().anyMatch((nanos) -> nanos - startNanos >= 0 && nanos - endNanos <= 0);
	}

	/**
	 * Records that the exporter has received an answer or a subscription, and has taken
	 * it.
	 * @param response the answer
	 * @param extension its extension
	 */
	synchronized void answerReceived(Response response, @Nullable ResponseExtension extension) {
		if (Signal.INITIALIZATION.equals(response.event())) {
			this.subscribed.computeIfAbsent(response.responderId(), (id) -> new ArrayList<>())
				.add(this.timer.nanoTime());
			boolean hello = SignalTransport.ALL_EXPORTERS.equals(response.publisherId());
			if (!hello && (extension == null || !TruthRun.FORGED_ADDRESS.equals(extension.address()))) {
				this.subscribedThemselves.putIfAbsent(response.responderId(), this.timer.nanoTime());
			}
		}
		record(this.received, response, extension);
	}

	/**
	 * Whether the exporter had received a subscription of a responder that no other one
	 * sent in its name.
	 * @param responderId the responder
	 * @param nanos the time
	 * @return whether it had
	 */
	synchronized boolean hasSubscribed(String responderId, long nanos) {
		Long subscribedNanos = this.subscribedThemselves.get(responderId);
		return subscribedNanos != null && subscribedNanos - nanos < 0;
	}

	private void record(List<Answer> answers, Response response, @Nullable ResponseExtension extension) {
		if (!Signal.isReserved(response.event()) && response.ras() != null) {
			answers.add(new Answer(response.responderId(), response.event(), sample(response, extension),
					response.ras(), this.timer.nanoTime()));
		}
	}

	private int sample(Response response, @Nullable ResponseExtension extension) {
		String message = response.message();
		Matcher matcher = MARKER.matcher((message != null) ? message : "");
		if (matcher.find()) {
			return Integer.parseInt(matcher.group(1));
		}
		String id = (extension != null) ? extension.id() : null;
		return this.signals.entrySet()
			.stream()
			.filter((entry) -> id != null && id.equals(entry.getValue().id))
			.map(Map.Entry::getKey)
			.findFirst()
			.orElse(UNKNOWN);
	}

	synchronized @Nullable SentSignal signal(int sample) {
		return this.signals.get(sample);
	}

	/**
	 * Whether the handlers of a responder acted on a signal with success, in one
	 * delivery.
	 * @param responderId the responder
	 * @param sample the sample number of the signal
	 * @param untilNanos the time until which they have to have ended
	 * @return {@code false} also if one of them failed, or none ran
	 */
	synchronized boolean acted(String responderId, int sample, long untilNanos) {
		List<Run> all = runs(responderId, sample);
		return all.stream()
			.anyMatch((any) -> succeeded(all.stream().filter((run) -> run.signal == any.signal).toList(), untilNanos));
	}

	private static boolean succeeded(List<Run> runs, long untilNanos) {
		return runs.stream()
			.allMatch((run) -> (run.outcome == HandlerOutcome.SUCCESS || run.outcome == HandlerOutcome.NOTHING)
					&& run.endNanos - untilNanos <= 0)
				&& runs.stream().anyMatch((run) -> run.outcome == HandlerOutcome.SUCCESS);
	}

	/**
	 * Whether a handler of a responder acted on a signal, or has begun to.
	 * @param responderId the responder
	 * @param sample the sample number of the signal
	 * @return {@code false} if handlers ran that had nothing to do with it
	 */
	synchronized boolean began(String responderId, int sample) {
		return runs(responderId, sample).stream().anyMatch((run) -> run.acts);
	}

	/**
	 * Whether a responder worked on some signal at a time, or later.
	 * @param responderId the responder
	 * @param nanos the time
	 * @return whether a handler of it had not ended
	 */
	synchronized boolean isBusy(String responderId, long nanos) {
		return this.runs.stream()
			.anyMatch((run) -> run.responderId.equals(responderId)
					&& (run.outcome == HandlerOutcome.NEVER || run.endNanos - nanos >= 0));
	}

	private List<Run> runs(String responderId, int sample) {
		return this.runs.stream()
			.filter((run) -> run.signal.sampleNo() == sample && run.responderId.equals(responderId))
			.toList();
	}

	synchronized boolean hasSent(Predicate<Answer> matching) {
		return this.sent.stream().anyMatch(matching);
	}

	synchronized boolean hasReceived(Predicate<Answer> matching) {
		return this.received.stream().anyMatch(matching);
	}

	/**
	 * Whether the exporter has received an answer after its responder subscribed.
	 * @param answer the answer
	 * @param untilNanos the time until which subscriptions count
	 * @param evicting whether the exporter evicts responders: then the last subscription
	 * may be one after an eviction, else it is the first that matters
	 * @return {@code false} also if there was no subscription
	 */
	synchronized boolean wasSubscribed(Answer answer, long untilNanos, boolean evicting) {
		List<Long> before = this.subscribed.getOrDefault(answer.responderId(), List.of())
			.stream()
			.filter((nanos) -> nanos - untilNanos < 0)
			.toList();
		return !before.isEmpty() && answer.nanos() - before.get(evicting ? before.size() - 1 : 0) >= 0;
	}

	/**
	 * A handler that runs, or ran.
	 */
	static final class Run {

		private final String responderId;

		private final Signal signal;

		private final boolean acts;

		/**
		 * As long as it runs: never.
		 */
		private HandlerOutcome outcome = HandlerOutcome.NEVER;

		private long endNanos;

		private Run(String responderId, Signal signal, boolean acts) {
			this.acts = acts;
			this.responderId = responderId;
			this.signal = signal;
		}

	}

	/**
	 * A signal that was sent.
	 *
	 * @param sentNanos the time
	 * @param id its id; {@code null} if it has no extension
	 */
	record SentSignal(long sentNanos, @Nullable String id) {
	}

	/**
	 * An answer that was sent or received.
	 *
	 * @param responderId the responder
	 * @param event the event
	 * @param sample the sample number of the signal; negative: not known
	 * @param ras its {@code ras}
	 * @param nanos the time
	 */
	record Answer(String responderId, String event, int sample, int ras, long nanos) {

		boolean isOf(String responderId, int sample) {
			return this.sample == sample && this.responderId.equals(responderId);
		}

	}

}
