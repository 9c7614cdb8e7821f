package io.github.statesignals.core.publish.membership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import io.github.statesignals.core.ResponderIds;
import io.github.statesignals.core.lane.ManualTimer;
import io.github.statesignals.core.publish.membership.ResponderProbes.Suspicion;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.ResponseExtension.Probe;
import io.github.statesignals.transport.ResponseExtension.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Which responders are found gone, and which never are.
 */
class ResponderProbesTests {

	private static final Duration AFTER = Duration.ofSeconds(2);

	private static final Duration ROUND = AFTER.dividedBy(4);

	private final ManualTimer timer = new ManualTimer();

	private final Exporter exporter = new Exporter();

	private final KnownResponders responders = new KnownResponders();

	private final ResponderProbes probes = probes(AFTER);

	@BeforeEach
	void subscribe() {
		this.responders.open(List.of());
		List.of("a", "b", "c").forEach((id) -> subscribe(id, "there"));
	}

	@Test
	void sendsNothingWhileResponsesComeInTime() {
		this.exporter.inFlight = true;
		this.probes.watch();
		this.timer.advance(Duration.ofHours(1));
		assertThat(this.exporter.sent).isEmpty();
		this.exporter.inFlight = false;
		this.timer.advance(ROUND);
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void schedulesNothingIfItIsDisabledOrHasNoAddress() {
		this.exporter.inFlight = true;
		ResponderProbes disabled = probes(Duration.ZERO);
		disabled.watch();
		disabled.suspect("a", Suspicion.OVERDUE);
		disabled.returned("a");
		this.exporter.address = null;
		this.probes.watch();
		this.probes.suspect("a", Suspicion.OVERDUE);
		this.probes.returned("a");
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void aResponderThatAnswersNoProbeIsGoneAfterTwo() {
		overdue("a");
		this.timer.advance(ROUND);
		assertThat(this.exporter.sent).containsKeys("a", "itself");
		this.timer.advance(AFTER);
		assertThat(this.exporter.removed).isEmpty();
		this.timer.advance(AFTER);
		assertThat(this.exporter.removed).containsExactly("a");
	}

	@Test
	void aResponderThatAnswersIsNeverGoneHoweverLongItWorks() {
		overdue("a");
		this.exporter.working.add("a");
		this.timer.advance(Duration.ofHours(1));
		assertThat(this.exporter.removed).isEmpty();
		// Once in sixteen seconds, in the end.
		assertThat(this.exporter.count).isBetween(200, 300);
	}

	@Test
	void aResponderThatStopsToAnswerIsGone() {
		overdue("a");
		this.exporter.working.add("a");
		this.timer.advance(Duration.ofMinutes(1));
		this.exporter.working.clear();
		this.timer.advance(Duration.ofSeconds(21));
		assertThat(this.exporter.removed).containsExactly("a");
	}

	@Test
	void anExporterThatDoesNotReceiveItsOwnProbesBlamesNoResponder() {
		this.exporter.subscriptionLost = true;
		overdue("a");
		this.timer.advance(Duration.ofMinutes(10));
		assertThat(this.exporter.removed).isEmpty();
		assertThat(this.probes.isSubscriptionLost()).isTrue();
		this.exporter.subscriptionLost = false;
		this.exporter.working.add("a");
		this.timer.advance(AFTER);
		assertThat(this.probes.isSubscriptionLost()).isFalse();
		assertThat(this.exporter.removed).isEmpty();
	}

	@Test
	void anAnswerOfAnotherRoundIsNoProof() {
		this.exporter.subscriptionLost = true;
		overdue("a");
		// A probe is lost together with the exporter's own, again and again.
		for (int i = 0; i < 20; i++) {
			this.timer.advance(ROUND);
			Probe own = this.exporter.sent.get("itself");
			this.timer.advance(ROUND);
			if (i % 2 == 0) {
				continue;
			}
			this.probes.onAnswer("itself", own);
		}
		assertThat(this.exporter.removed).isEmpty();
	}

	@Test
	void aSubscriptionIsLostOnlyAsLongAsThereIsSomethingToWaitFor() {
		this.exporter.subscriptionLost = true;
		overdue("a");
		this.timer.advance(AFTER);
		assertThat(this.probes.isSubscriptionLost()).isTrue();
		this.responders.remove("a");
		this.exporter.inFlight = false;
		this.exporter.overdue.clear();
		this.timer.advance(AFTER);
		assertThat(this.probes.isSubscriptionLost()).isFalse();
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void aResponderThatIsAbsentIsGoneAtOnce() {
		overdue("a");
		this.timer.advance(ROUND);
		this.probes.onAnswer("a", new Probe(this.exporter.sent.get("a").nonce(), State.ABSENT));
		assertThat(this.exporter.removed).containsExactly("a");
	}

	@Test
	void aResponderConfirmsThatItLeavesOrRefuses() {
		this.probes.suspect("a", Suspicion.LEAVING);
		this.probes.suspect("b", Suspicion.LEAVING);
		this.probes.suspect("c", Suspicion.LEAVING);
		this.exporter.working.add("b");
		this.timer.advance(ROUND);
		assertThat(this.exporter.refused).containsExactly("b");
		this.probes.onAnswer("a", new Probe(this.exporter.sent.get("a").nonce(), State.ABSENT));
		assertThat(this.exporter.removed).containsExactly("a");
		// One that does not answer, twice, is gone as well.
		this.timer.advance(ROUND.multipliedBy(2));
		assertThat(this.exporter.removed).containsExactly("a", "c");
		assertThat(this.timer.scheduled()).isZero();
	}

	@Test
	void thatAResponderIsAbsentDoesNotCountIfItMayBeAnothersAnswer() {
		overdue("a");
		subscribe("a", "elsewhere");
		this.timer.advance(ROUND);
		this.probes.onAnswer("a", new Probe(this.exporter.sent.get("a").nonce(), State.ABSENT));
		assertThat(this.exporter.removed).isEmpty();
		this.timer.advance(AFTER.multipliedBy(2));
		assertThat(this.exporter.removed).containsExactly("a");
	}

	@Test
	void theEarlierIdsOfANameThatIsBackAreGone() {
		String before = ResponderIds.create("name");
		String after = ResponderIds.create("name");
		subscribe(before, "there");
		subscribe(after, "here");
		this.exporter.working.add(after);
		this.probes.returned(after);
		this.timer.advance(ROUND.multipliedBy(3));
		assertThat(this.exporter.removed).containsExactly(before);
		assertThat(this.exporter.sent).containsOnlyKeys(before, after, "itself");
	}

	@Test
	void respondersOfANameThatWorkAreProbedOnceWhenOneIsBack() {
		List<String> ids = List.of(ResponderIds.create("name"), ResponderIds.create("name"),
				ResponderIds.create("other"), ResponderIds.create("other"));
		ids.forEach((id) -> subscribe(id, "there"));
		this.exporter.working.addAll(ids);
		this.probes.returned(ids.get(0));
		this.exporter.inFlight = true;
		this.probes.watch();
		this.timer.advance(AFTER.multipliedBy(4));
		assertThat(this.exporter.sent).containsOnlyKeys(ids.get(0), ids.get(1), "itself");
		assertThat(this.exporter.count).isEqualTo(2);
		assertThat(this.exporter.refused).isEmpty();
	}

	@Test
	void answerOfAResponderThatIsNoLongerSubscribedChangesNoOther() {
		overdue("a");
		this.timer.advance(ROUND);
		this.responders.remove("a");
		this.probes.onAnswer("a", new Probe(this.exporter.sent.get("a").nonce(), State.ABSENT));
		assertThat(this.exporter.removed).containsExactly("a");
		assertThat(this.responders.ids()).containsExactly("b", "c");
	}

	@Test
	void theTimeBeforeAProbeMayBeAnyDuration() {
		this.exporter.inFlight = true;
		probes(Duration.ofSeconds(Long.MAX_VALUE)).watch();
		this.timer.advance(Duration.ofDays(1));
		assertThat(this.exporter.sent).isEmpty();
	}

	@Test
	void takesNoAnswerThatItDidNotAskFor() {
		overdue("a");
		this.timer.advance(ROUND);
		this.probes.onAnswer("a", new Probe("guessed", State.ABSENT));
		this.probes.onAnswer("b", new Probe(this.exporter.sent.get("a").nonce(), State.ABSENT));
		this.probes.onAnswer("itself", new Probe(this.exporter.sent.get("itself").nonce() + "0", State.WORKING));
		this.probes.onAnswer("itself", new Probe(this.exporter.sent.get("itself").nonce() + "x", State.WORKING));
		assertThat(this.exporter.removed).isEmpty();
		this.timer.advance(AFTER.multipliedBy(2));
		assertThat(this.exporter.removed).containsExactly("a");
	}

	@Test
	void aTaskRunsOnceItIsProvedThatTheExporterReceives() {
		List<String> run = new ArrayList<>();
		this.probes.afterProof(() -> run.add("first"));
		assertThat(run).containsExactly("first");
		this.exporter.subscriptionLost = true;
		this.probes.afterProof(() -> run.add("lost"));
		this.exporter.subscriptionLost = false;
		this.probes.afterProof(() -> run.add("second"));
		assertThat(run).containsExactly("first", "second");
		this.exporter.subscriptionLost = true;
		this.probes.afterProof(() -> run.add("late"));
		this.timer.advance(AFTER.plusMillis(1));
		this.probes.onAnswer("itself", this.exporter.sent.get("itself"));
		assertThat(run).containsExactly("first", "second");
	}

	@Test
	void anyNumberOfTasksRunsOneAfterAnother() {
		List<Integer> run = new ArrayList<>();
		IntStream.range(0, 1_100).forEach((i) -> this.probes.afterProof(() -> run.add(i)));
		assertThat(run).hasSize(1_100);
		this.exporter.subscriptionLost = true;
		this.probes.afterProof(() -> run.add(-1));
		Probe first = this.exporter.sent.get("itself");
		this.probes.afterProof(() -> run.add(-2));
		this.probes.onAnswer("itself", first);
		assertThat(run).endsWith(1_099, -1);
		this.probes.onAnswer("itself", this.exporter.sent.get("itself"));
		assertThat(run).endsWith(1_099, -1, -2);
	}

	@Test
	void withoutProbesATaskRunsWhileItIsConnected() {
		ResponderProbes disabled = probes(Duration.ZERO);
		List<String> run = new ArrayList<>();
		disabled.afterProof(() -> run.add("connected"));
		this.exporter.connected = false;
		disabled.afterProof(() -> run.add("disconnected"));
		assertThat(run).containsExactly("connected");
	}

	@Test
	void roundThatFailsIsFollowedByTheNext() {
		overdue("a");
		this.exporter.failing = true;
		assertThatIllegalStateException().isThrownBy(() -> this.timer.advance(AFTER.multipliedBy(4)));
		this.exporter.failing = false;
		this.timer.advance(AFTER.multipliedBy(4));
		assertThat(this.exporter.removed).containsExactly("a");
	}

	private ResponderProbes probes(Duration after) {
		return new ResponderProbes("itself", this.responders, this.exporter, this.timer, after);
	}

	private void subscribe(String responderId, String address) {
		this.responders.add(responderId, new ResponseExtension(null, null, address, null, null));
	}

	private void overdue(String responderId) {
		this.exporter.inFlight = true;
		this.exporter.overdue.add(responderId);
		this.probes.watch();
	}

	private final class Exporter implements ResponderProbes.Peers {

		private final Set<String> overdue = new LinkedHashSet<>();

		private final Set<String> working = new LinkedHashSet<>();

		private final Map<String, Probe> sent = new LinkedHashMap<>();

		private final List<String> removed = new ArrayList<>();

		private final List<String> refused = new ArrayList<>();

		private @Nullable String address = "here";

		private boolean connected = true;

		private boolean inFlight;

		private boolean failing;

		private boolean subscriptionLost;

		private int count;

		@Override
		public @Nullable String address() {
			return this.address;
		}

		@Override
		public boolean isConnected() {
			return this.connected;
		}

		@Override
		public boolean findOverdue(long sentBeforeNanos, Set<String> ids) {
			ids.addAll(this.overdue);
			return this.inFlight;
		}

		@Override
		public void probe(String responderId, Probe probe, @Nullable String address) {
			this.sent.put(responderId, probe);
			boolean itself = responderId.equals("itself");
			this.count += itself ? 0 : 1;
			if (itself && !this.subscriptionLost) {
				ResponderProbesTests.this.probes.onAnswer("itself", probe);
			}
			else if (this.working.contains(responderId) && !this.subscriptionLost) {
				ResponderProbesTests.this.probes.onAnswer(responderId, new Probe(probe.nonce(), State.WORKING));
			}
		}

		@Override
		public void lose(String responderId) {
			if (this.failing) {
				throw new IllegalStateException("on purpose");
			}
			this.removed.add(responderId);
			this.overdue.remove(responderId);
		}

		@Override
		public void refuseLeave(String responderId) {
			this.refused.add(responderId);
		}

	}

}
