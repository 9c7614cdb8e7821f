package io.github.statesignals.fault;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.github.statesignals.fault.Ledger.Promise;
import io.github.statesignals.fault.Ledger.Violation;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ledger finds each broken promise, and nothing else.
 */
class LedgerTests {

	private static final Set<String> REGISTERED = Set.of("a", "b");

	private final Ledger ledger = new Ledger();

	@Test
	void aRunInWhichEachPromiseHoldsHasNoViolation() {
		add("begin BROADCAST e p 1 1000 500", "act BROADCAST a i1 p 1 1100 1200 ok",
				"act BROADCAST b i2 p 1 1100 1300 ok", "result p 1 1400 ALL_SUBS_SUCCESS true a,b - - 0");
		add("begin BROADCAST e p 2 2000 500", "act BROADCAST a i1 p 2 2100 2200 ok",
				"act BROADCAST b i2 p 2 2100 2300 failed", "result p 2 2400 SUB_FAILED false a b - 0");
		add("begin BROADCAST e p 3 3000 500", "act BROADCAST a i1 p 3 3100 3200 ok",
				"result p 3 3400 MISSING_RESPONSE false - - a,b 0");
		add("begin BROADCAST e p 4 4000 500", "failed p 4 4400 DataAccessResourceFailureException unsent");
		add("begin DURABLE e d 1 1000 500", "act DURABLE a i1 d 1 1100 1200 ok", "act DURABLE a i3 d 1 1250 1260 ok",
				"act DURABLE b i2 d 1 5100 5300 ok", "result d 1 4400 MISSING_RESPONSE false a - b 0");
		assertThat(check()).isEmpty();
		assertThat(this.ledger.isQuiet("e")).isTrue();
		Ledger.Counts counts = this.ledger.count("e", Mode.BROADCAST, 2);
		assertThat(counts).isEqualTo(new Ledger.Counts(4, 1, 0, 1, 1, 1, 0, 0, 0, 1));
		assertThat(this.ledger.count("e", Mode.DURABLE, 2).again()).isEqualTo(1);
	}

	@Test
	void aSuccessThatNoResponderActedOnIsFound() {
		add("begin BROADCAST e p 1 1000 500", "result p 1 1400 ALL_SUBS_SUCCESS true - - - 0");
		assertThat(check()).containsExactly(Promise.SUCCESS_WITHOUT_ACT);
	}

	@Test
	void aSuccessThatNamesAMissingResponderIsFound() {
		add("begin BROADCAST e p 1 1000 500", "act BROADCAST a i1 p 1 1100 1200 ok",
				"result p 1 1400 ALL_SUBS_SUCCESS true a - b 0");
		assertThat(check()).containsExactly(Promise.SUCCESS_WITHOUT_ACT);
	}

	@Test
	void anAnswerThatTheResponderDidNotEarnIsFound() {
		add("begin BROADCAST e p 1 1000 500", "act BROADCAST a i1 p 1 1100 1200 ok",
				"result p 1 1400 ALL_SUBS_SUCCESS true a,b - - 0");
		assertThat(check()).containsExactly(Promise.ANSWER_WITHOUT_ACT);
	}

	@Test
	void anActAfterTheResultOrOfAnotherPublishDoesNotEarnAnAnswer() {
		add("begin BROADCAST e p 1 1000 500", "act BROADCAST a i1 p 1 1100 1500 ok",
				"result p 1 1400 ALL_SUBS_SUCCESS true a - - 0");
		add("begin BROADCAST e p 2 2000 500", "act BROADCAST a i1 p 1 900 950 ok",
				"result p 2 2400 ALL_SUBS_SUCCESS true a - - 0");
		assertThat(check()).contains(Promise.ANSWER_WITHOUT_ACT).hasSizeGreaterThanOrEqualTo(2);
	}

	@Test
	void aFailedHandlerDoesNotEarnASuccess() {
		add("begin BROADCAST e p 1 1000 500", "act BROADCAST a i1 p 1 1100 1200 failed",
				"result p 1 1400 ALL_SUBS_SUCCESS true a - - 0");
		assertThat(check()).containsExactly(Promise.ANSWER_WITHOUT_ACT);
	}

	@Test
	void aFailureOfAHandlerThatSucceededIsFound() {
		add("begin BROADCAST e p 1 1000 500", "act BROADCAST a i1 p 1 1100 1200 ok",
				"result p 1 1400 SUB_FAILED false - a - 0");
		assertThat(check()).containsExactly(Promise.FAILURE_OF_A_SUCCESS);
	}

	@Test
	void aDurableSuccessWithoutARegisteredResponderIsFound() {
		add("begin DURABLE e d 1 1000 500", "act DURABLE a i1 d 1 1100 1200 ok", "act DURABLE b i2 d 1 5100 5300 ok",
				"result d 1 1400 ALL_SUBS_SUCCESS true a - - 0");
		assertThat(check()).containsExactly(Promise.REGISTERED_RESPONDER_NOT_AWAITED);
	}

	@Test
	void aBroadcastSignalThatIsHandledTwiceIsFound() {
		add("begin NAMED e p 1 1000 500", "act NAMED a i1 p 1 1100 1200 ok", "act NAMED a i1 p 1 1210 1220 ok",
				"result p 1 1400 ALL_SUBS_SUCCESS true a - - 0");
		assertThat(check()).containsExactly(Promise.HANDLED_TWICE);
	}

	@Test
	void aDurableSignalThatIsHandledAfterItsAnswerIsFound() {
		add("begin DURABLE e d 1 1000 500", "act DURABLE a i1 d 1 1100 1200 ok", "act DURABLE b i2 d 1 1100 1300 ok",
				"act DURABLE a i3 d 1 9000 9001 ok", "result d 1 1400 ALL_SUBS_SUCCESS true a,b - - 0");
		assertThat(check()).containsExactly(Promise.HANDLED_AFTER_ITS_ANSWER);
	}

	@Test
	void anotherOrderIsFound() {
		add("begin NAMED e p 1 1000 500", "begin NAMED e p 2 1001 500", "act NAMED a i1 p 2 1100 1200 ok",
				"act NAMED a i1 p 1 1210 1220 ok", "result p 1 1400 ALL_SUBS_SUCCESS true a - - 0",
				"result p 2 1400 ALL_SUBS_SUCCESS true a - - 0");
		assertThat(check()).containsExactly(Promise.OUT_OF_ORDER);
	}

	@Test
	void handlersThatRunAtTheSameTimeAreFound() {
		add("begin NAMED e p 1 1000 500", "begin NAMED e p 2 1001 500", "act NAMED a i1 p 1 1100 1200 ok",
				"act NAMED a i1 p 2 1150 1220 ok", "result p 1 1400 ALL_SUBS_SUCCESS true a - - 0",
				"result p 2 1400 ALL_SUBS_SUCCESS true a - - 0");
		assertThat(check()).containsExactly(Promise.AT_THE_SAME_TIME);
	}

	@Test
	void aSignalThatIsHandledAfterItsTimeoutIsFound() {
		add("begin NAMED e p 1 1000 500", "act NAMED a i1 p 1 3000000000 3000000001 ok",
				"result p 1 1400 MISSING_RESPONSE false - - a 0");
		assertThat(check()).containsExactly(Promise.HANDLED_AFTER_ITS_TIMEOUT);
	}

	@Test
	void aSignalThatIsHandledThoughItWasNotSentIsFound() {
		add("begin NAMED e p 1 1000 500", "act NAMED a i1 p 1 1100 1200 ok",
				"failed p 1 1400 DataAccessResourceFailureException unsent");
		assertThat(check()).containsExactly(Promise.HANDLED_THOUGH_NOT_SENT);
	}

	@Test
	void anExceptionThatIsNotDocumentedIsFound() {
		add("begin NAMED e p 1 1000 500", "failed p 1 1400 NullPointerException other");
		assertThat(check()).containsExactly(Promise.UNKNOWN_EXCEPTION);
	}

	@Test
	void aLostDurableSignalIsFound() {
		add("begin DURABLE e d 1 1000 500", "act DURABLE a i1 d 1 1100 1200 ok",
				"result d 1 4400 MISSING_RESPONSE false a - b 0");
		assertThat(this.ledger.outstanding("e", REGISTERED)).isEqualTo(1);
		assertThat(check()).containsExactly(Promise.LOST);
		assertThat(this.ledger.check("e", Set.of())).isEmpty();
	}

	@Test
	void aPublishWithoutAResultIsFoundUnlessItsPublisherWasKilled() {
		add("begin NAMED e p 1 1000 500");
		assertThat(this.ledger.isQuiet("e")).isFalse();
		assertThat(check()).containsExactly(Promise.NO_RESULT);
		this.ledger.ended("p");
		assertThat(check()).isEmpty();
	}

	@Test
	void aHandlerRunWithoutAPublishIsFound() {
		add("act NAMED a i1 p 7 1100 1200 ok");
		assertThat(check()).containsExactly(Promise.NEVER_PUBLISHED);
		add("begin NAMED e p 7 1000 500", "result p 7 1400 ALL_SUBS_SUCCESS true a - - 0");
		assertThat(check()).isEmpty();
	}

	private void add(String... lines) {
		Stream.of(lines)
			.map((line) -> line.replace(' ', '\t').replace("\t-\t", "\t\t").replace("\t-\t", "\t\t"))
			.forEach(this.ledger::add);
	}

	private List<Promise> check() {
		return this.ledger.check("e", REGISTERED).stream().map(Violation::promise).toList();
	}

}
