package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.statesignals.CompletionRule;
import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import io.github.statesignals.core.publish.ResponseTally.Verdict;
import io.github.statesignals.core.lane.Budget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * {@link ResponseTally}, by hand.
 */
class ResponseTallyTests {

	// The clock overflows while the publication is pending.
	private static final long SENT = Long.MAX_VALUE - 5;

	@Test
	void waitsForTheConfirmationIfNoResponderIsAwaited() {
		ResponseTally pending = awaiting();
		assertThat(pending.isComplete()).isFalse();
		assertThat(pending.isSent()).isFalse();
		pending.confirm(null);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.isSent()).isTrue();
		SignalResult result = pending.result(SENT, false);
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.responses()).isEmpty();
		assertThat(result.messages()).isEmpty();
		assertThat(result.missing()).isEmpty();
	}

	@Test
	void isCompleteWhenTheLastHasAnswered() {
		ResponseTally pending = awaiting("a", "b");
		pending.confirm(null);
		assertThat(pending.isComplete()).isFalse();
		assertThat(answer(pending, "b", 1)).isEqualTo(Verdict.COUNTED);
		assertThat(pending.isComplete()).isFalse();
		assertThat(answer(pending, "a", 1)).isEqualTo(Verdict.COUNTED);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void takesAnAnswerForProofThatTheSignalWasSent() {
		ResponseTally pending = awaiting("a", "b");
		assertThat(pending.isSent()).isFalse();
		answer(pending, "a", 1);
		assertThat(pending.isSent()).isTrue();
		assertThat(pending.isComplete()).isFalse();
		answer(pending, "b", 1);
		assertThat(pending.isComplete()).isTrue();
	}

	@Test
	void doesNotTakeAnAnswerThatDoesNotCountForProof() {
		ResponseTally pending = awaiting("a");
		answer(pending, "stranger", 1);
		answer(pending, "a", null);
		assertThat(pending.isSent()).isFalse();
		assertThat(pending.isComplete()).isFalse();
	}

	@Test
	void awaitsTheSubscribersOfTheMomentAtWhichItWasSent() {
		Set<String> subscribers = new LinkedHashSet<>(List.of("a"));
		ResponseTally pending = new ResponseTally(subscribers, null, SENT, false);
		subscribers.clear();
		subscribers.add("late");
		assertThat(pending.result(SENT, false).missing()).containsExactly("a");
		assertThat(answer(pending, "late", 1)).isEqualTo(Verdict.NOT_AWAITED);
		assertThat(answer(pending, "a", 1)).isEqualTo(Verdict.COUNTED);
		assertThat(pending.isComplete()).isTrue();
	}

	@Test
	void leavesTheSetItWasGivenAlone() {
		Set<String> subscribers = new LinkedHashSet<>(List.of("a"));
		answer(new ResponseTally(subscribers, null, SENT, false), "a", 1);
		assertThat(subscribers).containsExactly("a");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 2, -1, Integer.MAX_VALUE })
	void countsAnyRasButOneAsFailure(int ras) {
		ResponseTally pending = awaiting("a", "b");
		answer(pending, "a", ras);
		answer(pending, "b", 1);
		SignalResult result = pending.result(SENT, false);
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.responses().get("a").ras()).isEqualTo(ras);
		assertThat(result.responses().get("a").isSuccess()).isFalse();
		assertThat(result.responses().get("b").isSuccess()).isTrue();
	}

	@Test
	void isMissingAnAnswerEvenWhereAnotherFailed() {
		ResponseTally pending = awaiting("a", "b");
		answer(pending, "a", 0);
		SignalResult result = pending.result(SENT, false);
		assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(result.missing()).containsExactly("b");
		assertThat(result.responses()).containsOnlyKeys("a");
	}

	@Test
	void namesTheMissingInTheOrderOfTheirSubscription() {
		ResponseTally pending = awaiting("z", "a", "m", "b");
		answer(pending, "m", 1);
		assertThat(pending.result(SENT, false).missing()).containsExactly("z", "a", "b");
	}

	@Test
	void storesAnswersInTheOrderOfTheirArrival() {
		ResponseTally pending = awaiting("a", "b", "c");
		answer(pending, "c", 1, "third");
		answer(pending, "a", 0, "first");
		answer(pending, "b", 1, null);
		SignalResult result = pending.result(SENT, false);
		assertThat(result.responses().keySet()).containsExactly("c", "a", "b");
		assertThat(result.messages()).containsExactly(entry("c", "third"), entry("a", "first"));
	}

	@Test
	void doesNotCountAnAnswerWithoutRas() {
		ResponseTally pending = awaiting("a");
		assertThat(answer(pending, "a", null)).isEqualTo(Verdict.WITHOUT_RAS);
		assertThat(pending.isComplete()).isFalse();
		assertThat(pending.result(SENT, false).missing()).containsExactly("a");
		assertThat(answer(pending, "a", 1)).isEqualTo(Verdict.COUNTED);
		assertThat(pending.isComplete()).isTrue();
	}

	@Test
	void storesTheMessageOfAnUnknownResponder() {
		ResponseTally pending = awaiting("a");
		assertThat(answer(pending, "stranger", 0, "me too")).isEqualTo(Verdict.NOT_AWAITED);
		assertThat(answer(pending, "stranger", 0, "me too")).isEqualTo(Verdict.NOT_AWAITED);
		answer(pending, "a", 1);
		SignalResult result = pending.result(SENT, false);
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses()).containsOnlyKeys("a");
		assertThat(result.messages()).containsExactly(entry("stranger", "me too"));
	}

	@Test
	void letsTheFirstAnswerStand() {
		ResponseTally pending = awaiting("a", "b");
		answer(pending, "a", 1, "done");
		assertThat(answer(pending, "a", 0, "or not")).isEqualTo(Verdict.REPEATED);
		assertThat(pending.isComplete()).isFalse();
		answer(pending, "b", 1);
		SignalResult result = pending.result(SENT, false);
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses().get("a")).extracting(Answer::ras, Answer::message).containsExactly(1, "done");
		assertThat(result.messages()).containsEntry("a", "or not");
	}

	@Test
	void measuresEachAnswerAndThePublish() {
		ResponseTally pending = awaiting("a", "b");
		pending.respond(new Response("a", "p", "e", 1, null), true, SENT + 3);
		pending.respond(new Response("b", "p", "e", 1, null), true, SENT + 10);
		SignalResult result = pending.result(SENT + 12, false);
		assertThat(result.responses().get("a").latency()).isEqualTo(Duration.ofNanos(3));
		assertThat(result.responses().get("b").latency()).isEqualTo(Duration.ofNanos(10));
		assertThat(result.elapsed()).isEqualTo(Duration.ofNanos(12));
	}

	@Test
	void givesResultsThatLaterAnswersDoNotChange() {
		ResponseTally pending = awaiting("a", "b");
		answer(pending, "a", 1, "early");
		SignalResult result = pending.result(SENT, false);
		answer(pending, "b", 0, "late");
		assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		assertThat(result.responses()).containsOnlyKeys("a");
		assertThat(result.messages()).containsOnlyKeys("a");
		assertThat(result.missing()).containsExactly("b");
	}

	@Test
	void doesNotRemoveAResponderThatHasAnsweredOrIsNotAwaited() {
		ResponseTally pending = awaiting("a");
		answer(pending, "a", 1);
		for (boolean left : new boolean[] { true, false }) {
			pending.remove("a", left);
			pending.remove("stranger", left);
		}
		SignalResult result = pending.result(SENT, false);
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.isSuccess()).isTrue();
		assertThat(result.left()).isEmpty();
		assertThat(result.gone()).isEmpty();
	}

	@Test
	void storesLongMessagesOfAllAwaitedRespondersUntilTheResultIsHandedOut() {
		Budget memory = new Budget(100_000);
		ResponseTally pending = new ResponseTally(List.of("a", "b"), null, List.of(), SENT, false, memory);
		String message = "x".repeat(AnswerMessages.SHORTENED + 1);
		answer(pending, "a", 1, message);
		answer(pending, "b", 1, message);
		assertThat(pending.result(SENT, false).messages()).containsExactly(entry("a", message), entry("b", message));
		assertThat(memory.used()).isPositive();
		pending.release();
		assertThat(memory.used()).isZero();
	}

	// With a rule

	@Test
	void isCompleteWhenEnoughHaveSucceeded() {
		ResponseTally pending = awaiting(CompletionRule.count(2), "a", "b", "c", "d");
		pending.confirm(null);
		answer(pending, "a", 1);
		answer(pending, "b", 0);
		assertThat(pending.isComplete()).isFalse();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		answer(pending, "c", 1);
		assertThat(pending.isComplete()).isTrue();
		SignalResult result = pending.result(SENT, false);
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.responses().keySet()).containsExactly("a", "b", "c");
		assertThat(result.missing()).containsExactly("d");
	}

	@Test
	void isCompleteAsFailedWhenEnoughCanSucceedNoLonger() {
		ResponseTally pending = awaiting(CompletionRule.quorum(), "a", "b", "c");
		answer(pending, "a", 0);
		assertThat(pending.isComplete()).isFalse();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		answer(pending, "b", 2);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(pending.result(SENT, false).missing()).containsExactly("c");
	}

	@Test
	void isCompleteAsSoonAsItIsSentWhereEnoughCanNeverSucceed() {
		ResponseTally pending = awaiting(CompletionRule.count(2), "a");
		assertThat(pending.isComplete()).isFalse();
		pending.confirm(null);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
	}

	@Test
	void aQuorumIsOfThoseThatAreGoneAsWell() {
		ResponseTally pending = awaiting(CompletionRule.quorum(), "a", "b", "c", "d", "e");
		pending.remove("a", false);
		pending.remove("b", false);
		pending.remove("c", true);
		answer(pending, "d", 1);
		answer(pending, "e", 1);
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
		answer(pending, "a", 1);
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void aRuleIsNotFulfilledBeforeEachRequiredResponderActed() {
		ResponseTally pending = new ResponseTally(List.of("a", "b", "c"), CompletionRule.first(),
				List.of(List.of("b", "c")), SENT, false, new Budget(Long.MAX_VALUE));
		answer(pending, "a", 1);
		assertThat(pending.isComplete()).isFalse();
		answer(pending, "b", 0);
		assertThat(pending.isComplete()).isFalse();
		answer(pending, "c", 1);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).isSuccess()).isTrue();
	}

	@Test
	void aRuleEndsAsSoonAsARequiredResponderCanNotActAnyMore() {
		ResponseTally pending = new ResponseTally(List.of("a", "b"), CompletionRule.first(), List.of(List.of("b")),
				SENT, false, new Budget(Long.MAX_VALUE));
		pending.confirm(null);
		pending.remove("b", false);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
	}

	@Test
	void aRuleWithARequiredResponderThatActedIsNotFulfilledBeforeEnoughDid() {
		ResponseTally pending = new ResponseTally(List.of("a", "b"), CompletionRule.count(2), List.of(List.of("a")),
				SENT, false, new Budget(Long.MAX_VALUE));
		answer(pending, "a", 1);
		assertThat(pending.isComplete()).isFalse();
		answer(pending, "b", 1);
		assertThat(pending.isComplete()).isTrue();
	}

	@Test
	void aRequiredResponderThatFailedEndsNoPublishWithoutARule() {
		ResponseTally pending = new ResponseTally(List.of("a", "b"), null, List.of(List.of("a")), SENT, false,
				new Budget(Long.MAX_VALUE));
		answer(pending, "a", 0);
		assertThat(pending.isComplete()).isFalse();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
	}

	@Test
	void noResponderFailedWhereARuleCanNotBeFulfilledBecauseOneIsGone() {
		ResponseTally pending = awaiting(CompletionRule.count(2), "a", "b");
		answer(pending, "a", 1);
		pending.remove("b", false);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aRuleIsOfThoseThatAreAwaitedOrHaveAnsweredOrAreGone(boolean gone) {
		ResponseTally pending = awaiting((awaited) -> awaited - 1, "a", "b", "c", "d");
		answer(pending, "a", 1);
		if (gone) {
			pending.remove("b", false);
		}
		pending.remove("d", true);
		assertThat(pending.isComplete()).isFalse();
		answer(pending, "c", 1);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
	}

	@Test
	void quorumOfNoResponderIsNoSuccess() {
		ResponseTally pending = awaiting(CompletionRule.quorum());
		pending.confirm(null);
		assertThat(pending.isComplete()).isTrue();
		assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.MISSING_RESPONSE);
	}

	@Test
	void ruleThatRequiresNoResponderIsASuccessAsSoonAsItIsSent() {
		for (int required : new int[] { 0, -1 }) {
			ResponseTally pending = awaiting((awaited) -> required, "a");
			assertThat(pending.isComplete()).isFalse();
			pending.confirm(null);
			assertThat(pending.isComplete()).isTrue();
			assertThat(pending.result(SENT, false).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		}
	}

	@Test
	void ruleGetsTheNumberOfAwaitedResponders() {
		ResponseTally pending = awaiting((awaited) -> awaited - 1, "a", "b", "c");
		answer(pending, "a", 1);
		assertThat(pending.isComplete()).isFalse();
		answer(pending, "b", 1);
		assertThat(pending.isComplete()).isTrue();
	}

	@Test
	void neitherUnknownRespondersNorRepetitionsFulfilARule() {
		ResponseTally pending = awaiting(CompletionRule.count(2), "a", "b");
		answer(pending, "a", 1);
		answer(pending, "a", 1);
		answer(pending, "stranger", 1);
		assertThat(pending.isComplete()).isFalse();
	}

	@Test
	void knowsTheAnswersThatCounted() {
		ResponseTally pending = awaiting("a");
		answer(pending, "a", 1, "done");
		answer(pending, "stranger", 1);
		assertThat(pending.answer("a")).isEqualTo(new Answer(1, "done", Duration.ZERO, true));
	}

	private static ResponseTally awaiting(String... responderIds) {
		return awaiting(null, responderIds);
	}

	private static ResponseTally awaiting(CompletionRule rule, String... responderIds) {
		return new ResponseTally(List.of(responderIds), rule, SENT, false);
	}

	private static Verdict answer(ResponseTally pending, String responderId, Integer ras) {
		return answer(pending, responderId, ras, null);
	}

	private static Verdict answer(ResponseTally pending, String responderId, Integer ras, String message) {
		return pending.respond(new Response(responderId, "p", "e", ras, message), true, SENT);
	}

}
