package io.github.statesignals;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.observation.SignalPublishContext;
import io.github.statesignals.wire.WireVector;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two applications with the starter exchange the messages of {@code docs/protocol/v1}, on
 * a real Redis: byte by byte, but for ids, times and numbers. A change of the wire fails
 * here; if it is meant, {@code -Dwire.record=true} records the files again.
 */
class WireRecordingTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private static final String SECRET = "0123456789abcdef0123456789abcdef";

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void recordsTheDefaultChannel() {
		try (WireRecorder recorder = new WireRecorder("", WireRecordingTests::name)) {
			ConfigurableApplicationContext responding = responder();
			recorder.await("hello");
			SignalExporter exporter = exporter();
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "go", "drain", "fail", "hang", "traced", "unknown"))
				.isTrue();
			assertThat(exporter.signal("go").publish().isSuccess()).isTrue();
			assertThat(exporter.signal("drain")
				.sampleNo(3)
				.tag("run-7")
				.metadata("pool", "größe")
				.metadata("nested", Map.of("factor", 2.5))
				.metadata("none", null)
				.publish()
				.isSuccess()).isTrue();
			assertThat(exporter.publish("fail").failed()).hasSize(1);
			assertThat(exporter.publish("unknown").unhandled()).hasSize(1);
			assertThat(exporter.publish("traced").isSuccess()).isTrue();
			probe(recorder, exporter, responding);
			exporter.shutdown();
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "go")).isTrue();
			recorder.redis().publish("event-signal-response", legacy(exporter, "\"event\": \"initialization\""));
			Awaitility.await().atMost(TIMEOUT).until(() -> exporter.getSubscribers().size() == 2);
			CompletableFuture<SignalResult> result = exporter.signal("go").publishAsync();
			recorder.await("answer to a signal without extensions");
			recorder.redis().publish("event-signal-response", legacy(exporter, "\"event\": \"go\", \"ras\": 1"));
			assertThat(result.join().acted()).hasSize(2);
			exporter.shutdown();
			responding.close();
			recorder.await("shutdown without extensions");
			recorder.await("bye");
			recorder.compareWith("v1/default");
		}
	}

	private static void probe(WireRecorder recorder, SignalExporter exporter,
			ConfigurableApplicationContext responding) {
		CompletableFuture<SignalResult> hanging = exporter.signal("hang").publishAsync();
		WireVector probe = recorder.await("probe");
		recorder.await("probe answer");
		responding.getBean(Responding.class).hanging.complete(null);
		assertThat(hanging.join().isSuccess()).isTrue();
		String responderId = responding.getBean(SignalResponder.class).getResponderId();
		String withoutHandlers = responding.getBean(SignalEngine.class).get("other", "").getResponderId();
		recorder.redis().publish(probe.redis(), probe.payload().replace(responderId, withoutHandlers));
		recorder.await("probe answer of an absent responder");
	}

	private static String legacy(SignalExporter exporter, String more) {
		return "{\"responder_id\": \"legacy\", \"publisher_id\": \"" + exporter.getPublisherId() + "\", " + more + "}";
	}

	@Test
	void recordsANamedChannel() {
		try (WireRecorder recorder = new WireRecorder("rollout", WireRecordingTests::name)) {
			responder("channel=rollout");
			recorder.await("hello");
			SignalExporter exporter = exporter("channel=rollout");
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "step", "drain")).isTrue();
			// Of several, all answers may be in frames.
			assertThat(exporter.signal("step").sampleNo(1).publish().isSuccess()).isTrue();
			Awaitility.await().atMost(TIMEOUT).until(() -> {
				publish(exporter, "step");
				publish(exporter, "drain");
				return Stream.of("signals in a frame", "answers in a frame", "answers to several signals")
					.allMatch(recorder::has);
			});
			recorder.compareWith("v1/named");
		}
	}

	// Few at a time: the frames are to be small.
	private static void publish(SignalExporter exporter, String event) {
		List<CompletableFuture<SignalResult>> results = IntStream.rangeClosed(1, 4)
			.mapToObj((i) -> exporter.signal(event).sampleNo(i).publishAsync())
			.toList();
		assertThat(results).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
	}

	@Test
	void recordsASignedChannel() {
		String[] signed = { "channel=secured", "channels.secured.signing=require", "signing.key=k1",
				"signing.keys.k1.secret=" + SECRET };
		try (WireRecorder recorder = new WireRecorder("secured", WireRecordingTests::name)) {
			ConfigurableApplicationContext responding = responder(signed);
			recorder.await("hello");
			SignalExporter exporter = exporter(signed);
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "go", "hang", "traced", "unknown")).isTrue();
			assertThat(exporter.publish("go").isSuccess()).isTrue();
			assertThat(exporter.publish("traced").isSuccess()).isTrue();
			assertThat(exporter.publish("unknown").unhandled()).hasSize(1);
			CompletableFuture<SignalResult> hanging = exporter.signal("hang").publishAsync();
			recorder.await("probe answer");
			responding.getBean(Responding.class).hanging.complete(null);
			assertThat(hanging.join().isSuccess()).isTrue();
			exporter.shutdown();
			responding.close();
			recorder.await("bye");
			recorder.compareWith("v1/signed");
		}
	}

	@Test
	void recordsADurableChannel() {
		String keys = "event-signal:{stored}:";
		try (WireRecorder recorder = new WireRecorder("stored", WireRecordingTests::name)) {
			recorder.redis().keys(keys + "*").forEach(recorder.redis()::del);
			String[] durable = { "channel=stored", "channels.stored.delivery=durable" };
			responder(durable);
			recorder.await("hello");
			ConfigurableApplicationContext publishing = application(durable);
			SignalExporter exporter = publishing.getBean(SignalExporter.class);
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "go", "unknown")).isTrue();
			SignalResult result = exporter.publish("go");
			assertThat(result.isSuccess()).isTrue();
			assertThat(exporter.publish("unknown").unhandled()).hasSize(1);
			StreamMessage<String, String> entry = recorder.redis().xrange(keys + "log", Range.create("-", "+")).get(0);
			assertThat(entry.getBody()).containsOnlyKeys("signals");
			recorder.recordStored("stored signal", "signal", keys + "log", "signals", entry.getBody().get("signals"));
			String second = entry.getId().substring(0, entry.getId().indexOf('-') - 3);
			String id = Objects.requireNonNull(result.id());
			assertThat(id).isEqualTo(entry.getId() + ".0");
			recorder.recordStored("stored answer", "response", keys + "answers:<second>", "<entry>.0 cpu",
					recorder.redis().hget(keys + "answers:" + second, id + " cpu"));
			publishing.getBean(DurableChannels.class).remove("stored", "cpu");
			recorder.await("removal");
			recorder.compareWith("v1/durable");
		}
	}

	private static @Nullable String name(String from, String payload) {
		if (payload.contains("\n")) {
			boolean signals = from.startsWith("event-signal-pubsub");
			// The answers to "step" are combined.
			boolean recorded = payload.contains(signals ? "\"event\":\"step\"" : "\"event\":\"drain\"");
			return (recorded && payload.lines().count() <= 3) ? (signals ? "signals" : "answers") + " in a frame"
					: null;
		}
		if (payload.contains("\"id\":[")) {
			return "answers to several signals";
		}
		boolean extended = payload.contains("\"_ss\":");
		if (!extended && payload.contains("\"legacy\"")) {
			// Sent by the test.
			return null;
		}
		return from.startsWith("event-signal-pubsub") ? signalName(payload, extended) : responseName(payload, extended);
	}

	private static String signalName(String payload, boolean extended) {
		String name = "signal";
		for (String reserved : List.of(Signal.INITIALIZATION, Signal.SHUTDOWN)) {
			name = payload.contains("\"event\":\"" + reserved + "\"") ? reserved : name;
		}
		if (!extended) {
			return name + " without extensions";
		}
		name += payload.contains("\"trace\":") ? " with a trace context" : "";
		return payload.contains("\"nested\":") ? name + " with metadata" : name;
	}

	private static @Nullable String responseName(String payload, boolean extended) {
		if (payload.contains("\"event\":\"probe\"")) {
			if (payload.contains("\"state\":\"absent\"")) {
				return "probe answer of an absent responder";
			}
			if (!payload.contains("\"state\":")) {
				return payload.contains("\"other-") ? null : "probe";
			}
			return payload.startsWith("{\"responder_id\":\"conductor-") ? "own probe" : "probe answer";
		}
		if (payload.contains("\"publisher_id\":\"*\"")) {
			boolean proved = payload.contains("\"seal\":");
			return !payload.contains(Signal.SHUTDOWN) ? "hello" : proved ? "bye" : "removal";
		}
		if (payload.contains("\"event\":\"initialization\"")) {
			return "subscription";
		}
		if (payload.contains("\"handles\":")) {
			return "answer without a handler";
		}
		if (!payload.contains("\"ras\":1")) {
			return "failure";
		}
		return (extended && payload.contains("\"id\":")) ? "answer" : "answer to a signal without extensions";
	}

	private ConfigurableApplicationContext responder(String... properties) {
		return this.applications.start(Responding.class, with(properties, "responder.name=cpu"));
	}

	private SignalExporter exporter(String... properties) {
		return application(properties).getBean(SignalExporter.class);
	}

	private ConfigurableApplicationContext application(String... properties) {
		return this.applications.start(Publishing.class, with(properties, "exporter.process-name=conductor",
				"exporter.runner-host=bench-1", "exporter.probe-after=400ms", "exporter.republish-interval=1h"));
	}

	private static String[] with(String[] properties, String... more) {
		return Stream.of(properties, more).flatMap(Arrays::stream).toArray(String[]::new);
	}

	@Configuration(proxyBeanMethods = false)
	static class Publishing {

		@Bean
		ObservationHandler<SignalPublishContext> traces() {
			return new ObservationHandler<>() {

				@Override
				public void onStart(SignalPublishContext context) {
					if (context.getSignal().event().equals("traced")) {
						context.getSetter()
							.set(context.getCarrier(), "traceparent",
									"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
					}
				}

				@Override
				public boolean supportsContext(Observation.Context context) {
					return context instanceof SignalPublishContext;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Responding {

		private final CompletableFuture<Void> hanging = new CompletableFuture<>();

		@OnSignal(event = { "go", "step", "traced" })
		void go() {
		}

		@OnSignal(event = "drain")
		Acknowledgement drain(Signal signal) {
			return Acknowledgement.success("drained in " + signal.tag());
		}

		@OnSignal(event = "fail")
		void fail() {
			throw new IllegalStateException("kein Platz");
		}

		@OnSignal(event = "hang")
		CompletableFuture<Void> hang() {
			return this.hanging;
		}

	}

}
