package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Completion rules and required responders.
 */
class CompletionTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final Applications applications = new Applications();

	private Voters voters;

	private SignalExporter exporter;

	@BeforeEach
	void start() {
		ConfigurableApplicationContext context = this.applications.start(Voters.class);
		this.voters = context.getBean(Voters.class);
		this.exporter = context.getBean(SignalExporter.class);
		assertThat(this.exporter.initializeAndWait(3, TIMEOUT, "vote")).isTrue();
	}

	@AfterEach
	void letAllRespondersVote() {
		this.voters.end();
	}

	@Test
	void theFirstSuccessIsEnough() {
		CompletableFuture<SignalResult> result = vote(CompletionRule.first());
		this.voters.yes("b");
		assertThat(result.join().isSuccess()).isTrue();
		assertThat(result.join().responses()).hasSize(1);
		assertThat(result.join().missing()).hasSize(2);
	}

	@Test
	void aQuorumIsMoreThanHalf() {
		CompletableFuture<SignalResult> result = vote(CompletionRule.quorum());
		this.voters.yes("a");
		this.voters.yes("c");
		assertThat(result.join().code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.join().responses()).hasSize(2);
	}

	@Test
	void endsAsFailedWhenEnoughCanNoLongerSucceed() {
		CompletableFuture<SignalResult> result = vote(CompletionRule.count(2));
		this.voters.no("a");
		this.voters.no("b");
		assertThat(result.join().code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void moreThanAreSubscribedCanNotSucceed() {
		SignalResult result = vote(CompletionRule.count(4)).join();
		assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(result.missing()).hasSize(3);
		assertThatIllegalArgumentException().isThrownBy(() -> CompletionRule.count(0));
	}

	@Test
	void aRequiredResponderHasToBeSubscribed() {
		SignalResult refused = this.exporter.signal("vote").requires("a", "absent").publish();
		assertThat(refused.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(refused.missing()).containsExactly("absent");
		assertThat(this.voters.asked).isEmpty();
		String id = this.exporter.getSubscribers().iterator().next();
		CompletableFuture<SignalResult> result = this.exporter.signal("vote").requires("a", id).publishAsync();
		List.of("a", "b", "c").forEach(this.voters::yes);
		assertThat(result.join().isSuccess()).isTrue();
	}

	@Test
	void listenerIsNotifiedOfEachAnswerAsItArrives() throws InterruptedException {
		BlockingQueue<String> told = new LinkedBlockingQueue<>();
		CompletableFuture<SignalResult> result = this.exporter.signal("vote")
			.onResponse((id, answer) -> told.add(id.charAt(0) + ":" + answer.ras()))
			.publishAsync();
		this.voters.yes("b");
		assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("b:1");
		this.voters.no("a");
		assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("a:0");
		assertThat(result).isNotDone();
		this.voters.yes("c");
		assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("c:1");
		assertThat(result.join().code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void publishWithoutSubscribersIsNoSuccess() {
		SignalExporter lonely = this.applications.start(Object.class, "channel=lonely").getBean(SignalExporter.class);
		lonely.initialize("vote");
		SignalResult unsubscribed = lonely.publish("vote");
		assertThat(unsubscribed.isSuccess()).isFalse();
		assertThat(unsubscribed.awaited()).isZero();
		CompletableFuture<SignalResult> voted = vote(CompletionRule.first());
		this.voters.yes("a");
		assertThat(voted.join().awaited()).isEqualTo(3);
	}

	private CompletableFuture<SignalResult> vote(CompletionRule rule) {
		return this.exporter.signal("vote").until(rule).timeout(TIMEOUT).publishAsync();
	}

	static class Voters {

		private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

		private final BlockingQueue<CompletableFuture<Boolean>> all = new LinkedBlockingQueue<>();

		private final BlockingQueue<CompletableFuture<Boolean>> a = new LinkedBlockingQueue<>();

		private final BlockingQueue<CompletableFuture<Boolean>> b = new LinkedBlockingQueue<>();

		private final BlockingQueue<CompletableFuture<Boolean>> c = new LinkedBlockingQueue<>();

		private volatile boolean ended;

		@OnSignal(event = "vote", responder = "a")
		CompletableFuture<Boolean> a() {
			return ask("a", this.a);
		}

		@OnSignal(event = "vote", responder = "b")
		CompletableFuture<Boolean> b() {
			return ask("b", this.b);
		}

		@OnSignal(event = "vote", responder = "c")
		CompletableFuture<Boolean> c() {
			return ask("c", this.c);
		}

		void yes(String voter) {
			answer(voter, true);
		}

		void no(String voter) {
			answer(voter, false);
		}

		void end() {
			this.ended = true;
			this.all.forEach((vote) -> vote.complete(true));
		}

		private CompletableFuture<Boolean> ask(String voter, BlockingQueue<CompletableFuture<Boolean>> votes) {
			CompletableFuture<Boolean> vote = new CompletableFuture<>();
			this.asked.add(voter);
			this.all.add(vote);
			votes.add(vote);
			// A handler may begin after the test.
			if (this.ended) {
				vote.complete(true);
			}
			return vote;
		}

		private void answer(String voter, boolean vote) {
			BlockingQueue<CompletableFuture<Boolean>> votes = switch (voter) {
				case "a" -> this.a;
				case "b" -> this.b;
				default -> this.c;
			};
			try {
				votes.poll(20, TimeUnit.SECONDS).complete(vote);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
