package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.List;

import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A responder is notified of exactly the signals that were dropped before it received
 * them.
 */
class DroppedSignalsTests {

	private static final DurableChannel LATEST = new DurableChannel(Duration.ofDays(1), Start.LATEST);

	@RegisterExtension
	final StreamTransports transports = new StreamTransports();

	@Test
	void trimmedCopiesForAnotherResponderAreNotMissed() {
		RecordingExporter exporter = handledByBoth();
		trimAll();
		assertNothingIsMissed(exporter);
	}

	@Test
	void copiesForAnotherResponderDoNotHideTrimmedSignals() {
		RecordingExporter exporter = this.transports.exporter(LATEST);
		this.transports.responder("first", LATEST, (number) -> true).transport.stop();
		this.transports.send(exporter.transport, 1);
		awaitHandled("second", this.transports.responder("second", LATEST, (number) -> true));
		trimAll();
		RecordingResponder back = this.transports.responder("first", LATEST, (number) -> true);
		await().until(() -> back.dropped.equals(List.of("p: 1")));
	}

	@Test
	void copiesForAnotherResponderAreNotMissedByARemovedOne() {
		RecordingExporter exporter = handledByBoth();
		new RedisDurableChannels(exporter.transport).remove(this.transports.channel, "first");
		assertNothingIsMissed(exporter);
	}

	@Test
	void droppedSignalsAreReportedOnceAndForgotten() {
		RecordingExporter exporter = this.transports.exporter();
		this.transports.responder("r").transport.stop();
		this.transports.send(exporter.transport, 0, 3);
		trimAll();
		RecordingResponder back = this.transports.responder("r");
		await().until(() -> this.transports.redis.exists(this.transports.key("dropped:r")) == 0);
		assertThat(back.dropped).containsExactly("p: 3");
	}

	// The second responder has a separate copy, because it was registered later.
	private RecordingExporter handledByBoth() {
		RecordingExporter exporter = this.transports.exporter(LATEST);
		RecordingResponder first = this.transports.responder("first", LATEST, (number) -> true);
		this.transports.send(exporter.transport, 1);
		awaitHandled("first", first);
		first.transport.stop();
		awaitHandled("second", this.transports.responder("second", LATEST, (number) -> true));
		return exporter;
	}

	private void awaitHandled(String name, RecordingResponder responder) {
		await().until(() -> responder.numbers.equals(List.of(1)) && this.transports.pending(name) == 0);
	}

	private void assertNothingIsMissed(RecordingExporter exporter) {
		RecordingResponder back = this.transports.responder("first", LATEST, (number) -> true);
		this.transports.send(exporter.transport, 2);
		await().until(() -> back.numbers.equals(List.of(2)));
		assertThat(back.dropped).isEmpty();
	}

	private void trimAll() {
		this.transports.redis.del(this.transports.key("trimmed"));
		RecordingExporter trimming = this.transports.exporter(new DurableChannel(Duration.ofMillis(1), Start.NEW));
		await().until(() -> this.transports.redis.xlen(this.transports.key("log")) == 0);
		trimming.transport.stop();
	}

}
