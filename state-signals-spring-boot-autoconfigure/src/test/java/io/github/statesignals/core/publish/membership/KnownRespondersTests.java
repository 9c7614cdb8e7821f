package io.github.statesignals.core.publish.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.statesignals.core.Futures;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.publish.membership.KnownResponders.Subscribers;
import io.github.statesignals.transport.ResponseExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class KnownRespondersTests {

	private final KnownResponders responders = new KnownResponders();

	@BeforeEach
	void open() {
		this.responders.open(List.of());
	}

	@Test
	void extensionsAreNotSupportedWithoutSubscribers() {
		assertThat(this.responders.subscribers()).isEqualTo(new Subscribers(Set.of(), false, Set.of()));
	}

	@Test
	void subscribesNoResponderBeforeItIsOpenAndAfterItIsClosed() {
		KnownResponders closed = new KnownResponders();
		assertThat(closed.add("r1", ResponseExtension.UNDERSTOOD)).isFalse();
		assertThat(closed.subscribers().ids()).isEmpty();
		closed.open(List.of());
		assertThat(closed.add("r1", ResponseExtension.UNDERSTOOD)).isTrue();
		closed.close(new IllegalStateException("closed"));
		assertThat(closed.add("r1", ResponseExtension.UNDERSTOOD)).isFalse();
		assertThat(closed.subscribers().ids().contains("r1")).isFalse();
		assertThat(closed.subscribers()).isEqualTo(Subscribers.NONE);
	}

	@Test
	void subscribersAreInTheOrderOfSubscription() {
		IntStream.range(0, 100).forEach((i) -> this.responders.add("r" + i, ResponseExtension.UNDERSTOOD));
		this.responders.add("r3", ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.subscribers().ids()).startsWith("r0", "r1", "r2", "r3", "r4").hasSize(100);
	}

	@Test
	void allSupportExtensionsOnlyWhileEachDoes() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.subscribers().extended()).isTrue();
		this.responders.add("r2", null);
		assertThat(this.responders.subscribers().extended()).isFalse();
		assertThat(this.responders.add("r2", ResponseExtension.UNDERSTOOD)).as("subscribed before").isFalse();
		assertThat(this.responders.subscribers().extended()).as("any peer can send that in its name").isFalse();
		this.responders.remove("r2");
		this.responders.add("r1", null);
		assertThat(this.responders.subscribers().extended()).as("any peer can send that in its name").isTrue();
		this.responders.add("r2", ResponseExtension.UNDERSTOOD);
		this.responders.remove("r1");
		assertThat(this.responders.subscribers().extended()).isTrue();
	}

	@Test
	void aSnapshotIsImmutableAndTakenAgainOnlyAfterAChange() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		Subscribers before = this.responders.subscribers();
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.subscribers()).isSameAs(before);
		this.responders.add("r2", null);
		assertThat(before).isEqualTo(new Subscribers(Set.of("r1"), true, Set.of()));
		assertThat(this.responders.subscribers().ids()).containsExactly("r1", "r2");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> before.ids().clear());
	}

	@Test
	void expectedOnesAreSubscribedAndDoNotSupportExtensionsYet() {
		this.responders.add("known", ResponseExtension.UNDERSTOOD);
		this.responders.open(List.of("known", "expected"));
		assertThat(this.responders.subscribers())
			.isEqualTo(new Subscribers(Set.of("known", "expected"), false, Set.of()));
		assertThat(this.responders.add("expected", ResponseExtension.UNDERSTOOD)).isFalse();
		assertThat(this.responders.subscribers().extended()).isTrue();
	}

	@Test
	void removesOnlyKnownResponders() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.remove("stranger")).isFalse();
		assertThat(this.responders.remove("r1")).isTrue();
		assertThat(this.responders.remove("r1")).isFalse();
		// A removed responder that supports extensions may still receive.
		assertThat(this.responders.subscribers()).isEqualTo(new Subscribers(Set.of(), true, Set.of()));
	}

	@Test
	void responderThatMissesTooManyInARowIsLost() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		this.responders.add("r2", ResponseExtension.UNDERSTOOD);
		assertThat(missed(List.of("r1", "r2", "stranger"), 2)).isEmpty();
		assertThat(this.responders.answered("r2")).isFalse();
		assertThat(missed(List.of("r1", "r2"), 2)).containsExactly("r1");
		assertThat(this.responders.subscribers().ids()).containsExactly("r2");
		assertThat(missed(List.of("r1", "r2"), 2)).containsExactly("r2");
		assertThat(this.responders.subscribers().ids()).isEmpty();
	}

	@Test
	void signalThatIsAnsweredBeforeItCountsIsNotMissed() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		this.responders.add("r2", ResponseExtension.UNDERSTOOD);
		Map<String, AtomicInteger> first = this.responders.overdue(List.of("r1", "r2", "stranger"));
		assertThat(first).containsOnlyKeys("r1", "r2");
		this.responders.answered("r1");
		assertThat(this.responders.missed(first, 1)).containsExactly("r2");
		Map<String, AtomicInteger> second = this.responders.overdue(List.of("r1"));
		assertThat(this.responders.missed(first, 1)).isEmpty();
		assertThat(this.responders.missed(second, 2)).isEmpty();
		assertThat(this.responders.missed(this.responders.overdue(List.of("r1")), 2)).containsExactly("r1");
		assertThat(this.responders.missed(second, 1)).isEmpty();
	}

	@Test
	void lostResponderIsKnownUntilItReturnsOrLeaves() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		this.responders.add("r2", ResponseExtension.UNDERSTOOD);
		assertThat(missed(List.of("r1", "r2"), 1)).containsExactly("r1", "r2");
		assertThat(this.responders.answered("r1")).isTrue();
		assertThat(this.responders.answered("stranger")).isFalse();
		assertThat(this.responders.add("r1", ResponseExtension.UNDERSTOOD)).isTrue();
		assertThat(this.responders.answered("r1")).isFalse();
		assertThat(this.responders.remove("r2")).isFalse();
		assertThat(this.responders.answered("r2")).isFalse();
	}

	@Test
	void aResponderThatIsBackWithAnAnswerLeavesAsBefore() {
		LeaveSeal seal = LeaveSeal.create();
		this.responders.add("r1", new ResponseExtension(null, null, "here", seal.seal(), null));
		this.responders.lose("r1");
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.find("r1")).satisfies((back) -> {
			assertThat(back.isLeave(seal.key())).isTrue();
			assertThat(back.addresses()).containsExactly("here");
		});
		this.responders.lose("r1");
		this.responders.add("r1", (ResponseExtension) null);
		assertThat(this.responders.find("r1").isLeave(seal.key())).isTrue();
	}

	@Test
	void aLostResponderLeavesAsBefore() {
		LeaveSeal seal = LeaveSeal.create();
		this.responders.add("r1", new ResponseExtension(null, null, "here", seal.seal(), null));
		this.responders.lose("r1");
		assertThat(this.responders.find("r1").isLeave(null)).isFalse();
		assertThat(this.responders.find("r1").isLeave("forged")).isFalse();
		assertThat(this.responders.find("r1").isLeave(seal.key())).isTrue();
		assertThat(this.responders.answered("r1")).isTrue();
		assertThat(this.responders.remove("r1")).isFalse();
		assertThat(this.responders.answered("r1")).isFalse();
	}

	@Test
	void aForgedSealOfALostResponderIsNoProof() {
		LeaveSeal seal = LeaveSeal.create();
		LeaveSeal forged = LeaveSeal.create();
		this.responders.add("r1", new ResponseExtension(null, null, "here", seal.seal(), null));
		this.responders.lose("r1");
		this.responders.add("r1", new ResponseExtension(null, null, "here", forged.seal(), null));
		assertThat(this.responders.find("r1").isLeave(forged.key())).isFalse();
	}

	@Test
	void responderThatReturnsStartsAgain() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		missed(List.of("r1"), 3);
		missed(List.of("r1"), 3);
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		missed(List.of("r1"), 3);
		missed(List.of("r1"), 3);
		assertThat(this.responders.subscribers().ids().contains("r1")).isTrue();
		this.responders.close(new IllegalStateException("closed"));
		this.responders.open(List.of("r1"));
		assertThat(missed(List.of("r1"), 3)).isEmpty();
	}

	@Test
	void notifiesThoseThatWaitWhenThereAreEnough() {
		CompletableFuture<Boolean> two = this.responders.await(2);
		CompletableFuture<Boolean> three = this.responders.await(3);
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		this.responders.add("r1", null);
		assertThat(two).isNotDone();
		this.responders.add("r2", ResponseExtension.UNDERSTOOD);
		assertThat(two).isCompletedWithValue(true);
		assertThat(three).isNotDone();
		this.responders.remove("r1");
		this.responders.add("r3", ResponseExtension.UNDERSTOOD);
		assertThat(three).isNotDone();
		this.responders.open(List.of("r4", "r5"));
		assertThat(three).isCompletedWithValue(true);
		CompletableFuture<Boolean> many = this.responders.await(100);
		IllegalStateException closed = new IllegalStateException("closed");
		this.responders.close(closed);
		assertThat(many).isCompletedExceptionally();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> Futures.join(many, "initialization"))
			.isSameAs(closed);
	}

	@Test
	void takesNoMoreThanTenThousandButThoseStillAnswer() {
		IntStream.range(0, 10_000).forEach((i) -> this.responders.add("r" + i, null));
		assertThat(this.responders.add("one-too-many", ResponseExtension.UNDERSTOOD)).isFalse();
		assertThat(this.responders.subscribers().ids().contains("one-too-many")).isFalse();
		assertThat(this.responders.isRefused("one-too-many", null)).isTrue();
		assertThat(this.responders.isRefused("r7", null)).isFalse();
		assertThat(this.responders.add("r7", ResponseExtension.UNDERSTOOD)).isFalse();
		this.responders.remove("r0");
		assertThat(this.responders.add("now-it-fits", ResponseExtension.UNDERSTOOD)).isTrue();
		assertThat(this.responders.subscribers().ids()).hasSize(10_000).contains("now-it-fits");
	}

	@Test
	void aSnapshotIsNeverOlderThanTheChangesOfTheCallingThread() throws Exception {
		int threads = 4;
		CyclicBarrier line = new CyclicBarrier(threads);
		List<CompletableFuture<Boolean>> done = IntStream.range(0, threads)
			.mapToObj((thread) -> CompletableFuture.supplyAsync(() -> {
				try {
					line.await();
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
				for (int i = 0; i < 5_000; i++) {
					this.responders.add("r" + thread, (i % 2 == 0) ? ResponseExtension.UNDERSTOOD : null);
					boolean present = this.responders.subscribers().ids().contains("r" + thread);
					this.responders.remove("r" + thread);
					if (!present || this.responders.subscribers().ids().contains("r" + thread)) {
						return false;
					}
				}
				return true;
			}, (task) -> new Thread(task).start()))
			.toList();
		for (CompletableFuture<Boolean> thread : done) {
			assertThat(thread.get()).isTrue();
		}
		assertThat(this.responders.subscribers()).isEqualTo(Subscribers.NONE);
	}

	@Test
	void areBoundedInMemory() {
		KnownResponders bounded = new KnownResponders(1_000_000);
		bounded.open(List.of());
		for (int round = 0; round < 3; round++) {
			int added = 0;
			for (int i = 0; i < 1_000; i++) {
				added += subscribeAtEightAddresses(bounded, "forged-" + round + "-" + i);
			}
			assertThat(added).isEqualTo(bounded.ids().size()).isBetween(150, 400);
			assertThat(bounded.isRefused("other", null)).isTrue();
			// Those that are lost are remembered, as far as they fit in.
			List.copyOf(bounded.ids()).forEach(bounded::lose);
			assertThat(bounded.isRefused("other", null)).isFalse();
		}
		bounded.close(new IllegalStateException());
		bounded.open(List.of("expected"));
		assertThat(bounded.add("expected", null)).isFalse();
		assertThat(bounded.remove("expected")).isTrue();
		assertThat(subscribeAtEightAddresses(bounded, "again")).isOne();
	}

	@Test
	void addressesOfASubscriberAreBoundedInMemory() {
		KnownResponders bounded = new KnownResponders(3_000);
		bounded.open(List.of());
		assertThat(subscribeAtEightAddresses(bounded, "forged")).isOne();
		assertThat(bounded.find("forged" + "x".repeat(900)).addresses()).hasSizeBetween(1, 3);
	}

	@Test
	void lostResponderIsForgottenWhereTheMemoryForThemIsUsedUp() {
		KnownResponders bounded = new KnownResponders(3_000);
		bounded.open(List.of());
		String first = "first" + "x".repeat(900);
		String second = "second" + "x".repeat(900);
		for (String id : List.of(first, second)) {
			assertThat(bounded.add(id, null)).isTrue();
			bounded.lose(id);
		}
		assertThat(bounded.answered(first)).isTrue();
		assertThat(bounded.answered(second)).isFalse();
		// The first one is back.
		assertThat(bounded.add(first, null)).isTrue();
		assertThat(bounded.add(second, null)).isFalse();
		bounded.remove(first);
		assertThat(bounded.add(second, null)).isTrue();
		bounded.lose(second);
		assertThat(bounded.answered(second)).isTrue();
	}

	@Test
	void memoryOfExpectedRespondersIsCountedOnce() {
		KnownResponders bounded = new KnownResponders(3_000);
		List<String> expected = IntStream.range(0, 10).mapToObj((i) -> "e" + i).toList();
		bounded.open(expected);
		bounded.open(expected);
		assertThat(IntStream.range(0, 10).filter((i) -> bounded.add("r" + i, null)).count()).isEqualTo(4);
		bounded.close(new IllegalStateException());
		bounded.open(List.of());
		assertThat(IntStream.range(0, 20).filter((i) -> bounded.add("r" + i, null)).count()).isEqualTo(14);
	}

	@Test
	void memoryOfARepeatedSubscriptionIsThatOfTheLastOne() {
		KnownResponders bounded = new KnownResponders(3_000);
		bounded.open(List.of());
		for (int i = 0; i < 100; i++) {
			bounded.add("r1", new ResponseExtension(null, null, null, "x".repeat(256), null));
			bounded.add("r1", new ResponseExtension(null, null, null, "x", null));
		}
		assertThat(bounded.isRefused("x".repeat(900), null)).isFalse();
	}

	@Test
	void responderWhoseAddressDoesNotFitIsNotSubscribed() {
		KnownResponders bounded = new KnownResponders(600);
		bounded.open(List.of());
		bounded.add("r1", null);
		ResponseExtension addressed = new ResponseExtension(null, null, "x".repeat(256), null, null);
		assertThat(bounded.add("r2", addressed)).isFalse();
		assertThat(bounded.ids()).containsExactly("r1");
		assertThat(bounded.isRefused("r2", addressed)).isTrue();
		assertThat(bounded.isRefused("r2", null)).isFalse();
	}

	@Test
	void furtherSubscriptionThatDoesNotFitIsRefused() {
		KnownResponders bounded = new KnownResponders(1_000);
		bounded.open(List.of("r1"));
		ResponseExtension addressed = new ResponseExtension(null, null, "x".repeat(256), null, null);
		assertThat(bounded.add("r2", null)).isTrue();
		assertThat(bounded.add("r1", addressed)).isFalse();
		assertThat(bounded.isRefused("r1", addressed)).isTrue();
		bounded.remove("r2");
		assertThat(bounded.add("r1", addressed)).isFalse();
		assertThat(bounded.isRefused("r1", addressed)).isFalse();
		assertThat(bounded.find("r1").isProbed()).isTrue();
	}

	@Test
	void noLostResponderIsKnownAfterTheExporterWasShutDown() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		this.responders.lose("r1");
		this.responders.close(new IllegalStateException());
		this.responders.open(List.of());
		this.responders.add("r2", ResponseExtension.UNDERSTOOD);
		this.responders.lose("r2");
		assertThat(this.responders.answered("r2")).isTrue();
		assertThat(this.responders.answered("r1")).isFalse();
	}

	@Test
	void silentAreLegacySubscribersThatHaveNotAnsweredAndWereAwaitedAsLong() {
		this.responders.responds("silent");
		List.of("silent", "responding").forEach((id) -> this.responders.add(id, null));
		this.responders.add("extended", ResponseExtension.UNDERSTOOD);
		this.responders.responds("responding");
		noteSilent(5, 20);
		noteSilent(9, 10);
		assertThat(silent(5, 20)).containsExactly("silent");
		assertThat(silent(6, 20)).isEmpty();
		assertThat(silent(5, 21)).isEmpty();
		assertThat(silent(5, -1)).isEmpty();
		noteSilent(9, 20);
		assertThat(silent(9, 20)).containsExactly("silent");
		noteSilent(10, 30);
		assertThat(silent(10, 30)).containsExactly("silent");
		this.responders.responds("silent");
		assertThat(silent(10, 30)).isEmpty();
	}

	@Test
	void oneThatIsBackIsNotSilentUntilItIsAwaitedInVainAgain() {
		this.responders.add("silent", null);
		noteSilent(5, 20);
		this.responders.lose("silent");
		this.responders.add("silent", null);
		assertThat(silent(5, 20)).isEmpty();
		this.responders.lose("silent");
		noteSilent(5, 20);
		this.responders.add("silent", null);
		assertThat(silent(5, 20)).isEmpty();
		noteSilent(5, 20);
		assertThat(silent(5, 20)).containsExactly("silent");
		this.responders.responds("silent");
		this.responders.lose("silent");
		this.responders.add("silent", null);
		noteSilent(5, 20);
		assertThat(silent(5, 20)).containsExactly("silent");
		this.responders.lose("silent");
		this.responders.responds("silent");
		this.responders.add("silent", null);
		noteSilent(5, 20);
		assertThat(silent(5, 20)).containsExactly("silent");
	}

	@Test
	void expectedResponderIsNotSilentOnceItHasSubscribedWithExtensions() {
		this.responders.open(List.of("expected", "silent"));
		this.responders.noteSilent(List.of("expected", "silent"), new Silence(1, Duration.ofSeconds(20)));
		this.responders.add("expected", ResponseExtension.UNDERSTOOD);
		assertThat(silent(1, 20)).containsExactly("silent");
	}

	@Test
	void responderThatAnsweredBeforeTheExporterWasShutDownMayBeSilent() {
		this.responders.add("silent", null);
		this.responders.responds("silent");
		this.responders.close(new IllegalStateException());
		this.responders.open(List.of("silent"));
		noteSilent(5, 20);
		assertThat(silent(5, 20)).containsExactly("silent");
	}

	@Test
	void addressesAreThoseOfAllThatReceiveAndNoneIfOneTakesNoProbes() {
		subscribeAt("r1", "here");
		subscribeAt("r1", "forged");
		subscribeAt("r2", "there");
		this.responders.lose("r2");
		assertThat(this.responders.subscribers().addresses()).containsExactlyInAnyOrder("here", "forged", "there");
		for (ResponseExtension without : new ResponseExtension[] { null, ResponseExtension.UNDERSTOOD }) {
			this.responders.add("r3", without);
			assertThat(this.responders.subscribers().addresses()).isEmpty();
			this.responders.lose("r3");
			assertThat(this.responders.subscribers().addresses()).isEmpty();
			this.responders.remove("r3");
		}
		assertThat(this.responders.subscribers().addresses()).as("none is lost").hasSize(3);
		// It may be a legacy peer.
		this.responders.add("r4", null);
		subscribeAt("r4", "here");
		assertThat(this.responders.subscribers().addresses()).isEmpty();
		this.responders.confirm("r4");
		assertThat(this.responders.subscribers().addresses()).hasSize(3);
	}

	@Test
	void onlyASubscriberIsConfirmedOrRejected() {
		KnownResponders bounded = new KnownResponders(1_000);
		bounded.open(List.of());
		bounded.confirm("stranger");
		assertThat(bounded.reject("stranger")).isFalse();
		for (int i = 0; i < 10; i++) {
			assertThat(bounded.add("r1", null)).isEqualTo(i == 0);
			bounded.add("r1", new ResponseExtension(null, null, "x".repeat(256), null, null));
			assertThat(bounded.find("r1").isDisputed()).isTrue();
			assertThat(bounded.reject("r1")).isTrue();
		}
		assertThat(bounded.add("r2", null)).isTrue();
	}

	@Test
	void oneThatIsBackComesLast() {
		List.of("r1", "r2").forEach((id) -> this.responders.add(id, ResponseExtension.UNDERSTOOD));
		this.responders.lose("r1");
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.ids()).containsExactly("r2", "r1");
	}

	@Test
	void onlyTheLastSubscriberIsRememberedToSupportExtensions() {
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		this.responders.add("r2", null);
		this.responders.lose("r1");
		this.responders.remove("r2");
		this.responders.remove("r1");
		assertThat(this.responders.subscribers().extended()).isFalse();
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		this.responders.remove("r1");
		assertThat(this.responders.subscribers().extended()).isTrue();
		this.responders.close(new IllegalStateException());
		assertThat(this.responders.subscribers().extended()).isFalse();
	}

	@Test
	void eachThatHasMissedASignalIsNotedWhenItAnswers() {
		List.of("r1", "r2").forEach((id) -> this.responders.add(id, ResponseExtension.UNDERSTOOD));
		Map<String, AtomicInteger> overdue = this.responders.overdue(List.of("r1", "r2"));
		List.of("r1", "r2").forEach(this.responders::answered);
		assertThat(this.responders.missed(overdue, 1)).isEmpty();
	}

	@Test
	void answersNeedNoLockWhileNoneIsLostOrHasMissedASignal() {
		List.of("r1", "r2").forEach((id) -> this.responders.add(id, ResponseExtension.UNDERSTOOD));
		this.responders.overdue(List.of("r1", "r2"));
		this.responders.overdue(List.of("r1", "r2"));
		this.responders.answered("r1");
		this.responders.remove("r2");
		this.responders.answered("r1");
		synchronized (this.responders) {
			assertThat(CompletableFuture.supplyAsync(() -> this.responders.answered("r1")))
				.succeedsWithin(Duration.ofSeconds(10))
				.isEqualTo(false);
		}
	}

	@Test
	void noMoreThanTenThousandLostOnesAreKnown() {
		IntStream.range(0, 10_001).forEach((i) -> {
			this.responders.add("r" + i, null);
			this.responders.lose("r" + i);
		});
		assertThat(this.responders.answered("r9999")).isTrue();
		assertThat(this.responders.answered("r10000")).isFalse();
		assertThat(this.responders.add("one-more", null)).isTrue();
	}

	@Test
	void probeConfirmsOnlyASubscriberThatIsDisputed() {
		this.responders.add("legacy", null);
		this.responders.confirm("legacy");
		assertThat(this.responders.isExtended("legacy")).isFalse();
		this.responders.add("lost", null);
		subscribeAt("lost", "here");
		this.responders.lose("lost");
		this.responders.confirm("lost");
		assertThat(this.responders.find("lost").isDisputed()).isTrue();
	}

	@Test
	void helloDescribesOneThatHasSubscribedWithExtensions() {
		KnownResponder hello = new KnownResponder(ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.isSubscribed("r1", hello)).isFalse();
		this.responders.add("r1", null);
		assertThat(this.responders.isSubscribed("r1", hello)).isFalse();
		this.responders.remove("r1");
		this.responders.add("r1", ResponseExtension.UNDERSTOOD);
		assertThat(this.responders.isSubscribed("r1", hello)).isTrue();
		subscribeAt("r2", "here");
		assertThat(this.responders.isSubscribed("r2",
				new KnownResponder(new ResponseExtension(null, null, "there", null, null))))
			.isFalse();
		this.responders.lose("r1");
		assertThat(this.responders.isSubscribed("r1", hello)).isFalse();
	}

	@Test
	void statusHasTheTimeOfTheLastSubscription() {
		Instant opened = tick();
		this.responders.open(List.of("r1"));
		Instant expected = tick();
		assertThat(since()).isBetween(opened, expected);
		this.responders.add("r1", null);
		assertThat(since()).isAfterOrEqualTo(expected);
		Instant subscribed = tick();
		subscribeAt("r1", "here");
		assertThat(since()).isBefore(subscribed);
		this.responders.lose("r1");
		assertThat(this.responders.statuses(1)).isEmpty();
		this.responders.add("r1", null);
		assertThat(since()).isAfterOrEqualTo(subscribed);
		assertThat(this.responders.statuses(0)).isEmpty();
	}

	// Returns a time after that of all calls before.
	private static Instant tick() {
		long before = System.currentTimeMillis();
		await().until(() -> System.currentTimeMillis() > before);
		return Instant.ofEpochMilli(System.currentTimeMillis());
	}

	private Instant since() {
		return this.responders.statuses(1).get(0).since();
	}

	private void subscribeAt(String responderId, String address) {
		this.responders.add(responderId, new ResponseExtension(null, null, address, null, null));
	}

	private void noteSilent(long lastNumber, int seconds) {
		this.responders.noteSilent(List.of("silent", "responding", "extended", "stranger"),
				new Silence(lastNumber, Duration.ofSeconds(seconds)));
	}

	private Set<String> silent(long number, int seconds) {
		return this.responders.silent(number, Duration.ofSeconds(seconds));
	}

	private List<String> missed(List<String> responderIds, int limit) {
		return this.responders.missed(this.responders.overdue(responderIds), limit);
	}

	private static int subscribeAtEightAddresses(KnownResponders responders, String name) {
		String id = name + "x".repeat(900);
		for (int address = 0; address < 8; address++) {
			responders.add(id, new ResponseExtension(null, null, "y".repeat(100) + address, null, null));
		}
		return (responders.find(id) != null) ? 1 : 0;
	}

}
