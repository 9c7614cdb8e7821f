package io.github.statesignals.core.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.statesignals.SignalResult;
import io.github.statesignals.core.Futures;
import io.github.statesignals.core.engine.TruthRun.Published;
import io.github.statesignals.core.engine.TruthSituation.Kind;

import org.springframework.dao.DataAccessException;

/**
 * Compares the results of one run with the acts of handlers.
 */
final class TruthChecks {

	private final List<String> problems = new ArrayList<>();

	private final TruthRun run;

	private final TruthOracle oracle;

	private final long slackNanos;

	/**
	 * Creates the checks.
	 * @param run the run
	 */
	TruthChecks(TruthRun run) {
		this.run = run;
		this.oracle = run.oracle();
		this.slackNanos = run.environment().slack().toNanos();
	}

	/**
	 * Checks every result.
	 * @return the contradictions
	 */
	List<String> problems() {
		for (Published published : this.run.published()) {
			if (published.hasResult()) {
				this.problems.addAll(new TruthResultChecks(this.run, published).problems());
			}
			else {
				require(isUnconfirmed(published), published + " has no result");
			}
		}
		boolean complete = this.run.published().stream().allMatch(Published::hasResult);
		if (this.problems.isEmpty() && complete && this.run.environment().isPunctual()) {
			checkSubscribers();
		}
		return this.problems;
	}

	// A real Redis may be slower than a short timeout, too.
	private boolean isUnconfirmed(Published published) {
		return (this.slackNanos > 0 || this.run.situation().confirmsLate()) && published.result().isDone()
				&& published.result().handle((result, ex) -> Futures.unwrap(ex) instanceof DataAccessException).join();
	}

	static Set<String> awaited(SignalResult result) {
		Set<String> awaited = new LinkedHashSet<>(result.responses().keySet());
		awaited.addAll(result.missing());
		awaited.addAll(result.left());
		return awaited;
	}

	// After everything has settled.
	private void checkSubscribers() {
		List<Published> published = this.run.published();
		Published last = published.get(published.size() - 1);
		Set<String> awaited = awaited(last.result().join());
		Set<String> allowed = new TreeSet<>(Set.of(TruthRun.LEGACY_SUBSCRIBER));
		for (TruthMember member : this.run.members()) {
			boolean expected = member.isLive() && member.kind() != Kind.LEGACY;
			boolean possible = expected || member.kind() == Kind.LEGACY || this.run.situation().durable()
					|| isBusyMeanwhile(member);
			if (possible) {
				allowed.add(member.id());
			}
			require(!expected || this.run.isForged(member) || awaited.contains(member.id())
					|| isAwayUntilItAnswers(member), "after all, " + member + " is not awaited");
		}
		require(allowed.containsAll(awaited), "after all, some are awaited that are not live: " + awaited);
	}

	// One that is locked answers the signals that it received before.
	private boolean isBusyMeanwhile(TruthMember member) {
		long sinceNanos = this.run.published().get(this.run.published().size() - 2).nanos();
		return member.isConnected() && this.oracle.isBusy(member.id(), sinceNanos);
	}

	// One that was evicted or gone subscribes again with its next answer.
	private boolean isAwayUntilItAnswers(TruthMember member) {
		List<Published> published = this.run.published();
		boolean away = this.run.situation().evictAfterMissed() > 0 || member.wire().wasDisturbed()
				|| this.run.exporterWire().wasDisturbed();
		Published sweep = published.get(published.size() - 2);
		SignalResult swept = sweep.result().join();
		long sinceNanos = sweep.nanos() + swept.elapsed().toNanos();
		long untilNanos = published.get(published.size() - 1).nanos();
		return away && !swept.responses().containsKey(member.id())
				&& !this.oracle.hasReceived((answer) -> answer.responderId().equals(member.id())
						&& answer.nanos() - sinceNanos >= 0 && answer.nanos() - untilNanos < 0);
	}

	private void require(boolean condition, String problem) {
		if (!condition) {
			this.problems.add(problem);
		}
	}

}
