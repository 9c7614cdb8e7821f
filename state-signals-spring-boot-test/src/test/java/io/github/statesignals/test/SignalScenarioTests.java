package io.github.statesignals.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.test.shop.Orders;
import io.github.statesignals.test.shop.PriceChanged;
import io.github.statesignals.test.shop.ShopApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContext;

import static io.github.statesignals.test.SignalAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Scenarios with handlers, exporters and responders that a test plays.
 */
@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
@AutoConfigureSignals
@Timeout(60)
class SignalScenarioTests {

	private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(20);

	@Autowired
	private Orders orders;

	@Autowired
	private SignalExporter exporter;

	@Autowired
	private ApplicationContext context;

	@Test
	void handlerAnswersSignalsOfTheTest(SignalScenario scenario) {
		assertThat(scenario.emit(new PriceChanged("tea", 3))).isSuccess()
			.isActedOnBy("shop")
			.hasMessage("shop", "updated tea");
		assertThat(scenario.emit(new PriceChanged("tea", 0))).isNotSuccess()
			.isRefusedBy("shop")
			.isRefusedWith("a price is positive");
		assertThat(scenario.signal("stock-counted").metadata("product", "tea").publish()).isActedOnBy("warehouse")
			.isUnhandledBy("shop");
		assertThat(scenario.signal("unknown-event").publish()).isNotActedOn().isUnhandledBy("shop", "warehouse");
		assertThatIllegalArgumentException().isThrownBy(() -> scenario.signal("shutdown"));
		assertThat(scenario.signal("stock-counted").publish()).isActedOnBy("warehouse");
	}

	@Test
	void handlerThatRunsAnswersBeforeTheTimeIsMoved(SignalScenario scenario) {
		List<CompletableFuture<SignalResult>> results = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			results.add(scenario.signal("stock-counted").metadata("product", "tea").publishAsync());
		}
		scenario.advance(RESPONSE_TIMEOUT);
		assertThat(results).allSatisfy((result) -> assertThat(result.join()).isActedOnBy("warehouse"));
	}

	@Test
	void respondersAnswerSignalsOfTheApplication(SignalScenario scenario) {
		TestResponder billing = scenario.responder("billing").acknowledges("invoice 17");
		TestResponder shipping = scenario.responder("shipping").refuses("no carrier");
		scenario.stimulate(() -> this.orders.place("4711"))
			.andWaitForSignal("order-placed")
			.hasTag("shop")
			.hasMetadata("order", "4711")
			.result()
			.isNotSuccess()
			.isActedOnBy("billing")
			.hasMessage("billing", "invoice 17")
			.isRefusedBy("shipping")
			.isRefusedWith("no carrier");
		assertThat(billing.received()).extracting(Signal::event).containsExactly("order-placed");
		assertThat(shipping.received()).isEqualTo(billing.received());
		assertThat(this.orders.place("4712")).isActedOnBy(billing.getId());
		shipping.acknowledges();
		assertThat(this.orders.place("4713")).isSuccess().isActedOnBy("billing", "shipping");
	}

	@Test
	void eachSignalIsReturnedOnce(SignalScenario scenario) {
		scenario.responder("billing");
		Stimulation stimulation = scenario.stimulate(() -> {
			this.orders.place("1");
			this.orders.cancel("2");
			this.orders.place("3");
		});
		stimulation.andWaitForSignal("order-placed").hasMetadata("order", "1");
		stimulation.andWaitForSignal("order-placed").hasMetadata("order", "3");
		stimulation.andWaitForSignal("order-cancelled").hasMetadata("order", "2");
		stimulation.andWaitForEnd();
		assertThat(scenario.published("order-placed")).hasSize(2);
		assertThat(scenario.published("order-lost")).isEmpty();
	}

	@Test
	void numbersOfMetadataAreComparedAsInJson(SignalScenario scenario) {
		scenario
			.stimulate(() -> this.exporter.signal("order-placed")
				.metadata("count", 3L)
				.metadata("lines", List.of(Map.of("count", 2L)))
				.publish())
			.andWaitForSignal("order-placed")
			.hasMetadata("count", 3)
			.hasMetadata("lines", List.of(Map.of("count", 2)))
			.satisfies((order) -> assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(order).hasMetadata("count", "3"))
				.withMessageContaining("to have the metadata 'count': 3"));
	}

	@Test
	void waitsForNoSignalThatWasPublishedBeforeTheStimulus(SignalScenario scenario) {
		this.orders.place("1");
		scenario.stimulate(() -> this.orders.place("2")).andWaitForSignal("order-placed").hasMetadata("order", "2");
	}

	@Test
	void silentResponderIsMissingWhenTheTimeoutHasPassed(SignalScenario scenario) {
		scenario.responder("billing");
		TestResponder shipping = scenario.responder("shipping").isSilent();
		PublishedSignalAssert order = scenario.stimulate(() -> this.orders.place("4711"))
			.andWaitForSignal("order-placed");
		long start = System.nanoTime();
		scenario.advance(RESPONSE_TIMEOUT);
		order.result().isNotSuccess().isActedOnBy("billing").isMissing("shipping").satisfies((result) -> {
			assertThat(result.gone()).isEmpty();
			assertThat(result.elapsed()).isGreaterThanOrEqualTo(RESPONSE_TIMEOUT);
		});
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(RESPONSE_TIMEOUT);
		assertThat(shipping.received()).hasSize(1);
		shipping.acknowledges();
		assertThat(this.orders.place("4712")).isSuccess().isActedOnBy("billing", "shipping");
	}

	@Test
	void slowResponderAnswersInTime(SignalScenario scenario) {
		TestResponder billing = scenario.responder("billing").isSlow(Duration.ofSeconds(19)).acknowledges("late");
		PublishedSignalAssert order = scenario.stimulate(() -> this.orders.place("4711"))
			.andWaitForSignal("order-placed");
		scenario.advance(RESPONSE_TIMEOUT);
		order.result().isSuccess().hasMessage("billing", "late");
		billing.isSlow(Duration.ofSeconds(21));
		order = scenario.stimulate(() -> this.orders.place("4712")).andWaitForSignal("order-placed");
		scenario.advance(RESPONSE_TIMEOUT);
		order.result().isMissing("billing");
	}

	@Test
	void responderThatDiesIsGoneAndComesBackAsAnother(SignalScenario scenario) {
		TestResponder billing = scenario.responder("billing").dies();
		String died = billing.getId();
		PublishedSignalAssert order = scenario.stimulate(() -> this.orders.place("4711"))
			.andWaitForSignal("order-placed");
		scenario.advance(RESPONSE_TIMEOUT);
		order.result().isMissing("billing").satisfies((result) -> {
			assertThat(result.gone()).containsExactly(died);
			assertThat(result.elapsed()).isLessThan(RESPONSE_TIMEOUT);
		});
		assertThat(this.exporter.getSubscribers()).doesNotContain(died);
		billing.comesBack();
		assertThat(billing.getId()).isNotEqualTo(died);
		assertThat(this.orders.place("4712")).isSuccess().isActedOnBy("billing");
		assertThat(billing.received()).extracting((signal) -> signal.metadata().get("order")).containsExactly("4712");
	}

	@Test
	void responderThatLeavesIsNotAwaited(SignalScenario scenario) {
		TestResponder billing = scenario.responder("billing").isSilent();
		PublishedSignalAssert order = scenario.stimulate(() -> this.orders.place("4711"))
			.andWaitForSignal("order-placed");
		billing.leaves();
		order.result().satisfies((result) -> assertThat(result.left()).containsExactly(billing.getId()));
		assertThat(this.exporter.getSubscribers()).doesNotContain(billing.getId());
		billing.comesBack().acknowledges();
		assertThat(this.orders.place("4712")).isSuccess().isActedOnBy("billing");
	}

	@Test
	void nothingOfAScenarioOutlivesIt() {
		try (SignalScenario scenario = SignalScenario.of(this.context)) {
			scenario.emit(new PriceChanged("tea", 3));
			scenario.responder("billing").dies();
			scenario.responder("shipping").isSilent();
			scenario.stimulate(() -> this.orders.place("4711")).andWaitForSignal("order-placed");
		}
		assertThat(this.exporter.getSubscribers()).hasSize(2);
		assertThat(this.orders.place("4712")).isUnhandledBy("shop", "warehouse")
			.satisfies((result) -> assertThat(result.awaited()).isEqualTo(2));
	}

	@Test
	void failuresNameTheOutcome(SignalScenario scenario) {
		scenario.responder("billing").refuses("no credit");
		SignalResult result = this.orders.place("4711");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(result).as("order").isActedOnBy("billing"))
			.withMessageContainingAll("[order]", "to be acted on by [billing]", "SUB_FAILED", "refused: [billing-",
					"no credit");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(result).isActedOnBy());
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(result).isMissing("bill"));
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(result).isSuccess());
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(result).isRefusedWith("other"));
		PublishedSignal published = scenario.published("order-placed").get(0);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(published).hasTag("run"))
			.withMessageContaining("the tag 'run'");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(published).hasMetadata("order", "1"))
			.withMessageContainingAll("'order': 1", "4711");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> scenario.stimulate(() -> this.exporter.publish("illegal")).andWaitForSignal("illegal"))
			.withMessageContaining("The stimulus failed")
			.withCauseInstanceOf(IllegalArgumentException.class);
		assertThatIllegalArgumentException().isThrownBy(() -> scenario.advance(Duration.ofSeconds(-1)))
			.withMessageContaining("can't be moved back");
	}

}
