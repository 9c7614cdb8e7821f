package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class StreamReaderTests {

	@RegisterExtension
	final StreamTransports transports = new StreamTransports();

	@Test
	void aSecondHandlerDoesNotBeginWithALaterLease() {
		RecordingExporter exporter = this.transports.exporter();
		RecordingResponder responder = this.transports.responder("r", StreamTransports.SETTINGS, (number) -> false);
		this.transports.send(exporter.transport, 1);
		await().until(() -> responder.receipts.size() == 1);
		assertThat(responder.receipts.get(0).begin()).isTrue();
		this.transports.readByAnother("r");
		await().until(() -> responder.receipts.size() == 2);
		assertThat(responder.receipts.get(0).begin()).isFalse();
		assertThat(responder.receipts.get(1).begin()).isTrue();
		responder.answer(0).join();
		assertThat(this.transports.pending("r")).isOne();
		responder.answer(1).join();
		assertThat(this.transports.pending("r")).isZero();
	}

	@Test
	void anErrorOfTheListenerDoesNotEndTheMaintenance() {
		AtomicInteger calls = new AtomicInteger();
		RedisStreamSignalTransport transport = this.transports.create(StreamTransports.SETTINGS);
		transport.start(new RecordingResponder("r", transport, (number) -> true) {

			@Override
			public Collection<String> responders(String channel) {
				if (calls.incrementAndGet() == 3) {
					throw new InternalError("on purpose");
				}
				return super.responders(channel);
			}

		});
		await().until(() -> calls.get() > 4);
	}

	@Test
	void lostRespondersAreLoggedPrintablyAndInBoundedNumber(CapturedOutput output) {
		RecordingExporter exporter = this.transports.exporter();
		RedisDurableChannels channels = new RedisDurableChannels(exporter.transport);
		String responders = this.transports.key("responders");
		this.transports.redis.hset(responders, "forged\nline\u001b[31m", "0-0");
		for (int i = 0; i < 100; i++) {
			this.transports.redis.hset(responders, "forged" + "x".repeat(1_000) + i, "0-0");
		}
		await().until(() -> channels.responders(this.transports.channel).size() == 101);
		this.transports.redis.del(responders);
		await().until(() -> output.getOut().contains("Redis has lost the responders"));
		String logged = output.getOut()
			.lines()
			.filter((line) -> line.contains("Redis has lost the responders"))
			.findFirst()
			.orElseThrow();
		assertThat(logged).hasSizeLessThan(4_000).contains("and 91 more").contains(this.transports.channel);
		assertThat(output.getOut()).doesNotContain("\u001b[31m");
	}

	@Test
	void aStreamThatIsLostIsOneEventAndOneWarningForAllResponders(CapturedOutput output) {
		List<String> names = IntStream.range(0, 20).mapToObj((i) -> "r" + i).toList();
		RecordingResponder responder = new RecordingResponder("r", this.transports.create(StreamTransports.SETTINGS),
				(number) -> true) {

			@Override
			public Collection<String> responders(String channel) {
				return names;
			}

		};
		responder.transport.start(responder);
		this.transports.redis.del(this.transports.key("log"));
		await().until(() -> this.transports.redis.exists(this.transports.key("log")) == 1
				&& this.transports.redis.xinfoGroups(this.transports.key("log")).size() == names.size());
		await().untilAsserted(() -> assertThat(output.getOut().lines())
			.filteredOn((line) -> line.contains("has lost the consumer group"))
			.isNotEmpty());
		assertThat(output.getOut().lines()).filteredOn((line) -> line.contains("has lost the consumer group"))
			.hasSizeLessThanOrEqualTo(2);
		assertThat(responder.gaps).filteredOn((gap) -> gap).hasSizeBetween(1, 2);
	}

	@Test
	void answersAreStoredAndSentAlthoughAnotherClientHasWrittenTheStream() {
		RecordingExporter exporter = this.transports.exporter();
		RecordingResponder responder = this.transports.responder("r", StreamTransports.SETTINGS, (number) -> false);
		String id = this.transports.send(exporter.transport, 1);
		await().until(() -> responder.receipts.size() == 1);
		this.transports.redis.del(this.transports.key("log"));
		this.transports.redis.lpush(this.transports.key("log"), "written by another client");
		assertThat(responder.answer(0)).succeedsWithin(Duration.ofSeconds(5));
		assertThat(exporter.transport.recall(this.transports.channel, id, List.of("r")).join()).hasSize(1);
		await().until(() -> exporter.responses.size() == 1);
	}

	@Test
	void anAcknowledgementThatIsNotStoredFailsWhenTheTransportStops() {
		RecordingExporter exporter = this.transports.exporter();
		RecordingResponder responder = this.transports.responder("r", StreamTransports.SETTINGS, (number) -> false);
		this.transports.send(exporter.transport, 1, 3);
		await().until(() -> responder.receipts.size() == 2);
		this.transports.refuse("hset");
		try {
			CompletableFuture<?> first = responder.answer(0);
			CompletableFuture<?> second = responder.answer(1);
			responder.transport.stop();
			assertThat(List.of(first, second))
				.allSatisfy((stored) -> assertThat(stored).failsWithin(Duration.ofSeconds(5))
					.withThrowableThat()
					.withCauseInstanceOf(DataAccessException.class));
		}
		finally {
			this.transports.permit("hset");
		}
	}

	@Test
	void refusedAcknowledgementsAreLoggedOnceAndStoredLaterWithoutHandlingTheSignalAgain(CapturedOutput output) {
		RecordingExporter exporter = this.transports.exporter();
		RecordingResponder responder = this.transports.responder("r", StreamTransports.SETTINGS, (number) -> false);
		this.transports.send(exporter.transport, 1);
		await().until(() -> responder.receipts.size() == 1);
		this.transports.refuse("hset");
		CompletableFuture<?> stored;
		try {
			stored = responder.answer(0);
			await().until(() -> output.getOut()
				.contains("Redis refuses the acknowledgements of 'r' on channel '" + this.transports.channel + "'"));
			await().during(Duration.ofSeconds(2)).until(() -> !stored.isDone());
		}
		finally {
			this.transports.permit("hset");
		}
		await().until(stored::isDone);
		assertThat(stored).isNotCompletedExceptionally();
		assertThat(this.transports.pending("r")).isZero();
		assertThat(responder.numbers).containsExactly(1);
		assertThat(output.getOut().lines().filter((line) -> line.contains("Redis refuses the acknowledgements")))
			.hasSize(1);
	}

}
