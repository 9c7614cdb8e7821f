package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;
import org.jspecify.annotations.Nullable;

/**
 * The report of a run.
 *
 * @param run the run's name, the tag of its signals
 * @param uuid the run's id
 * @param publisher the conductor's publisher id
 * @param startedAt the time of its start
 * @param rounds the number of rounds of the workload
 * @param success whether every collector acted on both signals
 * @param signals the two signals with their answers
 * @param figures the figures by responder id, of those that delivered any
 * @param curves the curves by responder id, of those that delivered one
 */
record RunReport(String run, String uuid, String publisher, Instant startedAt, long rounds, boolean success,
		List<SignalReport> signals, Map<String, Map<String, BigDecimal>> figures, Map<String, Curve> curves) {

	/**
	 * The report of a signal.
	 *
	 * @param event the event
	 * @param code the protocol's result code
	 * @param success whether a responder acted, and none failed or is missing
	 * @param elapsedMillis the time until the last answer, in milliseconds
	 * @param answers the answers of responders
	 * @param missing the ids of responders that did not answer
	 */
	record SignalReport(String event, ResultCode code, boolean success, double elapsedMillis,
			List<AnswerReport> answers, Set<String> missing) {

		static SignalReport of(String event, SignalResult result) {
			return new SignalReport(event, result.code(), result.isSuccess(), millis(result.elapsed()),
					result.responses()
						.entrySet()
						.stream()
						.sorted(Map.Entry.comparingByKey())
						.map((entry) -> AnswerReport.of(entry.getKey(), entry.getValue()))
						.toList(),
					result.missing());
		}

	}

	/**
	 * The answer of one responder.
	 *
	 * @param responder the responder's id
	 * @param ras 1 for success
	 * @param latencyMillis its latency in milliseconds
	 * @param message the message of the responder
	 */
	record AnswerReport(String responder, int ras, double latencyMillis, @Nullable String message) {

		static AnswerReport of(String responder, Answer answer) {
			return new AnswerReport(responder, answer.ras(), millis(answer.latency()), Curve.remove(answer.message()));
		}

	}

	static double millis(Duration duration) {
		return duration.toNanos() / 1000 / 1000.0;
	}

}
