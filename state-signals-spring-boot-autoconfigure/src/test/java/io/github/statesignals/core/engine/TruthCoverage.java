package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;

import io.github.statesignals.SignalResult;
import io.github.statesignals.core.engine.TruthRun.Published;
import io.github.statesignals.core.engine.TruthSituation.Action;
import io.github.statesignals.core.engine.TruthSituation.Kind;
import io.github.statesignals.core.engine.TruthSituation.Rule;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts the situations of each kind that really occurred.
 */
final class TruthCoverage {

	private static final Duration LONG = Duration.ofMillis(TruthSituation.PROBE_AFTER * 3);

	private final Map<Category, Integer> counts = new EnumMap<>(Category.class);

	private int situations;

	void add(TruthRun run) {
		this.situations++;
		Stream.of(Category.values()).forEach((category) -> {
			if (run.published().stream().anyMatch((published) -> occurred(category, run, published))) {
				this.counts.merge(category, 1, Integer::sum);
			}
		});
	}

	private static boolean occurred(Category category, TruthRun run, Published published) {
		if (!published.hasResult()) {
			return category == Category.NOT_CONFIRMED;
		}
		SignalResult result = published.result().join();
		Rule rule = published.publish().rule();
		return switch (category) {
			case SUCCESS -> result.isSuccess();
			case FAILURE -> !result.failed().isEmpty();
			case NONE_SUBSCRIBED -> result.awaited() == 0;
			case UNHANDLED -> !result.unhandled().isEmpty();
			case DEAD -> !result.gone().isEmpty();
			case LEFT -> !result.left().isEmpty();
			case SUBSCRIPTION_LOST -> result.subscriptionLost();
			case BUSY -> result.isSuccess() && result.elapsed().compareTo(LONG) > 0;
			case LATE -> hasTaken(run, Action.HOLD);
			case RESTARTED -> hasTaken(run, Action.RESTART) && run.members().size() > run.situation().members().size();
			case FORGED_LEAVE -> hasTaken(run, Action.FORGE_LEAVE) && hasTaken(run, Action.FORGE_KEY);
			case FORGED_SUBSCRIPTION -> hasTaken(run, Action.FORGE_SUBSCRIPTION);
			case OWN -> hasActed(run, result, Kind.OWN);
			case LEGACY -> hasActed(run, result, Kind.LEGACY);
			case MIXED -> hasActed(run, result, Kind.LEGACY) && hasActed(run, result, Kind.STARTER);
			case DURABLE -> run.situation().durable() && result.isSuccess();
			case DURABLE_MISSING -> run.situation().durable() && !result.missing().isEmpty();
			case RULE -> rule != Rule.ALL && result.isSuccess() && !result.missing().isEmpty();
			case NOT_CONFIRMED -> false;
			case RULE_FAILED -> rule != Rule.ALL && !result.isSuccess();
			case REQUIRED -> !published.publish().required().isEmpty() && result.isSuccess();
			case REQUIRED_FAILED -> !published.publish().required().isEmpty() && !result.isSuccess();
		};
	}

	private static boolean hasTaken(TruthRun run, Action action) {
		return run.situation().steps().stream().anyMatch((step) -> step.action() == action);
	}

	private static boolean hasActed(TruthRun run, SignalResult result, Kind kind) {
		return run.members()
			.stream()
			.anyMatch((member) -> member.kind() == kind && result.acted().contains(member.id()));
	}

	/**
	 * Checks that every kind occurred.
	 * @param expected the number of situations
	 */
	void check(int expected) {
		assertThat(this.situations).isEqualTo(expected);
		assertThat(this.counts).as("the situations of each kind").containsKeys(Category.values());
	}

	@Override
	public String toString() {
		return this.counts.toString();
	}

	private enum Category {

		SUCCESS, FAILURE, NONE_SUBSCRIBED, UNHANDLED, DEAD, LEFT, SUBSCRIPTION_LOST, BUSY, LATE, RESTARTED,
		FORGED_LEAVE, FORGED_SUBSCRIPTION, OWN, LEGACY, MIXED, DURABLE, DURABLE_MISSING, RULE, RULE_FAILED, REQUIRED,
		REQUIRED_FAILED, NOT_CONFIRMED

	}

}
