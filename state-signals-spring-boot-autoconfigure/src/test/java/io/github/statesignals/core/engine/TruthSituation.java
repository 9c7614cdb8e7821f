package io.github.statesignals.core.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.CompletionRule;
import org.jspecify.annotations.Nullable;

/**
 * A situation in which signals are published: the responders, the steps that affect them,
 * and the publishes. Generated from a seed. Times are in units, of which 2000 are the
 * time after which a responder is probed.
 *
 * @param seed the seed
 * @param durable whether the channel is durable
 * @param evictAfterMissed the unanswered publishes after which a responder is evicted
 * @param members the responders; the first ones may be the publishing application's own
 * @param steps the steps, in order
 * @param publishes the publishes, in order
 */
record TruthSituation(long seed, boolean durable, int evictAfterMissed, List<Member> members, List<Step> steps,
		List<Publish> publishes) {

	/**
	 * The time after which a responder is probed.
	 */
	static final int PROBE_AFTER = 2_000;

	/**
	 * The time until which there are steps and publishes.
	 */
	static final int END = 15_000;

	private static final int LONGEST_TIMEOUT = 20_000;

	private static final List<String> NAMES = List.of("cpu", "gc", "disk");

	private static final List<Action> ENDINGS = List.of(Action.KILL, Action.STOP, Action.REMOVE_HANDLERS);

	private static final List<Action> ACTIONS = Stream.of(Action.values())
		.filter((action) -> action != Action.CONFIRM_LATE)
		.toList();

	/**
	 * In place of a member: the publishing application.
	 */
	static final int EXPORTER = -1;

	/**
	 * Generates a situation.
	 * @param seed the seed
	 * @return the same situation for the same seed
	 */
	static TruthSituation generate(long seed) {
		// Seeds that follow each other begin alike.
		Random random = new Random(seed * 0x9E3779B97F4A7C15L);
		boolean durable = random.nextInt(5) == 0;
		int evictAfterMissed = (random.nextInt(3) == 0) ? 1 + random.nextInt(3) : 0;
		List<Member> members = members(random, durable);
		List<Step> steps = steps(random, durable, members);
		List<Publish> publishes = new ArrayList<>();
		IntStream.range(0, 1 + random.nextInt(5)).forEach((i) -> publishes.add(publish(random)));
		if (members.size() > 2 && random.nextInt(4) == 0) {
			addLeavingAfterAnotherIsGone(random, members.size(), steps, publishes);
		}
		if (!durable && random.nextInt(4) == 0) {
			steps.add(new Step(random.nextInt(END), Action.CONFIRM_LATE, EXPORTER, 100 + random.nextInt(5_000),
					random.nextInt(3)));
		}
		steps.sort(Comparator.comparingInt(Step::at));
		publishes.sort(Comparator.comparingInt(Publish::at));
		return new TruthSituation(seed, durable, evictAfterMissed, members, List.copyOf(steps), List.copyOf(publishes));
	}

	boolean confirmsLate() {
		return this.steps.stream().anyMatch((step) -> step.action() == Action.CONFIRM_LATE);
	}

	// A rule counts those that are gone, and not those that left.
	private static void addLeavingAfterAnotherIsGone(Random random, int members, List<Step> steps,
			List<Publish> publishes) {
		int killed = random.nextInt(members);
		int stopped = (killed + 1 + random.nextInt(members - 1)) % members;
		steps.add(new Step(1_000, Action.KILL, killed, 0, 0));
		steps.add(new Step(END - 3_000, Action.STOP, stopped, 0, 0));
		publishes.add(new Publish(1_500, "a", LONGEST_TIMEOUT, Rule.QUORUM, List.of()));
	}

	private static List<Member> members(Random random, boolean durable) {
		List<Member> members = new ArrayList<>();
		boolean legacy = !durable && random.nextInt(3) == 0;
		if (random.nextInt(3) == 0) {
			members.add(new Member("own", Kind.OWN, 0, false, handlings(random)));
		}
		int count = random.nextInt(durable ? 4 : 5);
		for (int i = 0; i < count; i++) {
			String name = durable ? NAMES.get(i) : NAMES.get(random.nextInt(NAMES.size()));
			Kind kind = (legacy && random.nextInt(2) == 0) ? Kind.LEGACY : Kind.STARTER;
			int joins = (random.nextInt(4) == 0) ? random.nextInt(END) : 0;
			members.add(new Member(name, kind, joins, random.nextInt(5) == 0, handlings(random)));
		}
		return List.copyOf(members);
	}

	private static List<Handling> handlings(Random random) {
		return IntStream.range(0, 1 + random.nextInt(3)).mapToObj((i) -> {
			String event = List.of("a", "a", "a", "b", "*", "other").get(random.nextInt(6));
			HandlerOutcome outcome = switch (random.nextInt(12)) {
				case 0 -> HandlerOutcome.FAILURE;
				case 1 -> HandlerOutcome.EXCEPTION;
				case 2 -> HandlerOutcome.NOTHING;
				case 3 -> HandlerOutcome.NEVER;
				default -> HandlerOutcome.SUCCESS;
			};
			int duration = switch (random.nextInt(6)) {
				case 0 -> 1_000 + random.nextInt(4_000);
				case 1 -> 6_000 + random.nextInt(20_000);
				case 2 -> 20 + random.nextInt(300);
				default -> 0;
			};
			return new Handling(event, outcome, duration);
		}).toList();
	}

	private static List<Step> steps(Random random, boolean durable, List<Member> members) {
		List<Step> steps = new ArrayList<>();
		int count = random.nextInt(7);
		for (int i = 0; i < count; i++) {
			List<Action> actions = random.nextInt(3) == 0 ? ENDINGS : ACTIONS;
			Action action = actions.get(random.nextInt(actions.size()));
			if (durable && !action.durable) {
				continue;
			}
			int member = members.isEmpty() ? EXPORTER : random.nextInt(members.size());
			int at = random.nextInt(END);
			boolean subscribes = action == Action.FORGE_SUBSCRIPTION || action == Action.FORGE_SUBSCRIPTION_AND_LEAVE;
			if (subscribes && member >= 0 && random.nextBoolean()) {
				// Before its own, which follows its hello.
				at = members.get(member).joins + 1;
			}
			steps.add(new Step(at, action, member, 100 + random.nextInt(3_000), random.nextInt(5_000)));
		}
		if (random.nextInt(4) == 0) {
			Action action = random.nextBoolean() ? Action.LOSE_SUBSCRIPTION : Action.HOLD;
			int unnoticed = (random.nextInt(3) == 0) ? 12_000 : 100 + random.nextInt(3_000);
			steps.add(new Step(random.nextInt(END), action, EXPORTER, unnoticed, random.nextInt(5_000)));
		}
		return steps;
	}

	private static Publish publish(Random random) {
		int timeout = switch (random.nextInt(4)) {
			case 0 -> 500 + random.nextInt(1_500);
			case 1 -> 3_000 + random.nextInt(5_000);
			default -> 8_000 + random.nextInt(LONGEST_TIMEOUT - 8_000);
		};
		Rule rule = (random.nextInt(3) == 0) ? Rule.values()[random.nextInt(Rule.values().length)] : Rule.ALL;
		List<String> required = switch (random.nextInt(10)) {
			case 0 -> List.of(NAMES.get(random.nextInt(NAMES.size())));
			case 1 -> List.of("own");
			case 2 -> List.of("cpu", "gc");
			default -> List.of();
		};
		return new Publish(500 + random.nextInt(END - 500), (random.nextInt(4) == 0) ? "b" : "a", timeout, rule,
				required);
	}

	/**
	 * A responder.
	 *
	 * @param name its name
	 * @param kind its kind
	 * @param joins the time at which its application starts
	 * @param rejects whether it answers {@code ras} 0 where it has no handler
	 * @param handlings its handlers
	 */
	record Member(String name, Kind kind, int joins, boolean rejects, List<Handling> handlings) {

		boolean hasHandler(String event) {
			return this.handlings.stream()
				.anyMatch((handling) -> handling.matches(event) && handling.outcome != HandlerOutcome.NOTHING);
		}

	}

	enum Kind {

		/** A responder of the publishing application. */
		OWN,

		/** A responder of another application with this starter. */
		STARTER,

		/** A peer without the extensions, such as the Python package. */
		LEGACY

	}

	/**
	 * A handler.
	 *
	 * @param event the event
	 * @param outcome how it ends
	 * @param duration how long it takes
	 */
	record Handling(String event, HandlerOutcome outcome, int duration) {

		boolean matches(String event) {
			return this.event.equals("*") || this.event.equals(event);
		}

	}

	enum HandlerOutcome {

		SUCCESS, FAILURE, EXCEPTION,

		/** It has nothing to do with the signal. */
		NOTHING,

		/** It never ends. */
		NEVER

	}

	/**
	 * A step.
	 *
	 * @param at the time
	 * @param action the action
	 * @param member the number of the member, or {@link #EXPORTER}
	 * @param unnoticed for how long a loss is not noticed, or deliveries are held
	 * @param noticed for how long a loss goes on when it is noticed; if signals are
	 * confirmed late, whether they are sent (1), sent without a confirmation (2), or
	 * neither (0)
	 */
	record Step(int at, Action action, int member, int unnoticed, int noticed) {
	}

	enum Action {

		/** Its process ends without an announcement. */
		KILL(true),

		/** A process of the same name starts, whether or not the first one runs. */
		RESTART(true),

		/** Its application stops as it should, without waiting for handlers. */
		STOP(true),

		/** Its application starts again. */
		START(true),

		/** Its handlers are removed. */
		REMOVE_HANDLERS(false),

		/** It locks on another publisher. */
		LOCK(false),

		UNLOCK(false),

		/** Messages to it are lost. */
		LOSE_SUBSCRIPTION(true),

		/** Messages to it are late. */
		HOLD(true),

		/** Its messages are confirmed late or never, whether or not they are sent. */
		CONFIRM_LATE(false),

		/** Another one announces that it leaves, without a key. */
		FORGE_LEAVE(false),

		/** The same, with a key that is not its own. */
		FORGE_KEY(false),

		/** Another one subscribes in its name. */
		FORGE_SUBSCRIPTION(false),

		/** The same, and announces that it leaves. */
		FORGE_SUBSCRIPTION_AND_LEAVE(false),

		/** An id without a responder is subscribed. */
		FORGE_SUBSCRIBER(false),

		/** The same, as a peer without extensions. */
		FORGE_LEGACY_SUBSCRIBER(false);

		private final boolean durable;

		Action(boolean durable) {
			this.durable = durable;
		}

	}

	/**
	 * A publish.
	 *
	 * @param at the time
	 * @param event the event
	 * @param timeout its timeout
	 * @param rule when it is complete
	 * @param required the names of the responders that it requires
	 */
	record Publish(int at, String event, int timeout, Rule rule, List<String> required) {
	}

	enum Rule {

		ALL(null), FIRST(CompletionRule.first()), TWO(CompletionRule.count(2)), QUORUM(CompletionRule.quorum());

		private final @Nullable CompletionRule rule;

		Rule(@Nullable CompletionRule rule) {
			this.rule = rule;
		}

		@Nullable CompletionRule rule() {
			return this.rule;
		}

	}

}
