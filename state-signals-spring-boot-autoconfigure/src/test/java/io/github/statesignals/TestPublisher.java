package io.github.statesignals;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.core.SilentListener;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publishes signals without an exporter, and receives the responses.
 */
final class TestPublisher extends SilentListener {

	private final SignalTransport transport;

	private final BlockingQueue<Response> responses = new LinkedBlockingQueue<>();

	TestPublisher(SignalTransport transport) {
		this.transport = transport;
	}

	void start() {
		this.transport.open("");
		this.transport.start(this);
	}

	void stop() {
		this.transport.stop();
	}

	Response ask(String event) {
		return ask(event, Map.of());
	}

	Response ask(String event, Map<String, Object> metadata) {
		publish("publisher", event, "run-7", "conductor", metadata);
		return receive();
	}

	Response ask(String event, String tag, String processName) {
		publish("publisher", event, tag, processName, Map.of());
		return receive();
	}

	void publish(String event) {
		publishAs("publisher", event);
	}

	void publishAs(String publisherId, String event) {
		publish(publisherId, event, "run-7", "conductor", Map.of());
	}

	void publish(String publisherId, String event, String tag, String processName, Map<String, Object> metadata) {
		this.transport.send("", new Signal(publisherId, processName, event, "elsewhere", Signal.NO_SAMPLE, tag,
				new HashMap<>(metadata)), null);
	}

	void answer(Response response) {
		this.transport.send("", response, null, null);
	}

	Response receive() {
		try {
			Response response = this.responses.poll(10, TimeUnit.SECONDS);
			assertThat(response).as("no response was received").isNotNull();
			return response;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void onResponse(String channel, Response response, @Nullable ResponseExtension extension) {
		// Not the announcements to all publishers.
		if (!response.publisherId().equals("*")) {
			this.responses.add(response);
		}
	}

}
