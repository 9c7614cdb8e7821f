package io.github.statesignals.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.statesignals.DeadLetter;
import io.github.statesignals.ResponderBacklog;
import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.publish.LastResult;
import io.github.statesignals.core.publish.membership.SubscriberStatus;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.core.responder.HandlerStatus;
import org.jspecify.annotations.Nullable;

/**
 * The responses of the operations on a single exporter, responder or channel. They have
 * no metadata of a signal, and lists of 100 elements at most.
 */
final class SignalDetails {

	private static final int LIMIT = SignalsEndpoint.MAX_LISTED;

	private SignalDetails() {
	}

	record Exporter(String publisherId, String processName, String channel, Set<String> legalEvents, int inFlight,
			List<SubscriberStatus> subscriptions, int subscriberCount, SortedMap<String, Result> lastResults) {

		static Exporter of(DefaultSignalExporter exporter, boolean durable) {
			List<SubscriberStatus> subscriptions = exporter.subscriptions().responders().statuses(LIMIT);
			SortedMap<String, Result> results = new TreeMap<>();
			exporter.subscriptions()
				.publisher()
				.lastResults()
				.forEach((event, last) -> results.put(event, Result.of(last)));
			return new Exporter(exporter.getPublisherId(), exporter.getProcessName(), exporter.getChannel(),
					SignalsEndpoint.first(exporter.getLegalEvents()), exporter.subscriptions().publisher().inFlight(),
					durable ? subscriptions.stream()
						.map((status) -> new SubscriberStatus(status.responderId(), status.since(), "durable"))
						.toList() : subscriptions,
					exporter.getSubscribers().size(), results);
		}

	}

	// The end of a publish. Success: a responder acted, and all that had to did.
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Result(Instant ended, @Nullable ResultCode code, boolean success, @Nullable Duration elapsed, int answered,
			List<Answer> answers, int missingCount, Collection<String> missing, Collection<String> gone,
			Collection<String> left, @Nullable String id, @Nullable String error) {

		static Result of(LastResult last) {
			SignalResult result = last.result();
			if (result == null) {
				return new Result(last.ended(), null, false, null, 0, List.of(), 0, List.of(), List.of(), List.of(),
						null, last.error());
			}
			return of(last.ended(), result, last.success(), last.answered(), last.missing());
		}

		static Result of(SignalResult result) {
			return of(Instant.now(), result, result.isSuccess(), result.responses().size(), result.missing().size());
		}

		private static Result of(Instant ended, SignalResult result, boolean success, int answered, int missing) {
			List<Answer> answers = result.responses()
				.entrySet()
				.stream()
				.limit(LIMIT)
				.map((entry) -> Answer.of(entry.getKey(), entry.getValue()))
				.toList();
			return new Result(ended, result.code(), success, result.elapsed(), answered, answers, missing,
					SignalsEndpoint.first(result.missing()), SignalsEndpoint.first(result.gone()),
					SignalsEndpoint.first(result.left()), result.id(), null);
		}

	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Answer(String responderId, String outcome, int ras, @Nullable String message, Duration latency) {

		static Answer of(String responderId, SignalResult.Answer answer) {
			String outcome = answer.isFailure() ? "failed" : answer.isSuccess() ? "acted" : "unhandled";
			return new Answer(responderId, outcome, answer.ras(), answer.message(), answer.latency());
		}

	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Responder(String name, String responderId, String channel, int unanswered, @Nullable String lockedPublisher,
			@Nullable String lockedTag, List<HandlerStatus> handlers, boolean listening) {

		static Responder of(DefaultSignalResponder responder) {
			return new Responder(responder.getName(), responder.getResponderId(), responder.getChannel(),
					responder.unanswered(), responder.lockedPublisher(), responder.lockedTag(),
					responder.handlers().statuses().stream().limit(LIMIT).toList(), responder.hasListeners());
		}

	}

	/**
	 * A channel. Registered are the responders of all applications that signals are
	 * stored for, the others those of this application.
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Channel(String name, boolean durable, List<String> exporters, List<String> responders,
			@Nullable Set<String> registered, @Nullable Map<String, ResponderBacklog> backlog,
			@Nullable Long deadLetters) {
	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Letter(String id, String responder, Instant setAside, String reason, @Nullable String event,
			@Nullable String publisherId) {

		static Letter of(DeadLetter letter) {
			return new Letter(letter.id(), letter.responder(), letter.setAside(), letter.reason(),
					(letter.signal() != null) ? letter.signal().event() : null,
					(letter.signal() != null) ? letter.signal().publisherId() : null);
		}

	}

}
