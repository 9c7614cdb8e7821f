package io.github.statesignals.core.publish;

import java.util.List;

import io.github.statesignals.Response;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Stress tests of the end of a publish: the last answer, a leaving responder and the
 * timeout race, and exactly one of them concludes it. In the package of the tested class.
 */
public final class ResponseTallyStress {

	private ResponseTallyStress() {
	}

	/**
	 * The last answer and the timeout.
	 */
	@JCStressTest
	@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "concluded by the answer")
	@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "concluded by the timeout: the responder is missing")
	@Outcome(expect = Expect.FORBIDDEN, desc = "not concluded, twice, or with another result")
	@State
	public static class AnswerAndTimeout extends Publish {

		@Override
		@Actor
		public void answer() {
			super.answer();
		}

		@Actor
		public void leaveAndTimeOut() {
			leave();
			timeOut();
		}

		@Arbiter
		public void count(II_Result result) {
			report(result);
		}

	}

	/**
	 * The last answer and a responder that leaves.
	 */
	@JCStressTest
	@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "concluded by the later one, as a success")
	@Outcome(expect = Expect.FORBIDDEN, desc = "not concluded, twice, or with another result")
	@State
	public static class AnswerAndLeave extends Publish {

		@Override
		@Actor
		public void answer() {
			super.answer();
		}

		@Override
		@Actor
		public void leave() {
			super.leave();
		}

		@Arbiter
		public void count(II_Result result) {
			report(result);
		}

	}

	/**
	 * All three. Needs three processors.
	 */
	@JCStressTest
	@Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "concluded by the answer or the leaving responder")
	@Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "concluded by the timeout: a responder is missing")
	@Outcome(expect = Expect.FORBIDDEN, desc = "not concluded, twice, or with another result")
	@State
	public static class AnswerLeaveAndTimeout extends Publish {

		@Override
		@Actor
		public void answer() {
			super.answer();
		}

		@Override
		@Actor
		public void leave() {
			super.leave();
		}

		@Override
		@Actor
		public void timeOut() {
			super.timeOut();
		}

		@Arbiter
		public void count(II_Result result) {
			report(result);
		}

	}

	/**
	 * A publish that awaits two responders. Its lock stands for that of the publishes of
	 * an exporter, under which the same steps happen.
	 */
	abstract static class Publish {

		private final ResponseTally pending = new ResponseTally(List.of("a", "b"), null, 0, false);

		private int conclusions;

		private @Nullable SignalResult result;

		synchronized void answer() {
			this.pending.respond(new Response("a", "publisher", "event", 1, null), true, 1);
			concludeIf(this.pending.isComplete());
		}

		synchronized void leave() {
			this.pending.remove("b", true);
			concludeIf(this.pending.isComplete());
		}

		synchronized void timeOut() {
			concludeIf(true);
		}

		private void concludeIf(boolean complete) {
			if (complete && this.result == null) {
				this.conclusions++;
				this.result = this.pending.result(2, false);
			}
		}

		final synchronized void report(II_Result report) {
			report.r1 = this.conclusions;
			ResultCode code = (this.result != null) ? this.result.code() : null;
			report.r2 = (code != null) ? code.value() : -1;
		}

	}

}
