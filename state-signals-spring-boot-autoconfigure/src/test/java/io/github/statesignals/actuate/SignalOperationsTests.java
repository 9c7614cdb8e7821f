package io.github.statesignals.actuate;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SubscriberLeftEvent;
import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsEndpointAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.responder.HandlerStatus;
import io.github.statesignals.transport.SignalTransport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;
import org.springframework.core.task.TaskRejectedException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Operations on single exporters, responders and channels.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignalOperationsTests {

	private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(SignalsEndpoint.class);

	private static final String HANDLER = Handlers.class.getName() + ".";

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(StateSignalsAutoConfiguration.class, StateSignalsEndpointAutoConfiguration.class))
		.withBean(SignalTransport.class, () -> new InMemoryBroker().transport())
		.withBean(Handlers.class)
		.withPropertyValues("management.endpoints.web.exposure.include=signals",
				"management.endpoint.signals.access=UNRESTRICTED", "state-signals.exporter.legal-events=start,drain",
				"state-signals.exporter.process-name=conductor", "state-signals.responder.name=cpu",
				"state-signals.exporter.await-subscribers=1");

	@BeforeEach
	void logAtInfo() {
		LOGGER.setLevel(Level.INFO);
	}

	@AfterEach
	void logAsBefore() {
		LOGGER.setLevel(null);
	}

	@Test
	void publishReturnsTheRespondersThatActed(CapturedOutput output) {
		run((context) -> {
			WebEndpointResponse<?> response = web(context).publish("start", null, "run-7", "{\"uuid\": \"s3cr3t\"}",
					Duration.ofSeconds(60));
			assertThat(response.getStatus()).isEqualTo(200);
			SignalDetails.Result result = (SignalDetails.Result) response.getBody();
			assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(result.success()).isTrue();
			assertThat(result.answers()).singleElement().satisfies((answer) -> {
				assertThat(answer.responderId()).startsWith("cpu-");
				assertThat(answer.outcome()).isEqualTo("acted");
				assertThat(answer.latency()).isPositive();
			});
			assertThat(context.getBean(Handlers.class).received).singleElement().satisfies((signal) -> {
				assertThat(signal.tag()).isEqualTo("run-7");
				assertThat(signal.metadata()).isEqualTo(Map.of("uuid", "s3cr3t"));
			});
		});
		assertThat(output.getAll().lines().filter((line) -> line.contains("An operator"))).singleElement()
			.satisfies((line) -> assertThat(line).contains("INFO", "publishes 'start' of exporter 'conductor-"));
		assertThat(output).doesNotContain("s3cr3t");
	}

	@Test
	void numbersOfPublishedMetadataLoseNoDigits() {
		run((context) -> {
			web(context).publish("start", null, null, "{\"price\": 10.00, \"share\": 0.12345678901234567890}", null);
			assertThat(context.getBean(Handlers.class).received).singleElement()
				.satisfies((signal) -> assertThat(signal.metadata()).isEqualTo(
						Map.of("price", new BigDecimal("10.00"), "share", new BigDecimal("0.12345678901234567890"))));
		});
	}

	@Test
	void publishEndsWithItsTimeout() {
		this.contextRunner
			.withPropertyValues("state-signals.exporter.expected-responders=gone-1",
					"state-signals.exporter.response-timeout=-1")
			.run((context) -> assertThat(
					web(context).publish("start", null, null, null, Duration.ofMillis(300)).getBody())
				.isInstanceOfSatisfying(SignalDetails.Result.class,
						(result) -> assertThat(result.missing()).containsExactly("gone-1")));
	}

	@Test
	void publishThatIsRejectedIsUnavailable() {
		this.contextRunner
			.withPropertyValues("state-signals.exporter.max-pending=1",
					"state-signals.exporter.expected-responders=gone-1")
			.run((context) -> {
				CompletableFuture<SignalResult> pending = context.getBean(SignalExporter.class)
					.signal("drain")
					.timeout(Duration.ofSeconds(60))
					.publishAsync();
				assertError(web(context).publish("start", null, null, null, null), 503,
						"state-signals.exporter.max-pending");
				pending.cancel(false);
			});
	}

	@Test
	void publishThatIsQueuedLongIsCancelledAndUnavailable() {
		CompletableFuture<SignalResult> queued = new CompletableFuture<>();
		assertThatExceptionOfType(TaskRejectedException.class)
			.isThrownBy(() -> SignalOperations.await("start", queued, Duration.ofMillis(1)))
			.withMessageContaining("'start' has no result after 0 s, and was cancelled. It may have been sent");
		assertThat(queued).isCancelled();
	}

	@Test
	void publishOfWrongArgumentsIsRefusedAndNothingIsPublished() {
		run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			assertError(web.publish("stop", null, null, null, null), 404, "no exporter of the event 'stop'");
			assertError(web.publish("stop", "conductor", null, null, null), 400, "'stop' is not a legal event");
			assertError(web.publish("shutdown", "conductor", null, null, null), 400, "'shutdown' is reserved");
			assertError(web.publish("start", "unknown", null, null, null), 404, "no exporter 'unknown'");
			assertError(web.publish("start", null, null, "{\"_ss\": 1}", null), 400, "_ss");
			assertError(web.publish("start", null, null, "[1]", null), 400, "must be a JSON object");
			assertError(web.publish("start", null, null, "null", null), 400, "must be a JSON object");
			assertError(web.publish("start", null, null, null, Duration.ofSeconds(61)), 400, "60s at most");
			assertError(web.publish("start", null, null, null, Duration.ofSeconds(-1)), 400, "must be positive");
			assertError(web.publish("start", null, null, null, Duration.ZERO), 400, "must be positive");
			assertThat(context.getBean(Handlers.class).received).isEmpty();
		});
	}

	@Test
	void pausedHandlerRefusesSignalsUntilItIsResumed() {
		run((context) -> {
			assertThat(web(context).change("responders", "cpu", "pause", null, "start", null, null, null).getBody())
				.isEqualTo(List.of(new HandlerStatus("start", HANDLER + "start", Map.of(), true)));
			SignalResult refused = publish(context, "start");
			assertThat(refused.code()).isEqualTo(ResultCode.SUB_FAILED);
			assertThat(refused.isSuccess()).isFalse();
			assertThat(refused.messages().values()).singleElement().asString().contains("paused by an operator");
			assertThat(context.getBean(Handlers.class).received).isEmpty();
			assertThat(publish(context, "drain").isSuccess()).isTrue();
			web(context).change("responders", "cpu", "resume", null, "start", null, null, null);
			assertThat(publish(context, "start").isSuccess()).isTrue();
		});
	}

	@Test
	void pausedHandlerRefusesOnlyTheSignalsThatItSelects() {
		run((context) -> {
			web(context).change("responders", "cpu", "pause", null, "drain", HANDLER + "drainEurope", null, null);
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(exporter.signal("drain").metadata("region", "us").publish().isSuccess()).isTrue();
			assertThat(exporter.signal("drain").metadata("region", "eu").publish().code())
				.isEqualTo(ResultCode.SUB_FAILED);
			// The other handler of the event has acted all the same.
			assertThat(context.getBean(Handlers.class).received).hasSize(2);
		});
	}

	@Test
	void pauseOfUnknownHandlersFails() {
		run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			assertError(web.change("responders", "gpu", "pause", null, "start", null, null, null), 404,
					"no responder 'gpu'");
			assertError(web.change("responders", "cpu", "pause", null, "stop", null, null, null), 404,
					"no such handler of 'stop'");
			assertError(web.change("responders", "cpu", "pause", null, "start", "x", null, null), 404,
					"no such handler of 'start'");
			assertError(web.change("responders", "cpu", "pause", null, null, null, null, null), 400,
					"Name the 'event'");
			assertError(web.change("responders", "cpu", "pause", "else", "start", null, null, null), 404,
					"uses a channel 'else'");
			assertError(web.change("responders", "cpu", "stop", null, "start", null, null, null), 404, "no such path");
			assertError(web.change("exporters", "cpu", "pause", null, "start", null, null, null), 404, "no such path");
		});
	}

	@Test
	void nameOfSeveralRespondersNeedsTheChannel() {
		run((context) -> {
			context.getBean(SignalResponderFactory.class).get("cpu", "second").on("start", (signal) -> null);
			SignalsWebEndpointExtension web = web(context);
			assertError(web.find("responders", "cpu", null), 400, "several of the responder 'cpu'");
			assertThat(((SignalDetails.Responder) web.find("responders", "cpu", "second").getBody()).channel())
				.isEqualTo("second");
			assertThat(((SignalDetails.Responder) web.find("responders", "cpu", "default").getBody()).channel())
				.isEmpty();
			SignalDetails.Channel second = (SignalDetails.Channel) web.find("channels", "second", null).getBody();
			assertThat(second.exporters()).isEmpty();
			assertThat(second.responders()).hasSize(1);
			assertThat(((SignalDetails.Channel) web.find("channels", "default", null).getBody()).responders())
				.hasSize(1)
				.doesNotContainAnyElementsOf(second.responders());
		});
	}

	@Test
	void lockedResponderReceivesOnlyThatTagUntilItIsUnlocked() {
		run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			SignalDetails.Responder locked = (SignalDetails.Responder) web
				.change("responders", "cpu", "lock", null, null, null, null, "run-7")
				.getBody();
			assertThat(locked.lockedTag()).isEqualTo("run-7");
			assertThat(locked.lockedPublisher()).isNull();
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(exporter.signal("start").timeout(Duration.ofMillis(1)).publish().missing()).hasSize(1);
			assertThat(exporter.signal("start").tag("run-7").publish().isSuccess()).isTrue();
			web.change("responders", "cpu", "unlock", null, null, null, null, null);
			assertThat(publish(context, "start").isSuccess()).isTrue();
			assertError(web.change("responders", "cpu", "lock", null, null, null, null, null), 400, "to lock on");
			assertError(web.change("responders", "cpu", "lock", null, null, null, "another", ""), 400, "not be blank");
			assertError(web.change("responders", "cpu", "lock", null, null, null, "", "run-7"), 400, "not be blank");
			assertThat(publish(context, "start").isSuccess()).isTrue();
		});
	}

	@Test
	void lockedResponderReceivesOnlyThatPublisherAndThePublisherIsLoggedPrintable(CapturedOutput output) {
		run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			web.change("responders", "cpu", "lock", null, null, null, "another\npublisher", null);
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(exporter.signal("start").timeout(Duration.ofMillis(1)).publish().missing()).hasSize(1);
			web.change("responders", "cpu", "lock", null, null, null, exporter.getPublisherId(), null);
			assertThat(publish(context, "start").isSuccess()).isTrue();
		});
		assertThat(output).contains("on publisher 'another\\u000apublisher', tag 'any'");
	}

	@Test
	void evictedSubscriberIsAwaitedOnlyByPublishesInFlight() {
		this.contextRunner.withPropertyValues("state-signals.exporter.expected-responders=gone-1").run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			CompletableFuture<SignalResult> before = context.getBean(SignalExporter.class)
				.signal("start")
				.timeout(Duration.ofSeconds(3))
				.publishAsync();
			assertThat(web.remove("exporters", "conductor", "gone-1").getStatus()).isEqualTo(204);
			assertThat(publish(context, "start").isSuccess()).isTrue();
			assertThat(before.get().missing()).containsExactly("gone-1");
			await().untilAsserted(() -> assertThat(context.getBean(Handlers.class).left).singleElement()
				.isEqualTo(SubscriberLeftEvent.Reason.EVICTED));
			assertError(web.remove("exporters", "conductor", "gone-1"), 404, "no subscriber");
			assertError(web.remove("responders", "conductor", "gone-1"), 404, "no such path");
		});
	}

	@Test
	void exporterIsDescribedWithSubscribersAndLastResults() {
		this.contextRunner.withPropertyValues("state-signals.exporter.expected-responders=gone-1").run((context) -> {
			context.getBean(SignalExporter.class)
				.signal("start")
				.metadata("fail", true)
				.timeout(Duration.ofMillis(500))
				.publish();
			SignalDetails.Exporter exporter = (SignalDetails.Exporter) web(context).find("exporters", "conductor", null)
				.getBody();
			assertThat(exporter.legalEvents()).containsExactly("start", "drain");
			assertThat(exporter.inFlight()).isZero();
			assertThat(exporter.subscriptions()).extracting((subscription) -> subscription.answers())
				.containsExactlyInAnyOrder("expected", "extended");
			assertThat(exporter.subscriptions()).allSatisfy((subscription) -> assertThat(subscription.since())
				.isBetween(Instant.now().minusSeconds(60), Instant.now()));
			assertThat(exporter.lastResults()).containsOnlyKeys("start").hasEntrySatisfying("start", (result) -> {
				assertThat(result.code()).isEqualTo(ResultCode.MISSING_RESPONSE);
				assertThat(result.success()).isFalse();
				assertThat(result.missing()).containsExactly("gone-1");
				assertThat(result.answers()).singleElement().satisfies((answer) -> {
					assertThat(answer.outcome()).isEqualTo("failed");
					// It may have a part of the metadata.
					assertThat(answer.message()).isNull();
				});
			});
		});
	}

	@Test
	void lastResultsShowFailedPublishes() {
		run((context) -> {
			context.getBean(SignalExporter.class).signal("start").until((awaited) -> {
				throw new IllegalStateException("no rule");
			}).publishAsync();
			await().untilAsserted(() -> assertThat(
					((SignalDetails.Exporter) web(context).find("exporters", "conductor", null).getBody())
						.lastResults())
				.hasEntrySatisfying("start", (result) -> {
					assertThat(result.error()).contains("no rule");
					assertThat(result.success()).isFalse();
				}));
		});
	}

	@Test
	void responderIsDescribedWithHandlersAndLocks() {
		run((context) -> {
			SignalDetails.Responder responder = (SignalDetails.Responder) web(context).find("responders", "cpu", null)
				.getBody();
			assertThat(responder.handlers()).extracting((handler) -> handler.handler())
				.containsExactlyInAnyOrder(HANDLER + "start", HANDLER + "drain", HANDLER + "drainEurope");
			assertThat(responder.handlers()).filteredOn((handler) -> handler.handler().endsWith("drainEurope"))
				.singleElement()
				.satisfies((handler) -> assertThat(handler.selection())
					.isEqualTo(Map.of("condition", "#metadata['region'] == 'eu'")));
			assertThat(responder.unanswered()).isZero();
		});
	}

	@Test
	void channelIsDescribedAndUnknownPathsAreNotFound() {
		run((context) -> {
			SignalsWebEndpointExtension web = web(context);
			SignalDetails.Channel channel = (SignalDetails.Channel) web.find("channels", "default", null).getBody();
			assertThat(channel.name()).isEmpty();
			assertThat(channel.durable()).isFalse();
			assertThat(channel.exporters()).hasSize(1);
			assertThat(channel.responders()).hasSize(1);
			assertError(web.find("channels", "other", null), 404, "'other'");
			assertError(web.find("exporters", "other", null), 404, "'other'");
			assertError(web.find("responders", "other", null), 404, "'other'");
			assertError(web.find("others", "other", null), 404, "no such path");
			assertError(web.list("exporters", "default", "dead-letters", null), 404, "no such path");
			assertError(web.list("channels", "default", "dead-letters", 0), 400, "between 1 and 100");
			assertError(web.list("channels", "default", "dead-letters", 101), 400, "between 1 and 100");
		});
	}

	@Test
	void lastResultIsASuccessIfAnAnswerThatIsNotListedIs() {
		run((context) -> {
			SignalResponderFactory responders = context.getBean(SignalResponderFactory.class);
			CountDownLatch others = new CountDownLatch(101);
			for (int i = 0; i < 100; i++) {
				responders.get("idle-" + i).on("start", (signal) -> null);
			}
			responders.get("late").on("other", (signal) -> {
				assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
				return Acknowledgement.success();
			});
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(exporter.initializeAndWait(102, Duration.ofSeconds(20), "other")).isTrue();
			assertThat(exporter.signal("other").onResponse((id, answer) -> others.countDown()).publish().isSuccess())
				.isTrue();
			SignalDetails.Exporter described = (SignalDetails.Exporter) web(context)
				.find("exporters", "conductor", null)
				.getBody();
			assertThat(described.lastResults()).hasEntrySatisfying("other", (last) -> {
				assertThat(last.answered()).isEqualTo(102);
				assertThat(last.answers()).hasSize(100).allMatch((answer) -> answer.outcome().equals("unhandled"));
				assertThat(last.success()).isTrue();
			});
		});
	}

	@Test
	void listsAreBounded() {
		run((context) -> {
			SignalResponder responder = context.getBean(SignalResponder.class);
			for (int i = 0; i < 150; i++) {
				responder.on("event-" + i, (signal) -> null);
			}
			assertThat(((SignalDetails.Responder) web(context).find("responders", "cpu", null).getBody()).handlers())
				.hasSize(100);
		});
	}

	private void run(Consumer<AssertableApplicationContext> test) {
		this.contextRunner.run(test::accept);
	}

	private static SignalsWebEndpointExtension web(AssertableApplicationContext context) {
		return context.getBean(SignalsWebEndpointExtension.class);
	}

	private static SignalResult publish(AssertableApplicationContext context, String event) {
		return context.getBean(SignalExporter.class).publish(event);
	}

	private static void assertError(WebEndpointResponse<?> response, int status, String error) {
		assertThat(response.getStatus()).isEqualTo(status);
		assertThat(response.getBody()).asInstanceOf(InstanceOfAssertFactories.MAP)
			.hasEntrySatisfying("error", (message) -> assertThat(message).asString().contains(error));
	}

	/**
	 * Handlers of one responder.
	 */
	static class Handlers {

		private final List<Signal> received = new CopyOnWriteArrayList<>();

		private final List<SubscriberLeftEvent.Reason> left = new CopyOnWriteArrayList<>();

		@OnSignal(event = "start")
		void start(Signal signal, @Nullable Boolean fail) {
			if (fail != null) {
				throw new IllegalStateException("it fails");
			}
			this.received.add(signal);
		}

		@OnSignal(event = "drain")
		void drain(Signal signal) {
			this.received.add(signal);
		}

		@OnSignal(event = "drain", condition = "#metadata['region'] == 'eu'")
		void drainEurope(Signal signal) {
			this.received.add(signal);
		}

		@EventListener
		void on(SubscriberLeftEvent event) {
			this.left.add(event.reason());
		}

	}

}
