package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

import io.github.statesignals.AnotherClient.Published;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signals that are sent together: on named channels, and only while every responder reads
 * frames.
 */
class FramedSignalTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String SIGNALS = "event-signal-pubsub:framed";

	private static final String RESPONSES = "event-signal-response:framed";

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	private final List<Published> published = this.client.record(SIGNALS, RESPONSES, "event-signal-pubsub",
			"event-signal-response");

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void signalsOfANamedChannelAreSentTogetherInTheirOrder() throws Exception {
		Counting counting = responder("channel=framed");
		SignalExporter exporter = exporter("channel=framed");
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "count")).isTrue();
		publish(exporter, 3_000);
		assertThat(counting.samples).isEqualTo(IntStream.range(0, 3_000).boxed().toList());
		exporter.shutdown();
		Awaitility.await().atMost(TIMEOUT).until(() -> signals().get(signals().size() - 1).contains("\"shutdown\""));
		assertThat(signals()).hasSizeLessThan(3_000);
		assertThat(signals()).filteredOn((message) -> message.contains("\n"))
			.isNotEmpty()
			.allSatisfy((message) -> assertThat(message).doesNotContain("\"initialization\"", "\"shutdown\""));
		assertThat(signals().stream().flatMap((message) -> Arrays.stream(message.split("\n")))).hasSize(3_002);
	}

	@Test
	void signalsAreSentOneByOneWhileAResponderDoesNotReadFrames() throws Exception {
		responder("channel=framed");
		SignalExporter exporter = exporter("channel=framed");
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "count")).isTrue();
		String address = "event-signal-reply:{" + SIGNALS + "}:";
		for (String extension : List.of("", ",\"_ss\":{\"v\":1}", ",\"_ss\":{\"v\":1,\"address\":\"" + address + "1\"}",
				",\"_ss\":{\"v\":1,\"address\":\"event-signal-reply:{event-signal-pubsub}:f.1\"}")) {
			String id = "older-" + extension.length() + "-resp";
			answer("{\"responder_id\":\"" + id + "\",\"publisher_id\":\"" + exporter.getPublisherId()
					+ "\",\"event\":\"initialization\"" + extension + "}");
			Awaitility.await().atMost(TIMEOUT).until(() -> exporter.getSubscribers().contains(id));
			this.published.clear();
			List<CompletableFuture<SignalResult>> results = start(exporter, 300);
			Awaitility.await().atMost(TIMEOUT).until(() -> extension.isEmpty() || signals().size() == 300);
			assertThat(signals()).isNotEmpty().noneMatch((message) -> message.contains("\n"));
			results.forEach((result) -> result.cancel(false));
			assertThat(exporter.getSubscribers()).contains(id);
			exporter.shutdown();
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "count")).isTrue();
		}
	}

	@Test
	void signalsOfTheDefaultChannelAreSentOneByOne() throws Exception {
		Counting counting = responder();
		SignalExporter exporter = exporter();
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "count")).isTrue();
		publish(exporter, 1_000);
		assertThat(counting.samples).isEqualTo(IntStream.range(0, 1_000).boxed().toList());
		assertThat(this.published).hasSizeGreaterThanOrEqualTo(1_000)
			.allSatisfy((message) -> assertThat(message.message()).doesNotContain("\n"));
	}

	private void publish(SignalExporter exporter, int count) throws ExecutionException, InterruptedException {
		for (CompletableFuture<SignalResult> result : start(exporter, count)) {
			assertThat(result.get().isSuccess()).isTrue();
		}
	}

	private static List<CompletableFuture<SignalResult>> start(SignalExporter exporter, int count) {
		List<CompletableFuture<SignalResult>> results = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			results.add(exporter.signal("count").sampleNo(i).metadata("run", "7").timeout(TIMEOUT).publishAsync());
		}
		return results;
	}

	private void answer(String response) {
		this.client.redis().publish(RESPONSES, response);
	}

	private List<String> signals() {
		return this.published.stream()
			.filter((message) -> message.channel().equals(SIGNALS))
			.map(Published::message)
			.toList();
	}

	private Counting responder(String... properties) {
		return this.applications.start(Counting.class, properties).getBean(Counting.class);
	}

	private SignalExporter exporter(String... properties) {
		return this.applications.start(Object.class, properties).getBean(SignalExporter.class);
	}

	static class Counting {

		private final List<Integer> samples = new CopyOnWriteArrayList<>();

		@OnSignal(event = "count")
		void count(Signal signal) {
			this.samples.add((int) signal.sampleNo());
		}

	}

}
