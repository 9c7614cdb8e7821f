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
 * What a run came to.
 *
 * @param run the run's name, the tag of its signals
 * @param uuid the run's id
 * @param publisher the conductor's publisher id
 * @param startedAt when it started
 * @param rounds how many rounds the workload did
 * @param success whether every collector acted on both signals
 * @param signals the two signals, and who acted on them
 * @param figures the figures by responder id, of those that delivered any
 */
record RunReport(String run, String uuid, String publisher, Instant startedAt, long rounds, boolean success,
		List<SignalReport> signals, Map<String, Map<String, BigDecimal>> figures) {

	/**
	 * What a signal came to.
	 *
	 * @param event the event
	 * @param code the protocol's result code
	 * @param success whether a responder acted, and none failed or is missing
	 * @param elapsedMillis how long until the last answer
	 * @param answers who answered
	 * @param missing who did not
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
	 * One responder's answer.
	 *
	 * @param responder the responder's id
	 * @param ras 1 for success
	 * @param latencyMillis how long it took
	 * @param message what the responder said
	 */
	record AnswerReport(String responder, int ras, double latencyMillis, @Nullable String message) {

		static AnswerReport of(String responder, Answer answer) {
			return new AnswerReport(responder, answer.ras(), millis(answer.latency()), answer.message());
		}

	}

	private static double millis(Duration duration) {
		return duration.toNanos() / 1000 / 1000.0;
	}

}
