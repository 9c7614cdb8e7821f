package io.github.statesignals.sample.snippets;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import tools.jackson.databind.json.JsonMapper;

/**
 * The calls in the tables of docs/python.md.
 */
class PythonSnippets {

	private final SignalExporterFactory exporters;

	private final JsonMapper jsonMapper;

	PythonSnippets(SignalExporterFactory exporters, JsonMapper jsonMapper) {
		this.exporters = exporters;
		this.jsonMapper = jsonMapper;
	}

	boolean initialize() {
		SignalExporter exporter = this.exporters.create("conductor");
		exporter.initialize("a", "b");
		exporter.initialization("a", "b").tag("t").expectedResponders("r-1-resp").initialize();
		boolean expected = exporter.getSubscribers().contains("r-1-resp");
		boolean all = exporter.initializeAndWait(3, Duration.ofSeconds(60), "a");
		boolean once = exporter.initialization("a", "b")
			.republishInterval(Duration.ZERO)
			.initializeAndWait(3, Duration.ofSeconds(60));
		Set<String> legalEvents = exporter.getLegalEvents();
		exporter.shutdown();
		return expected && all && once && legalEvents.equals(Set.of("a", "b"));
	}

	List<SignalResult> publish(int subscribers) {
		SignalExporter exporter = this.exporters.create("conductor", "", "bench-1");
		exporter.initializeAndWait(subscribers, Duration.ofSeconds(60), "a");
		List<SignalResult> results = List.of(
				exporter.signal("a")
					.sampleNo(1)
					.tag("t")
					.metadata(Map.of("uuid", "5b1f"))
					.timeout(Duration.ofSeconds(20))
					.publish(),
				exporter.signal("a").timeout(Duration.ofSeconds(-1)).publish(),
				exporter.signal("a").timeout(Duration.ofMillis(100)).publish(),
				exporter.signal("a").timeout(Duration.ZERO).publish());
		exporter.shutdown("t");
		return results;
	}

	SignalResponder.Registration respond(SignalResponder responder) {
		return responder.on("a", (signal) -> Acknowledgement.failure("no disk"));
	}

	SignalResponder.Registration respondByHand(SignalResponder responder) {
		responder.lockPublisher("conductor-1");
		responder.lockTag("t");
		responder.unlock();
		return responder.listen((signal) -> {
			responder.respond(signal, 0, "no disk");
			responder.respond(signal.publisherId(), signal.event(), 1, "done");
		});
	}

	List<String> messages() {
		Signal signal = new Signal("p-1", "p", "start", "host").withSampleNo(1)
			.withTag("t")
			.withMetadata(Map.of("uuid", "5b1f"));
		Response response = new Response("r-1-resp", "p-1", "start", 1, "done");
		String text = this.jsonMapper.writeValueAsString(signal);
		Signal read = this.jsonMapper.readValue(text, Signal.class);
		return List.of(this.jsonMapper.writeValueAsString(read), this.jsonMapper.writeValueAsString(response));
	}

}
