package io.github.statesignals;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.github.statesignals.PythonPeer.answer;
import static io.github.statesignals.PythonPeer.answerWithoutRas;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An exporter and a responder of the Python package exchange the messages of
 * {@code docs/protocol/python-<version>}, as {@link WireRecordingTests} does with the
 * starter.
 */
@Tag("python")
class PythonRecordingTests {

	@Test
	void recordsTheMessagesOfThePythonPackage() {
		try (PythonPeer python = PythonPeer.start();
				WireRecorder recorder = new WireRecorder("", PythonRecordingTests::name)) {
			PythonPeer.Responder responder = python.responder("cpu",
					Map.of("initialization", answerWithoutRas(), "go", answer(1), "drain", answer(1, "drained"), "fail",
							answer(0, "no space"), "flag", Map.of("ras", true)));
			PythonPeer.Exporter exporter = python.exporter("conductor", "bench-1");
			assertThat(exporter.initializeAndWait(1, "go", "drain", "fail", "flag")).isTrue();
			assertThat(exporter.publish("go").code()).isZero();
			Map<String, Object> metadata = new LinkedHashMap<>();
			metadata.put("pool", "gr\u00f6\u00dfe");
			metadata.put("nested", Map.of("factor", 2.5));
			metadata.put("none", null);
			assertThat(exporter.publish("drain", Map.of("sample", 3, "tag", "run-7", "metadata", metadata)).code())
				.isZero();
			assertThat(exporter.publish("fail").code()).isOne();
			assertThat(exporter.publish("flag").code()).isZero();
			responder.respond(exporter.publisherId(), "go", Map.of("message", "still working"));
			exporter.shutdown();
			recorder.await("shutdown");
			recorder.await("response without a ras");
			recorder.compareWith("python-" + python.number() + "/messages");
		}
	}

	private static String name(String from, String payload) {
		String event = payload.replaceFirst("(?s).*\"event\": \"(.*?)\".*", "$1");
		if (from.equals("event-signal-pubsub")) {
			return switch (event) {
				case Signal.INITIALIZATION, Signal.SHUTDOWN -> event;
				default -> payload.contains("\"metadata\"") ? "signal with metadata" : "signal";
			};
		}
		if (!payload.contains("\"ras\"")) {
			return event.equals(Signal.INITIALIZATION) ? "subscription" : "response without a ras";
		}
		return switch (event) {
			case "drain" -> "answer with a message";
			case "fail" -> "failure";
			case "flag" -> "answer whose ras is true";
			default -> "answer";
		};
	}

}
