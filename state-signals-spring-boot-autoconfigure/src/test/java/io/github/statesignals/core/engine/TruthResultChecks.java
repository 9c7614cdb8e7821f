package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

import io.github.statesignals.CompletionRule;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.engine.TruthOracle.Answer;
import io.github.statesignals.core.engine.TruthOracle.SentSignal;
import io.github.statesignals.core.engine.TruthRun.Published;
import io.github.statesignals.core.engine.TruthSituation.Kind;
import io.github.statesignals.core.engine.TruthSituation.Rule;
import io.github.statesignals.core.engine.TruthWire.Disturbance;
import org.jspecify.annotations.Nullable;

/**
 * Compares one result with the acts of handlers.
 */
final class TruthResultChecks {

	/**
	 * The time after which an exporter has noticed, at the latest, that it does not
	 * receive its own probe.
	 */
	private static final int NOTICED = TruthSituation.PROBE_AFTER / 2;

	/**
	 * By how much a durable publish may end late: it waits for stored answers.
	 */
	private static final long STORED_NANOS = Duration.ofSeconds(2).toNanos();

	/**
	 * The time that probes look back.
	 */
	private static final int SUSPICION = TruthSituation.PROBE_AFTER * 5;

	private final List<String> problems = new ArrayList<>();

	private final TruthRun run;

	private final TruthOracle oracle;

	private final long slackNanos;

	private final Published published;

	private final SignalResult result;

	private final int sample;

	private final @Nullable SentSignal signal;

	private final long endNanos;

	TruthResultChecks(TruthRun run, Published published) {
		this.run = run;
		this.oracle = run.oracle();
		this.slackNanos = run.environment().slack().toNanos();
		this.published = published;
		this.result = published.result().join();
		this.sample = published.sample();
		this.signal = this.oracle.signal(this.sample);
		long sentNanos = (this.signal != null) ? this.signal.sentNanos() : published.nanos();
		this.endNanos = sentNanos + result.elapsed().toNanos();
	}

	/**
	 * Checks the result.
	 * @return its contradictions
	 */
	List<String> problems() {
		check();
		return this.problems;
	}

	private void check() {
		if (TruthChecks.awaited(this.result).stream().anyMatch(this::isForged)) {
			return;
		}
		if (this.signal == null) {
			checkNotSent();
			return;
		}
		this.result.acted().forEach(this::checkActed);
		this.result.failed().forEach(this::checkFailed);
		this.result.unhandled().forEach(this::checkUnhandled);
		this.result.missing().forEach(this::checkMissing);
		this.result.gone().forEach(this::checkGone);
		this.result.left().forEach(this::checkLeft);
		checkCode();
		checkSuccess();
		checkEnd();
	}

	private @Nullable TruthMember member(String responderId) {
		return this.run.members()
			.stream()
			.filter((member) -> member.id().equals(responderId))
			.reduce((first, last) -> last)
			.orElse(null);
	}

	private long nanos(int units) {
		return this.run.environment().unit().multipliedBy(units).toNanos();
	}

	// Another one subscribed in its name, and its own subscription came after the signal,
	// or is that of a legacy peer, which takes nothing back.
	private boolean isForged(String id) {
		TruthMember member = member(id);
		return member != null && this.run.isForged(member) && (member.kind() == Kind.LEGACY || this.signal == null
				|| !this.oracle.hasSubscribed(id, this.signal.sentNanos()));
	}

	private void check(boolean condition, String problem) {
		if (!condition) {
			this.problems.add("publish " + this.sample + ": " + problem + ": " + this.result);
		}
	}

	private void checkNotSent() {
		check(!this.result.isSuccess() && this.result.code() == ResultCode.MISSING_RESPONSE
				&& !this.result.missing().isEmpty()
				&& this.published.publish().required().containsAll(this.result.missing()),
				"is not sent, and not because required responders are missing");
	}

	private void checkActed(String id) {
		TruthMember member = member(id);
		check(member != null && (this.oracle.acted(id, this.sample, this.endNanos + this.slackNanos)
				|| isLegacyAcknowledgement(member) || isAnswerToEarlier(id)), id + " did not act");
	}

	// Without extensions it can't state that it has no handler.
	private boolean isLegacyAcknowledgement(TruthMember member) {
		return member.kind() == Kind.LEGACY && !member.member().rejects()
				&& !this.oracle.began(member.id(), this.sample);
	}

	// Without an id, a late answer to an earlier signal is taken for one to this, unless
	// it was to be expected.
	private boolean isAnswerToEarlier(String id) {
		return this.signal != null && this.signal.id() == null
				&& this.oracle.hasReceived((answer) -> answer.responderId().equals(id) && answer.sample() >= 0
						&& answer.sample() < this.sample && isEvent(answer) && isReceivedMeanwhile(answer)
						&& !isExpectedLate(answer, this.run.published().get(answer.sample())));
	}

	// The publish ended without it, and it comes before the timeout of that.
	private boolean isExpectedLate(Answer answer, Published earlier) {
		SentSignal sent = this.oracle.signal(earlier.sample());
		boolean early = sent != null
				&& answer.nanos() - sent.sentNanos() < nanos(earlier.publish().timeout()) - this.slackNanos;
		return early && isAwaited(answer.responderId(), earlier) && !takesItsPlace(answer, sent);
	}

	private boolean isAwaited(String id, Published earlier) {
		if (!earlier.hasResult()) {
			return earlier.subscribers().contains(id);
		}
		return earlier.result().join().missing().contains(id);
	}

	// One to a publish before that, whose timeout had passed, came first.
	private boolean takesItsPlace(Answer expected, SentSignal sent) {
		return this.oracle.hasReceived((answer) -> answer.responderId().equals(expected.responderId())
				&& isEvent(answer) && answer.sample() >= 0 && answer.sample() < expected.sample()
				&& answer.nanos() - sent.sentNanos() >= 0);
	}

	private boolean isEvent(Answer answer) {
		return answer.event().equals(this.published.publish().event());
	}

	private boolean isReceivedMeanwhile(Answer answer) {
		return answer.nanos() - this.signal.sentNanos() >= -this.slackNanos
				&& answer.nanos() - this.endNanos <= this.slackNanos;
	}

	private void checkFailed(String id) {
		check(!this.oracle.acted(id, this.sample, this.endNanos) || isAnswerToEarlier(id) || isCutOff(id),
				id + " did act");
	}

	// Its application did not know whether the handler would.
	private boolean isCutOff(String id) {
		TruthMember member = member(id);
		return "The application stopped before the handler had finished".equals(this.result.messages().get(id))
				&& member != null && member.hasLeft(this.endNanos + this.slackNanos)
				&& this.oracle.began(id, this.sample);
	}

	private void checkUnhandled(String id) {
		TruthMember member = member(id);
		check(member != null && !this.oracle.began(id, this.sample)
				&& (!member.member().hasHandler(this.published.publish().event())
						|| member.hasLeft(this.endNanos + this.slackNanos)),
				id + " has a handler");
	}

	// Without an id, its answer is taken for that to an earlier signal, whose publish
	// ended early without it, or which may have been sent.
	private boolean isTakenForEarlier(String id) {
		return this.signal.id() == null && this.run.published()
			.stream()
			.anyMatch((earlier) -> earlier.sample() < this.sample
					&& earlier.publish().event().equals(this.published.publish().event())
					&& (!earlier.hasResult() || endedEarlyWithout(id, earlier)));
	}

	private boolean endedEarlyWithout(String id, Published earlier) {
		SignalResult result = earlier.result().join();
		return result.missing().contains(id) && (earlier.publish().rule() != Rule.ALL
				|| result.elapsed().toNanos() < nanos(earlier.publish().timeout()));
	}

	private void checkMissing(String id) {
		if (isTakenForEarlier(id)) {
			return;
		}
		Predicate<Answer> answered = (answer) -> answer.isOf(id, this.sample);
		check(!this.oracle
			.hasReceived((answer) -> answered.test(answer) && answer.nanos() - this.endNanos < -this.slackNanos),
				id + " is missing, and answered");
		long inTime = this.endNanos - nanos(TruthSituation.PROBE_AFTER / 4) - this.slackNanos;
		boolean sent = this.oracle.hasSent((answer) -> answered.test(answer) && answer.nanos() - inTime < 0);
		TruthMember member = member(id);
		boolean announced = member != null && !this.run.situation().durable() && disturbances().isEmpty()
				&& member.announcedThatItLeaves(this.signal.sentNanos(), inTime - nanosOfProof(member), this.oracle);
		boolean required = this.published.publish().required().stream().anyMatch(ResponderIds.name(id)::equals);
		check(!announced || required || this.result.gone().contains(id), id + " is missing, and left");
		check(!sent || this.result.subscriptionLost() || isUnnoticed() || isDecided(),
				id + " is missing, answered, and the subscription not reported as lost");
	}

	// Its announcement proves nothing where another one subscribed in its name: it has to
	// miss two probes.
	private long nanosOfProof(TruthMember member) {
		return this.run.isContested(member) ? nanos(TruthSituation.PROBE_AFTER) : 0;
	}

	// Before it was noticed, or a probe of the exporter's own was lost.
	private boolean isUnnoticed() {
		return !this.run.situation().durable() && disturbances().stream()
			.anyMatch((disturbance) -> disturbance.isUnnoticed(this.endNanos)
					&& !this.oracle.hasProbedItself(disturbance.startNanos(), this.endNanos - nanos(NOTICED)));
	}

	private List<Disturbance> disturbances() {
		return this.run.exporterWire().disturbances(this.signal.sentNanos(), this.endNanos);
	}

	private void checkGone(String id) {
		check(this.result.missing().contains(id), id + " is gone, and not missing");
		TruthMember member = member(id);
		long since = this.signal.sentNanos() - nanos(SUSPICION);
		// Its first lost message can be a probe's answer, without the exporter's
		// own probe: one such loss blames no responder.
		boolean disturbed = member == null || !this.run.environment().isPunctual()
				|| !member.wire().disturbances(since, this.endNanos).isEmpty()
				|| this.run.exporterWire().disturbances(since, this.endNanos).size() > 1;
		check(disturbed, id + " is gone, and connected");
	}

	private void checkLeft(String id) {
		TruthMember member = member(id);
		check(member != null && member.hasLeft(this.endNanos + this.slackNanos), id + " has not left");
	}

	private void checkCode() {
		boolean answered = this.result.missing().isEmpty();
		ResultCode expected = answered
				? (this.result.failed().isEmpty() ? ResultCode.ALL_SUBS_SUCCESS : ResultCode.SUB_FAILED)
				: ResultCode.MISSING_RESPONSE;
		if (this.published.publish().rule() == Rule.ALL) {
			check(this.result.code() == expected, "its code is not " + expected);
		}
		else {
			boolean fulfilled = this.result.acted().size() >= required()
					&& this.published.publish().required().stream().allMatch(this::hasActed);
			check((this.result.code() == ResultCode.ALL_SUBS_SUCCESS) == fulfilled, "its code is not the rule's");
		}
		check(!this.result.left().stream().anyMatch(this.result.missing()::contains), "left, and missing");
	}

	private boolean hasActed(String required) {
		return isAnyNamed(required, this.result.acted());
	}

	private static boolean isAnyNamed(String name, Set<String> ids) {
		return ids.stream().anyMatch((id) -> ResponderIds.name(id).equals(name));
	}

	private boolean isDecided() {
		if (this.published.publish().rule() == Rule.ALL) {
			return false;
		}
		Set<String> outstanding = new LinkedHashSet<>(this.result.missing());
		outstanding.removeIf((id) -> this.result.gone().contains(id) || isSilent(id));
		return this.result.code() == ResultCode.ALL_SUBS_SUCCESS
				|| this.result.acted().size() + outstanding.size() < required()
				|| this.published.publish()
					.required()
					.stream()
					.anyMatch((name) -> !hasActed(name) && !isAnyNamed(name, outstanding));
	}

	private int required() {
		CompletionRule rule = this.published.publish().rule().rule();
		return rule.required(this.result.awaited());
	}

	private void checkSuccess() {
		if (this.result.isSuccess()) {
			check(!this.result.acted().isEmpty(), "is a success, and none acted");
			check(this.published.publish().rule() != Rule.ALL
					|| (this.result.missing().isEmpty() && this.result.failed().isEmpty()),
					"is a success, and some failed");
			for (String required : this.published.publish().required()) {
				check(hasActed(required), "is a success, and " + required + " did not act");
			}
		}
	}

	private void checkEnd() {
		long late = this.result.elapsed().toNanos() - nanos(this.published.publish().timeout());
		long allowed = this.slackNanos + (this.run.situation().durable() ? STORED_NANOS : 0);
		check(late <= allowed, "ends after its timeout");
		if (late < 0) {
			boolean all = this.result.missing()
				.stream()
				.allMatch((id) -> this.result.gone().contains(id) || isSilent(id));
			check(all || isDecided(), "ends early, and some have not answered");
		}
		if (this.published.nanos() == this.signal.sentNanos()) {
			Set<String> awaited = TruthChecks.awaited(this.result);
			check(this.published.subscribers().containsAll(awaited)
					&& this.published.subscribers().stream().allMatch((id) -> awaited.contains(id) || leftBefore(id)),
					"awaits others than " + this.published.subscribers());
		}
	}

	// That may have ended the publish that this one was queued behind, at the same time.
	private boolean leftBefore(String id) {
		TruthMember member = member(id);
		return (member != null && member.hasLeft(this.signal.sentNanos())) || this.run.published()
			.stream()
			.anyMatch((earlier) -> earlier.sample() < this.sample && earlier.hasResult()
					&& earlier.result().join().gone().contains(id));
	}

	// A legacy peer that has answered no signal since it subscribed, and did not answer
	// one for which it was awaited at least as long, while this one was queued.
	private boolean isSilent(String id) {
		return this.signal.id() == null
				&& !this.oracle.hasReceived((answer) -> answer.responderId().equals(id) && answer.sample() >= 0
						&& this.oracle.wasSubscribed(answer, this.signal.sentNanos(), isEvicting())
						&& answer.nanos() - this.signal.sentNanos() < -this.slackNanos)
				&& this.run.published().stream().anyMatch((earlier) -> earlier.hasResult() && isMissing(id, earlier));
	}

	private boolean isEvicting() {
		return this.run.situation().evictAfterMissed() > 0;
	}

	private boolean isMissing(String id, Published earlier) {
		SentSignal sent = this.oracle.signal(earlier.sample());
		SignalResult result = earlier.result().join();
		long timeout = nanos(earlier.publish().timeout());
		return sent != null && result.missing().contains(id) && result.elapsed().toNanos() >= timeout
				&& timeout >= nanos(this.published.publish().timeout())
				&& this.published.nanos() - sent.sentNanos() - timeout <= this.slackNanos
				&& this.signal.sentNanos() - sent.sentNanos() - timeout >= -this.slackNanos;
	}

}
