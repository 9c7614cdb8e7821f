package io.github.statesignals.observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.AnotherClient;
import io.github.statesignals.AnotherClient.Published;
import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.exporter.FinishedSpan;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Traces over several applications, with real tracers.
 */
@ParameterizedClass
@FieldSource("io.github.statesignals.observation.Tracers#ALL")
class TracingTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	private final List<Published> messages = this.client.record("event-signal*");

	@RegisterExtension
	private final Applications applications = new Applications();

	@Parameter
	private Class<?> tracer;

	@Test
	void aPublishIsOneTraceWithTheHandlersAndAnswersOfAllApplications() {
		ConfigurableApplicationContext one = start(Handlers.class, "responder.name=one");
		ConfigurableApplicationContext two = start(Handlers.class, "responder.name=two");
		ConfigurableApplicationContext publisher = publisher(2, "start");
		assertThat(exporter(publisher).signal("start").tag("run-7").publish().isSuccess()).isTrue();
		FinishedSpan publish = spans(publisher).await("publish start");
		assertThat(publish.getKind()).isEqualTo(Span.Kind.PRODUCER);
		assertThat(publish.getParentId()).isIn(null, "0000000000000000");
		assertThat(publish.getTags()).containsEntry("event", "start")
			.containsEntry("channel", "default")
			.containsEntry("outcome", "acted")
			.containsEntry("state.signals.tag", "run-7")
			.containsEntry("state.signals.publisher.id", exporter(publisher).getPublisherId());
		for (ConfigurableApplicationContext context : List.of(one, two)) {
			FinishedSpan handle = spans(context).await("handle start");
			FinishedSpan respond = spans(context).await("respond start");
			assertThat(List.of(handle, respond)).allSatisfy((span) -> {
				assertThat(span.getTraceId()).isEqualTo(publish.getTraceId());
				assertThat(span.getParentId()).isEqualTo(publish.getSpanId());
				assertThat(span.getTags()).containsEntry("outcome", "acted")
					.containsEntry("state.signals.tag", "run-7")
					.containsEntry("state.signals.responder.id",
							context.getBean(SignalResponder.class).getResponderId())
					.containsKey("state.signals.id");
			});
			assertThat(handle.getKind()).isEqualTo(Span.Kind.CONSUMER);
			assertThat(handle.getTags()).hasEntrySatisfying("state.signals.handler",
					(handler) -> assertThat(handler).endsWith("Handlers.start"));
			assertThat(respond.getKind()).isEqualTo(Span.Kind.PRODUCER);
		}
	}

	@Test
	void aHandlerThatPublishesContinuesTheTrace() {
		ConfigurableApplicationContext last = start(Handlers.class, "responder.name=last", "channel=second");
		ConfigurableApplicationContext relay = start(Relay.class, "responder.name=relay");
		relay.getBean(Relay.class).second = exporter(publisher(1, "start", "channel=second"));
		ConfigurableApplicationContext publisher = publisher(1, "relay");
		Tracer tracer = publisher.getBean(Tracer.class);
		Observation outer = Observation.start("outer", publisher.getBean(ObservationRegistry.class));
		CompletableFuture<SignalResult> result;
		try (Observation.Scope scope = outer.openScope()) {
			assertThat(scope).isNotNull();
			result = exporter(publisher).signal("relay").publishAsync();
		}
		List<@Nullable Span> inCallback = new CopyOnWriteArrayList<>();
		CompletableFuture<Void> called = result.thenAccept((value) -> {
			Span current = tracer.currentSpan();
			inCallback.add((current != null) ? current : Span.NOOP);
		});
		called.join();
		outer.stop();
		assertThat(result.join().isSuccess()).isTrue();
		assertThat(inCallback).containsExactly(Span.NOOP);
		FinishedSpan publish = spans(publisher).await("publish relay");
		assertThat(publish.getParentId()).isEqualTo(spans(publisher).await("outer").getSpanId());
		FinishedSpan handle = spans(relay).await("handle relay");
		assertThat(handle.getParentId()).isEqualTo(publish.getSpanId());
		FinishedSpan lastHandle = spans(last).await("handle start");
		assertThat(lastHandle.getTraceId()).isEqualTo(publish.getTraceId());
	}

	@Test
	void theObservationIsThatOfTheThreadWhileAHandlerRuns() {
		ConfigurableApplicationContext responder = start(Handlers.class, "responder.name=one");
		ConfigurableApplicationContext publisher = publisher(1, "start", "async", "fail", "failAsync");
		exporter(publisher).publish("start");
		FinishedSpan handle = spans(responder).await("handle start");
		Seen seen = responder.getBean(Handlers.class).seen.get(0);
		assertThat(seen.spanId()).isEqualTo(handle.getSpanId());
		if (this.tracer == Tracers.Brave.class) {
			assertThat(seen.mdc()).isEqualTo(handle.getTraceId());
		}
	}

	@Test
	void anAsynchronousHandlerIsObservedUntilItsFutureCompletes() {
		ConfigurableApplicationContext responder = start(Handlers.class, "responder.name=one");
		ConfigurableApplicationContext publisher = publisher(1, "async");
		CompletableFuture<SignalResult> result = exporter(publisher).signal("async").publishAsync();
		Handlers handlers = responder.getBean(Handlers.class);
		Awaitility.await().atMost(TIMEOUT).until(() -> !handlers.seen.isEmpty());
		assertThat(spans(responder).all()).isEmpty();
		handlers.pending.complete(null);
		assertThat(result.join().isSuccess()).isTrue();
		assertThat(spans(responder).await("handle async").getSpanId()).isEqualTo(handlers.seen.get(0).spanId());
	}

	@ParameterizedTest
	@ValueSource(strings = { "fail", "failAsync" })
	void aHandlerThatFailsHasItsErrorInTheTrace(String event) {
		ConfigurableApplicationContext responder = start(Handlers.class, "responder.name=one");
		ConfigurableApplicationContext publisher = publisher(1, event);
		assertThat(exporter(publisher).publish(event).code()).isEqualTo(ResultCode.SUB_FAILED);
		FinishedSpan handle = spans(responder).await("handle " + event);
		assertThat(handle.getError()).hasMessage("no disk");
		assertThat(handle.getTags()).containsEntry("outcome", "failed");
		assertThat(spans(responder).await("respond " + event).getTags()).containsEntry("outcome", "failed");
		assertThat(spans(publisher).await("publish " + event).getTags()).containsEntry("outcome", "failed");
		assertThat(spans(publisher).all()).allSatisfy((span) -> assertThat(span.getError()).isNull());
	}

	@Test
	void aPublishThatFailsHasItsError() {
		ConfigurableApplicationContext publisher = publisher(0, "start");
		publisher.stop();
		assertThatThrownBy(() -> exporter(publisher).publish("start")).hasMessageContaining("was not sent");
		assertThat(spans(publisher).await("publish start").getError()).hasMessageContaining("was not sent");
	}

	@Test
	void signalsThatNoHandlerNamesHaveNoEventInTheirKeys() {
		ConfigurableApplicationContext responder = start(AnyEvent.class, "responder.name=one");
		String event = "made-up-" + UUID.randomUUID();
		this.client.redis().publish("event-signal-pubsub", """
				{"publisher_id": "p\\n1", "process_name": "p", "event": "%s", "runner_host": "h", "sample_no": 1,
				"tag": "a\\nb", "metadata": {"_ss": {"v": 1, "id": "i\\n1"}}}
				""".formatted(event));
		FinishedSpan handle = spans(responder).await("handle UNKNOWN");
		FinishedSpan respond = spans(responder).await("respond UNKNOWN");
		assertThat(handle.getTags()).containsEntry("event", "UNKNOWN")
			.containsEntry("state.signals.tag", "a\\u000ab")
			.containsEntry("state.signals.publisher.id", "p\\u000a1")
			.containsEntry("state.signals.id", "i\\u000a1");
		// Without a trace context both are one trace.
		assertThat(respond.getParentId()).isEqualTo(handle.getSpanId());
		assertThat(spans(responder).all())
			.allSatisfy((span) -> assertThat(span.getTags().toString()).doesNotContain(event));
	}

	@Test
	void handlersThatDoNotSelectASignalAreNotObserved() {
		ConfigurableApplicationContext responder = start(Selective.class, "responder.name=one");
		ConfigurableApplicationContext publisher = publisher(1, "start");
		assertThat(exporter(publisher).signal("start").tag("b").publish().acted()).hasSize(1);
		spans(responder).await("respond start");
		assertThat(spans(responder).await("handle start").getTags()).hasEntrySatisfying("state.signals.handler",
				(handler) -> assertThat(handler).endsWith("Selective.b"));
		assertThat(exporter(publisher).signal("start").tag("c").publish().unhandled()).hasSize(1);
		assertThat(spans(responder).await("respond start", 2)).extracting((span) -> span.getTags().get("outcome"))
			.containsExactly("acted", "unhandled");
		assertThat(spans(responder).named("handle start")).hasSize(1);
	}

	@Test
	void eachSignalOfAFrameHasItsOwnTrace() {
		ConfigurableApplicationContext responder = start(Handlers.class, "channel=traced", "responder.name=one");
		ConfigurableApplicationContext publisher = publisher(1, "start", "channel=traced");
		List<CompletableFuture<SignalResult>> results = IntStream.range(0, 1_000)
			.mapToObj((i) -> exporter(publisher).signal("start").tag("n" + i).publishAsync())
			.toList();
		assertThat(results).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
		assertThat(this.messages).anySatisfy((message) -> {
			assertThat(message.channel()).isEqualTo("event-signal-pubsub:traced");
			assertThat(message.message()).contains("\n");
		});
		Map<String, FinishedSpan> published = byTag(spans(publisher).await("publish start", 1_000));
		Map<String, FinishedSpan> handled = byTag(spans(responder).await("handle start", 1_000));
		assertThat(handled).hasSize(1_000);
		handled.forEach((tag, span) -> {
			assertThat(span.getParentId()).isEqualTo(published.get(tag).getSpanId());
			assertThat(span.getTraceId()).isEqualTo(published.get(tag).getTraceId());
			assertThat(span.getTags()).containsEntry("channel", "traced");
		});
	}

	@Test
	void aStoredSignalThatIsHandledAfterItsPublishLinksToIt() {
		String[] durable = { "channel=" + UUID.randomUUID(), "responder.name=one" };
		String channel = durable[0].substring("channel=".length());
		String[] properties = { durable[0], durable[1], "channels." + channel + ".delivery=durable" };
		ConfigurableApplicationContext first = start(Handlers.class, properties);
		ConfigurableApplicationContext publisher = publisher(1, "start", properties[0], properties[2]);
		assertThat(exporter(publisher).publish("start").isSuccess()).isTrue();
		FinishedSpan publish = spans(publisher).await("publish start");
		assertThat(List.of(spans(first).await("handle start"), spans(first).await("respond start")))
			.allSatisfy((span) -> {
				assertThat(span.getTraceId()).isEqualTo(publish.getTraceId());
				assertThat(span.getParentId()).isEqualTo(publish.getSpanId());
				assertThat(span.getLinks()).isEmpty();
			});
		first.close();
		assertThat(exporter(publisher).signal("start").timeout(Duration.ofMillis(500)).publish().code())
			.isEqualTo(ResultCode.MISSING_RESPONSE);
		FinishedSpan missing = spans(publisher).await("publish start", 2).get(1);
		assertThat(missing.getTags()).containsEntry("outcome", "missing");
		ConfigurableApplicationContext second = start(Handlers.class, properties);
		FinishedSpan handle = spans(second).await("handle start");
		FinishedSpan respond = spans(second).await("respond start");
		assertThat(handle.getTraceId()).isNotEqualTo(missing.getTraceId());
		assertThat(handle.getLinks()).hasSize(1);
		TraceContext link = handle.getLinks().get(0).getTraceContext();
		assertThat(link.traceId()).isEqualTo(missing.getTraceId());
		assertThat(link.spanId()).isEqualTo(missing.getSpanId());
		assertThat(respond.getTraceId()).isEqualTo(handle.getTraceId());
		assertThat(respond.getParentId()).isEqualTo(handle.getSpanId());
		assertThat(respond.getLinks()).isEmpty();
	}

	@Test
	void legacyPeersReceiveNoTraceContextUnlessAskedFor() {
		ConfigurableApplicationContext responder = start(Handlers.class, "responder.name=one");
		ConfigurableApplicationContext publisher = publisher(1, "start");
		legacySubscriber(publisher);
		exporter(publisher).signal("start").metadata("a", 1).timeout(Duration.ofMillis(500)).publish();
		assertThat(signals("start")).hasSize(1)
			.allSatisfy((signal) -> assertThat(signal).contains("\"metadata\":{\"a\":1}"));
		assertThat(spans(responder).await("handle start").getTraceId())
			.isNotEqualTo(spans(publisher).await("publish start").getTraceId());
	}

	@Test
	void traceContextIsInTheMetadataWhereAskedFor() {
		ConfigurableApplicationContext responder = start(Handlers.class, "responder.name=one",
				"tracing.in-metadata=true");
		ConfigurableApplicationContext publisher = publisher(1, "start", "tracing.in-metadata=true");
		legacySubscriber(publisher);
		exporter(publisher).signal("start").metadata("a", 1).timeout(Duration.ofMillis(500)).publish();
		FinishedSpan publish = spans(publisher).await("publish start");
		assertThat(signals("start")).hasSize(1)
			.allSatisfy((signal) -> assertThat(signal).contains("\"traceparent\":")
				.contains(publish.getTraceId())
				.contains("\"a\":1")
				.doesNotContain("_ss"));
		assertThat(spans(responder).await("handle start").getParentId()).isEqualTo(publish.getSpanId());
		assertThat(responder.getBean(Handlers.class).seen.get(0).metadata()).containsKeys("a", "traceparent");
		exporter(publisher).signal("start").metadata("traceparent", "own").timeout(Duration.ofMillis(500)).publish();
		assertThat(signals("start").get(1)).contains("\"traceparent\":\"own\"");
	}

	@Test
	void handlersReceiveNoTraceContext() {
		ConfigurableApplicationContext responder = start(Handlers.class, "responder.name=one");
		ConfigurableApplicationContext publisher = publisher(1, "start");
		exporter(publisher).signal("start").metadata("a", 1).publish();
		assertThat(responder.getBean(Handlers.class).seen.get(0).metadata()).containsOnlyKeys("a");
		assertThat(signals("start").get(0)).contains("\"trace\":{\"traceparent\":");
	}

	@Test
	void malformedTraceContextsCostNoAnswer() {
		ConfigurableApplicationContext responder = start(Handlers.class, "responder.name=one");
		List<String> contexts = List.of("{\"traceparent\":\"00-\"}", "{\"traceparent\":\"\",\"tracestate\":\",,=,\"}",
				"{\"traceparent\":\"00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01\"}",
				"{\"traceparent\":\"ff-" + "a".repeat(32) + "-" + "b".repeat(16) + "-01\",\"baggage\":\"=;,%ZZ=%\"}",
				"{\"traceparent\":\"00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-zz\"}",
				"{\"traceparent\":\"" + "x".repeat(1_024) + "\",\"baggage\":\"" + "k=v,".repeat(256) + "\"}");
		for (int i = 0; i < contexts.size(); i++) {
			this.client.redis()
				.publish("event-signal-pubsub",
						"{\"publisher_id\":\"p-" + i + "\",\"process_name\":\"p\",\"event\":\"start\","
								+ "\"runner_host\":\"h\",\"sample_no\":1,\"tag\":\"t\",\"metadata\":{\"_ss\":{\"v\":1,"
								+ "\"id\":\"1\",\"trace\":" + contexts.get(i) + "}}}");
		}
		spans(responder).await("handle start", contexts.size());
		spans(responder).await("respond start", contexts.size());
		assertThat(this.messages.stream().filter((message) -> message.channel().equals("event-signal-response")))
			.filteredOn((message) -> message.message().contains("\"ras\":1"))
			.hasSize(contexts.size());
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.client-name=derived", "spring.data.redis.lettuce.read-from=upstream" })
	void anIdleApplicationHasNoSpans(String connection) {
		String channel = UUID.randomUUID().toString();
		ConfigurableApplicationContext responder = start(Handlers.class, "heartbeat-interval=100ms", connection);
		ConfigurableApplicationContext durable = start(Handlers.class, "heartbeat-interval=100ms", "channel=" + channel,
				"channels." + channel + ".delivery=durable", connection);
		ConfigurableApplicationContext publisher = publisher(1, "start", "heartbeat-interval=100ms", connection);
		ConfigurableApplicationContext storing = publisher(1, "start", "heartbeat-interval=100ms", "channel=" + channel,
				"channels." + channel + ".delivery=durable", connection);
		List<ConfigurableApplicationContext> contexts = List.of(responder, durable, publisher, storing);
		Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
			// Connecting has some where the connections are those of the application. A
			// reader connects after the start, and a busy machine loses subscriptions.
			contexts.forEach((context) -> spans(context).all().clear());
			this.messages.clear();
			// Longer than the interval at which durable channels are maintained.
			Awaitility.await().atMost(TIMEOUT).until(() -> haveSentHeartbeats(contexts.size(), 25));
			assertThat(contexts).allSatisfy((context) -> assertThat(spans(context).all()).isEmpty());
		});
		for (ConfigurableApplicationContext context : contexts) {
			// Commands of the application are traced.
			context.getBean(StringRedisTemplate.class).opsForValue().get("key");
			spans(context).await("get");
		}
	}

	private boolean haveSentHeartbeats(int applications, long each) {
		return this.messages.stream()
			.map(Published::channel)
			.filter((channel) -> channel.startsWith("event-signal-heartbeat"))
			.collect(Collectors.groupingBy((channel) -> channel, Collectors.counting()))
			.values()
			.stream()
			.filter((count) -> count >= each)
			.count() >= applications;
	}

	@Test
	void aListenerIsObserved() {
		ConfigurableApplicationContext responder = start(Object.class, "responder.name=one");
		SignalResponder listening = responder.getBean(SignalResponder.class);
		listening.listen((signal) -> {
			if (signal.event().equals("start")) {
				throw new IllegalStateException("no disk");
			}
			listening.respond(signal, signal.event().equals("stop") ? 1 : null, null);
		});
		ConfigurableApplicationContext publisher = publisher(1, "start", "stop", "note");
		exporter(publisher).signal("start").timeout(Duration.ofMillis(300)).publish();
		exporter(publisher).publish("stop");
		exporter(publisher).signal("note").timeout(Duration.ofMillis(300)).publish();
		assertThat(spans(responder).await("handle UNKNOWN", 3)).extracting((span) -> span.getTags().get("outcome"))
			.containsExactlyInAnyOrder("failed", "none", "none");
		FinishedSpan failed = spans(responder).named("handle UNKNOWN").get(0);
		assertThat(failed.getError()).hasMessage("no disk");
		assertThat(failed.getTraceId()).isEqualTo(spans(publisher).await("publish start").getTraceId());
		List<FinishedSpan> responded = spans(responder).await("respond UNKNOWN", 2);
		assertThat(responded).extracting((span) -> span.getTags().get("outcome"))
			.containsExactlyInAnyOrder("acted", "none");
		assertThat(responded).extracting(FinishedSpan::getTraceId)
			.containsExactlyInAnyOrder(spans(publisher).await("publish stop").getTraceId(),
					spans(publisher).await("publish note").getTraceId());
	}

	@Test
	void illegalEventsAreNotObserved() {
		ConfigurableApplicationContext publisher = publisher(0, "start");
		assertThatIllegalArgumentException().isThrownBy(() -> exporter(publisher).publish("other"));
		assertThat(spans(publisher).all()).isEmpty();
	}

	private void legacySubscriber(ConfigurableApplicationContext publisher) {
		String id = exporter(publisher).getPublisherId();
		this.client.redis()
			.publish("event-signal-response", "{\"responder_id\":\"python-1-resp\",\"publisher_id\":\"" + id
					+ "\",\"event\":\"initialization\"}");
		Awaitility.await().atMost(TIMEOUT).until(() -> exporter(publisher).getSubscribers().contains("python-1-resp"));
	}

	private List<String> signals(String event) {
		return this.messages.stream()
			.filter((message) -> message.channel().startsWith("event-signal-pubsub"))
			.map(Published::message)
			.filter((message) -> message.contains("\"event\":\"" + event + "\""))
			.toList();
	}

	private static Map<String, FinishedSpan> byTag(List<FinishedSpan> spans) {
		Map<String, FinishedSpan> byTag = new LinkedHashMap<>();
		spans.forEach((span) -> byTag.put(span.getTags().get("state.signals.tag"), span));
		return byTag;
	}

	private ConfigurableApplicationContext start(Class<?> configuration, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("spring.main.sources=" + this.tracer.getName());
		return this.applications.start(configuration, all.toArray(String[]::new));
	}

	// The arguments with "=" are properties, the others are legal events.
	private ConfigurableApplicationContext publisher(int subscribers, String... eventsAndProperties) {
		List<String> all = List.of(eventsAndProperties);
		ConfigurableApplicationContext context = start(Object.class,
				all.stream().filter((argument) -> argument.contains("=")).toArray(String[]::new));
		assertThat(exporter(context).initializeAndWait(subscribers, TIMEOUT,
				all.stream().filter((argument) -> !argument.contains("=")).toArray(String[]::new)))
			.isTrue();
		return context;
	}

	private static SignalExporter exporter(ConfigurableApplicationContext context) {
		return context.getBean(SignalExporter.class);
	}

	private static Spans spans(ConfigurableApplicationContext context) {
		return context.getBean(Spans.class);
	}

	record Seen(@Nullable String spanId, @Nullable String mdc, Map<String, @Nullable Object> metadata) {
	}

	static class Handlers {

		private final List<Seen> seen = new CopyOnWriteArrayList<>();

		private final CompletableFuture<Void> pending = new CompletableFuture<>();

		private final Tracer tracer;

		Handlers(Tracer tracer) {
			this.tracer = tracer;
		}

		private void see(Signal signal) {
			Span current = this.tracer.currentSpan();
			this.seen.add(new Seen((current != null) ? current.context().spanId() : null, MDC.get("traceId"),
					signal.metadata()));
		}

		@OnSignal(event = "start")
		void start(Signal signal) {
			see(signal);
		}

		@OnSignal(event = "async")
		CompletableFuture<Void> async(Signal signal) {
			see(signal);
			return this.pending;
		}

		@OnSignal(event = "fail")
		void fail() {
			throw new IllegalStateException("no disk");
		}

		@OnSignal(event = "failAsync")
		CompletableFuture<Void> failAsync() {
			return CompletableFuture.failedFuture(new IllegalStateException("no disk"));
		}

	}

	static class Relay {

		private volatile SignalExporter second;

		@OnSignal(event = "relay")
		void relay() {
			assertThat(this.second.publish("start").isSuccess()).isTrue();
		}

	}

	static class AnyEvent {

		@OnSignal(event = "*")
		void any() {
		}

	}

	static class Selective {

		@OnSignal(event = "start", tag = "a")
		void a() {
		}

		@OnSignal(event = "start", tag = "b")
		void b() {
		}

	}

}
