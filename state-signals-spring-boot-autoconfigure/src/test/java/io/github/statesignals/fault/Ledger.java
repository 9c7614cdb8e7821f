package io.github.statesignals.fault;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The ledgers of all processes of a run: each publish with its result, as the exporter
 * wrote it down, and each handler run, as the responders did. Nothing in it was sent by
 * the library.
 * <p>
 * Checks the promises of the library, publish by publish, and counts.
 */
final class Ledger {

	/**
	 * A promise of the library.
	 */
	enum Promise {

		/** A success that names no responder that acted, or one that failed or misses. */
		SUCCESS_WITHOUT_ACT,

		/** An answer with success of a responder whose handler had not run. */
		ANSWER_WITHOUT_ACT,

		/** An answer with a failure of a responder whose handler had succeeded. */
		FAILURE_OF_A_SUCCESS,

		/** A success of a publish that did not await all registered responders. */
		REGISTERED_RESPONDER_NOT_AWAITED,

		/** A signal of a broadcast channel that a responder handled twice. */
		HANDLED_TWICE,

		/** A signal that a responder handled again after its answer was received. */
		HANDLED_AFTER_ITS_ANSWER,

		/** Signals of a publisher that a responder handled in another order. */
		OUT_OF_ORDER,

		/** Signals of a publisher that a responder handled at the same time. */
		AT_THE_SAME_TIME,

		/** A signal that was handled long after the timeout of its publish. */
		HANDLED_AFTER_ITS_TIMEOUT,

		/** A signal that was handled although its publish failed as not sent. */
		HANDLED_THOUGH_NOT_SENT,

		/** An exception that is not documented. */
		UNKNOWN_EXCEPTION,

		/** A signal of a durable channel that a registered responder did not handle. */
		LOST,

		/** A publish that does not end. */
		NO_RESULT,

		/** A handler run for a signal that was not published. */
		NEVER_PUBLISHED

	}

	/**
	 * A broken promise.
	 */
	record Violation(Promise promise, Mode mode, String signal, String detail) {
	}

	/**
	 * The publishes of an epoch on one kind of channel.
	 *
	 * @param publishes all publishes
	 * @param all those that both responders acted on
	 * @param fewer those that are a success with fewer responders
	 * @param failed those that a responder answered with a failure
	 * @param missing those with a responder that is missing
	 * @param unsent those that failed as not sent
	 * @param unknown those that failed otherwise
	 * @param none those without a result, because their process was killed
	 * @param again the signals that were handled again, once for each time
	 * @param blamed those whose missing responders include one that exists
	 */
	record Counts(int publishes, int all, int fewer, int failed, int missing, int unsent, int unknown, int none,
			int again, int blamed) {

		int withoutResult() {
			return this.unsent + this.unknown + this.none;
		}

	}

	private static final long LATE_NANOS = 2_000_000_000L;

	private final Map<String, Publish> publishes = new LinkedHashMap<>();

	private final Map<String, List<Publish>> epochs = new LinkedHashMap<>();

	private final Map<String, List<Act>> unexplained = new HashMap<>();

	private final Map<String, String> texts = new HashMap<>();

	private final List<String[]> others = new ArrayList<>();

	private final Set<String> ended = new HashSet<>();

	/**
	 * Adds a line of the ledger of a process. Lines of different processes may come in
	 * any order.
	 * @param line the line
	 */
	synchronized void add(String line) {
		String[] fields = line.split("\t", -1);
		switch (fields[0]) {
			case "begin" -> begin(fields);
			case "result", "failed" -> end(fields);
			case "act" -> act(fields);
			default -> this.others.add(fields);
		}
	}

	private void begin(String[] fields) {
		Publish publish = new Publish(Mode.valueOf(fields[1]), text(fields[2]), text(fields[3]),
				Long.parseLong(fields[4]), Long.parseLong(fields[5]), Long.parseLong(fields[6]));
		this.publishes.put(publish.key(), publish);
		this.epochs.computeIfAbsent(publish.epoch, (epoch) -> new ArrayList<>()).add(publish);
		List<Act> early = this.unexplained.remove(publish.key());
		if (early != null) {
			publish.acts.addAll(early);
		}
	}

	private void end(String[] fields) {
		Publish publish = this.publishes.get(fields[1] + "/" + fields[2]);
		if (publish == null) {
			// It was checked, and has ended after its limit.
			return;
		}
		publish.endNanos = Long.parseLong(fields[3]);
		publish.outcome = fields[0].equals("result") ? new Outcome(text(fields[4]), Boolean.parseBoolean(fields[5]),
				ids(fields[6]), ids(fields[7]), ids(fields[8]), Integer.parseInt(fields[9]))
				: new Outcome(text(fields[4]), text(fields[5]));
	}

	private void act(String[] fields) {
		Act act = new Act(Mode.valueOf(fields[1]), text(fields[2]), text(fields[3]), Long.parseLong(fields[6]),
				Long.parseLong(fields[7]), fields[8].equals("ok"));
		String key = fields[4] + "/" + fields[5];
		Publish publish = this.publishes.get(key);
		if (publish != null) {
			publish.acts.add(act);
		}
		else {
			this.unexplained.computeIfAbsent(key, (unknown) -> new ArrayList<>()).add(act);
		}
	}

	private String text(String text) {
		return this.texts.computeIfAbsent(text, (same) -> same);
	}

	private Set<String> ids(String joined) {
		if (joined.isEmpty()) {
			return Set.of();
		}
		Set<String> ids = new TreeSet<>();
		for (String id : joined.split(",")) {
			ids.add(text(id));
		}
		return ids;
	}

	/**
	 * Notes that a publisher was killed: its publishes may have no result.
	 * @param publisher its id
	 */
	synchronized void ended(String publisher) {
		this.ended.add(publisher);
	}

	/**
	 * Returns the lines of another kind.
	 * @param kind the first field
	 * @return the fields of each, in the order in which they were added
	 */
	synchronized List<String[]> lines(String kind) {
		return this.others.stream().filter((fields) -> fields[0].equals(kind)).toList();
	}

	/**
	 * Counts publishes that have a result, or an exception.
	 * @param epoch the epoch
	 * @param mode the kind of channel
	 * @return the number
	 */
	synchronized int ended(String epoch, Mode mode) {
		return (int) publishes(epoch).stream()
			.filter((publish) -> publish.mode == mode && publish.outcome != null)
			.count();
	}

	/**
	 * Returns the begin of the publishes that a number of responders acted on.
	 * @param epoch the epoch
	 * @param mode the kind of channel
	 * @param responders the number of responders
	 * @return the times in nanoseconds
	 */
	synchronized List<Long> successes(String epoch, Mode mode, int responders) {
		return publishes(epoch).stream()
			.filter((publish) -> publish.mode == mode && publish.outcome != null && publish.outcome.success
					&& publish.outcome.acted.size() >= responders)
			.map((publish) -> publish.beginNanos)
			.toList();
	}

	/**
	 * Returns whether each publish has a result.
	 * @param epoch the epoch
	 * @return {@code true} if so, apart from killed publishers
	 */
	synchronized boolean isQuiet(String epoch) {
		return publishes(epoch).stream().allMatch((publish) -> publish.outcome != null || isEnded(publish));
	}

	private boolean isEnded(Publish publish) {
		return this.ended.contains(publish.publisher);
	}

	/**
	 * Returns the number of stored signals that a responder has yet to handle.
	 * @param epoch the epoch
	 * @param registered the names of the registered responders
	 * @return the number, once for each responder
	 */
	synchronized long outstanding(String epoch, Set<String> registered) {
		return publishes(epoch).stream()
			.filter(Publish::isStored)
			.mapToLong((publish) -> registered.stream().filter((name) -> publish.acts(name).isEmpty()).count())
			.sum();
	}

	private Collection<Publish> publishes(String epoch) {
		return this.epochs.getOrDefault(epoch, List.of());
	}

	/**
	 * Checks the publishes of an epoch, which are complete.
	 * @param epoch the epoch
	 * @param registered the names of the responders that are registered on durable
	 * channels, or none if Redis has lost its data meanwhile
	 * @return the broken promises
	 */
	synchronized List<Violation> check(String epoch, Set<String> registered) {
		List<Violation> violations = new ArrayList<>();
		for (Publish publish : publishes(epoch)) {
			checkOutcome(publish, registered, violations);
			checkActs(publish, registered, violations);
		}
		checkOrder(publishes(epoch), violations);
		this.unexplained.forEach((key, acts) -> violations
			.add(new Violation(Promise.NEVER_PUBLISHED, acts.get(0).mode(), key, acts.toString())));
		return violations;
	}

	private void checkOutcome(Publish publish, Set<String> registered, List<Violation> violations) {
		Outcome outcome = publish.outcome;
		if (outcome == null) {
			if (!isEnded(publish)) {
				violations.add(publish.violation(Promise.NO_RESULT, "begun and not ended"));
			}
			return;
		}
		if (outcome.exception != null) {
			if (outcome.exception.equals("unsent") && !publish.acts.isEmpty()) {
				violations.add(publish.violation(Promise.HANDLED_THOUGH_NOT_SENT, publish.acts.toString()));
			}
			else if (outcome.exception.equals("other")) {
				violations.add(publish.violation(Promise.UNKNOWN_EXCEPTION, outcome.code));
			}
			return;
		}
		if (outcome.success && (outcome.acted.isEmpty() || !outcome.failed.isEmpty() || outcome.isMissing())) {
			violations.add(publish.violation(Promise.SUCCESS_WITHOUT_ACT, outcome.toString()));
		}
		if (outcome.success && publish.mode == Mode.DURABLE && !outcome.acted.containsAll(registered)) {
			violations.add(publish.violation(Promise.REGISTERED_RESPONDER_NOT_AWAITED, outcome.toString()));
		}
		for (String responder : outcome.acted) {
			if (publish.acts(responder).stream().noneMatch((act) -> act.ok() && act.endNanos() <= publish.endNanos)) {
				violations.add(publish.violation(Promise.ANSWER_WITHOUT_ACT, responder + " of " + outcome));
			}
		}
		for (String responder : outcome.failed) {
			if (publish.acts(responder).stream().anyMatch(Act::ok)) {
				violations.add(publish.violation(Promise.FAILURE_OF_A_SUCCESS, responder + " of " + outcome));
			}
		}
	}

	private void checkActs(Publish publish, Set<String> registered, List<Violation> violations) {
		for (String responder : publish.responders()) {
			List<Act> acts = publish.acts(responder);
			if (publish.mode != Mode.DURABLE && acts.size() > 1) {
				violations.add(publish.violation(Promise.HANDLED_TWICE, acts.toString()));
			}
			if (publish.outcome != null && publish.outcome.isAnswered(responder)
					&& acts.stream().anyMatch((act) -> act.beginNanos() > publish.endNanos)) {
				violations.add(publish.violation(Promise.HANDLED_AFTER_ITS_ANSWER, acts.toString()));
			}
			// The timeout begins when the signal is sent, which may be later than its
			// publish.
			long latest = Math.max(publish.endNanos, publish.beginNanos + publish.timeoutNanos) + LATE_NANOS;
			if (publish.mode != Mode.DURABLE && publish.outcome != null
					&& acts.stream().anyMatch((act) -> act.beginNanos() > latest)) {
				violations.add(publish.violation(Promise.HANDLED_AFTER_ITS_TIMEOUT, acts.toString()));
			}
		}
		if (publish.isStored()) {
			for (String responder : registered) {
				if (publish.acts(responder).isEmpty()) {
					violations.add(publish.violation(Promise.LOST, "not handled by " + responder));
				}
			}
		}
	}

	private static void checkOrder(Collection<Publish> publishes, List<Violation> violations) {
		Map<String, List<Publish>> handled = new HashMap<>();
		for (Publish publish : publishes) {
			for (String responder : publish.responders()) {
				handled.computeIfAbsent(publish.publisher + " " + responder, (key) -> new ArrayList<>()).add(publish);
			}
		}
		handled.forEach((key, signals) -> {
			String responder = key.substring(key.indexOf(' ') + 1);
			signals.sort(Comparator.comparingLong((publish) -> publish.number));
			Act last = null;
			for (Publish publish : signals) {
				Act act = publish.acts(responder).get(0);
				if (last != null && act.beginNanos() < last.beginNanos()) {
					violations.add(publish.violation(Promise.OUT_OF_ORDER, act + " before " + last));
				}
				else if (last != null && publish.mode != Mode.DURABLE && act.beginNanos() < last.endNanos()) {
					violations.add(publish.violation(Promise.AT_THE_SAME_TIME, act + " with " + last));
				}
				last = act;
			}
		});
	}

	/**
	 * Counts the publishes of an epoch.
	 * @param epoch the epoch
	 * @param mode the kind of channel
	 * @param responders the number of responders that a complete success has
	 * @return the counts
	 */
	synchronized Counts count(String epoch, Mode mode, int responders) {
		List<Publish> all = publishes(epoch).stream().filter((publish) -> publish.mode == mode).toList();
		return new Counts(all.size(), count(all, (outcome) -> outcome.success && outcome.acted.size() >= responders),
				count(all, (outcome) -> outcome.success && outcome.acted.size() < responders),
				count(all, (outcome) -> !outcome.failed.isEmpty() && !outcome.isMissing()),
				count(all, Outcome::isMissing), count(all, (outcome) -> "unsent".equals(outcome.exception)),
				count(all, (outcome) -> outcome.exception != null && !outcome.exception.equals("unsent")),
				(int) all.stream().filter((publish) -> publish.outcome == null).count(),
				all.stream()
					.mapToInt((publish) -> publish.responders()
						.stream()
						.mapToInt((responder) -> publish.acts(responder).size() - 1)
						.sum())
					.sum(),
				count(all, (outcome) -> !outcome.missing.isEmpty()));
	}

	private static int count(List<Publish> publishes, Predicate<Outcome> matching) {
		return (int) publishes.stream()
			.filter((publish) -> publish.outcome != null && matching.test(publish.outcome))
			.count();
	}

	/**
	 * Removes the publishes of an epoch that was checked.
	 * @param epoch the epoch
	 */
	synchronized void forget(String epoch) {
		List<Publish> checked = this.epochs.remove(epoch);
		if (checked != null) {
			checked.forEach((publish) -> this.publishes.remove(publish.key()));
		}
	}

	/**
	 * A handler run.
	 *
	 * @param responder the id of the responder, on a durable channel its name
	 * @param instance the process
	 */
	private record Act(Mode mode, String responder, String instance, long beginNanos, long endNanos, boolean ok) {
	}

	/**
	 * The end of a publish: a result, or an exception.
	 */
	private record Outcome(String code, boolean success, Set<String> acted, Set<String> failed, Set<String> missing,
			int forgedMissing, @Nullable String exception) {

		Outcome(String code, boolean success, Set<String> acted, Set<String> failed, Set<String> missing,
				int forgedMissing) {
			this(code, success, acted, failed, missing, forgedMissing, null);
		}

		Outcome(String exception, String kind) {
			this(exception, false, Set.of(), Set.of(), Set.of(), 0, kind);
		}

		boolean isMissing() {
			return !this.missing.isEmpty() || this.forgedMissing > 0;
		}

		boolean isAnswered(String responder) {
			return this.acted.contains(responder) || this.failed.contains(responder);
		}

	}

	private static final class Publish {

		private final List<Act> acts = new ArrayList<>(2);

		private final Mode mode;

		private final String epoch;

		private final String publisher;

		private final long number;

		private final long beginNanos;

		private final long timeoutNanos;

		private long endNanos;

		private @Nullable Outcome outcome;

		Publish(Mode mode, String epoch, String publisher, long number, long beginNanos, long timeoutNanos) {
			this.mode = mode;
			this.epoch = epoch;
			this.publisher = publisher;
			this.number = number;
			this.beginNanos = beginNanos;
			this.timeoutNanos = timeoutNanos;
		}

		String key() {
			return this.publisher + "/" + this.number;
		}

		boolean isStored() {
			return this.mode == Mode.DURABLE && this.outcome != null && this.outcome.exception == null;
		}

		List<Act> acts(String responder) {
			return this.acts.stream()
				.filter((act) -> act.responder().equals(responder))
				.sorted(Comparator.comparingLong(Act::beginNanos))
				.toList();
		}

		Set<String> responders() {
			return this.acts.stream().map(Act::responder).collect(TreeSet::new, Set::add, Set::addAll);
		}

		Violation violation(Promise promise, String detail) {
			return new Violation(promise, this.mode, key(), detail);
		}

	}

	/**
	 * Sums counts.
	 * @param all the counts
	 * @return their sum
	 */
	static Counts sum(Stream<Counts> all) {
		return all.reduce(new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
				(a, b) -> new Counts(a.publishes + b.publishes, a.all + b.all, a.fewer + b.fewer, a.failed + b.failed,
						a.missing + b.missing, a.unsent + b.unsent, a.unknown + b.unknown, a.none + b.none,
						a.again + b.again, a.blamed + b.blamed));
	}

	/**
	 * Groups broken promises.
	 * @param violations the broken promises
	 * @return the first one of each promise, with the number of all
	 */
	static List<String> summary(List<Violation> violations) {
		Map<Promise, List<Violation>> grouped = new EnumMap<>(Promise.class);
		violations.forEach(
				(violation) -> grouped.computeIfAbsent(violation.promise(), (key) -> new ArrayList<>()).add(violation));
		return grouped.values().stream().map((group) -> group.size() + " x, first: " + group.get(0)).toList();
	}

}
