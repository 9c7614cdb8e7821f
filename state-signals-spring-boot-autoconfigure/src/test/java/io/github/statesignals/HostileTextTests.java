package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Ids, events and tags of forged messages in the log.
 */
class HostileTextTests extends AbstractHandlerTests {

	private static final String HOSTILE = "\u001b[2J\r\n01:00 ERROR forged \u202e\u2066\u200b\u009b31m\u0085\u2028\u2029\ufeff\ud800";

	private static final int FORGED = 1_000;

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.statesignals");

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void attach() {
		this.log.start();
		this.logger.setLevel(Level.DEBUG);
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void detach() {
		this.logger.detachAppender(this.log);
		this.logger.setLevel(null);
	}

	@Test
	void signalsOfHostilePublishersAreLoggedPrintable() {
		this.runner.withBean(Failing.class).run((context) -> {
			for (String event : List.of("fail" + HOSTILE, "refuse", "convert")) {
				this.publisher.publish("publisher" + HOSTILE, event, "tag" + HOSTILE, "process" + HOSTILE,
						Map.of("key" + HOSTILE, "x"));
				assertThat(this.publisher.receive().ras()).isZero();
			}
			assertThatLogIsPrintable("failed on 'fail\\u001b[2J\\u000d\\u000a01:00 ERROR forged \\u202e\\u2066\\u200b");
		});
	}

	@Test
	void idsOfHostileRespondersAreLoggedPrintableAndBounded() {
		this.runner
			.withPropertyValues("state-signals.exporter.response-timeout=200ms",
					"state-signals.exporter.evict-after-missed=1")
			.run((context) -> {
				SignalExporter exporter = context.getBean(SignalExporter.class);
				exporter.initialize("work");
				for (int i = 0; i < FORGED; i++) {
					answer(exporter, "initialization", i);
				}
				await().atMost(Duration.ofSeconds(20))
					.untilAsserted(() -> assertThat(exporter.getSubscribers()).hasSizeGreaterThanOrEqualTo(FORGED));
				SignalResult result = exporter.publish("work");
				assertThat(result.missing()).hasSize(FORGED);
				answer(exporter, "work", 0);
				exporter.signal("work").requires("required" + HOSTILE).publish();
				await().atMost(Duration.ofSeconds(20))
					.untilAsserted(() -> assertThat(exporter.getSubscribers()).hasSizeLessThan(2));
				assertThatLogIsPrintable("and 990 more]");
			});
	}

	@Test
	void floodOfFailuresIsNoFloodOfLines() {
		this.runner.withBean(Failing.class).run((context) -> {
			for (int i = 0; i < 300; i++) {
				assertThat(this.publisher.ask("fail").ras()).isZero();
			}
			List<String> lines = lines().stream().filter((line) -> line.startsWith("A handler of ")).toList();
			assertThat(lines).hasSize(100);
			assertThat(lines()).containsOnlyOnce("Further lines like the one before are not logged for up to a minute");
		});
	}

	@Test
	void floodOfPublishesThatRequireAMissingResponderIsNoFloodOfLines() {
		this.runner.run((context) -> {
			SignalExporter exporter = context.getBean(SignalExporter.class);
			exporter.initialize("work");
			for (int i = 0; i < 300; i++) {
				assertThat(exporter.signal("work").requires("missing").publish().isSuccess()).isFalse();
			}
			assertThat(lines()).filteredOn((line) -> line.contains("are required and not subscribed"))
				.isNotEmpty()
				.hasSizeLessThanOrEqualTo(100);
		});
	}

	private void answer(SignalExporter exporter, String event, int index) {
		this.publisher.answer(new Response(index + HOSTILE, exporter.getPublisherId(), event, 1, null));
	}

	private void assertThatLogIsPrintable(String expected) {
		List<String> lines = lines();
		assertThat(lines).anySatisfy((line) -> assertThat(line).contains(expected));
		assertThat(lines).allSatisfy((line) -> {
			assertThat(line).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");
			assertThat(line.length()).isLessThan(4_000);
		});
	}

	private List<String> lines() {
		return List.copyOf(this.log.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	static class Failing {

		@OnSignal(event = "*", condition = "event.startsWith('fail')")
		void fail() {
			throw new IllegalStateException("failed");
		}

		@OnSignal(event = "convert")
		void convert(Map<String, Integer> value) {
		}

	}

}
