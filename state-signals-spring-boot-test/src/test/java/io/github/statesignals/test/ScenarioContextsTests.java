package io.github.statesignals.test;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.test.shop.Orders;
import io.github.statesignals.test.shop.PriceChanged;
import io.github.statesignals.test.shop.ShopApplication;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.TestPropertySource;

import static io.github.statesignals.test.SignalAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Scenarios of one test class in contexts with different properties.
 */
@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
@AutoConfigureSignals
@Timeout(60)
class ScenarioContextsTests {

	@BeforeAll
	static void begin(SignalScenario scenario) {
		scenario.responder("billing").refuses("no credit");
	}

	@Test
	void testHasTheScenarioOfItsClass(SignalScenario scenario) {
		assertThat(scenario.emit(new PriceChanged("tea", 3))).isActedOnBy("shop").isRefusedBy("billing");
	}

	@Nested
	@TestPropertySource(properties = "state-signals.responder.name=kiosk")
	class OtherContext {

		@Test
		void testHasTheScenarioOfItsContext(SignalScenario scenario) {
			assertThat(scenario.emit(new PriceChanged("tea", 3))).isSuccess().isActedOnBy("kiosk");
		}

	}

	@Nested
	@TestPropertySource(properties = "state-signals.responder.lock-tag=night")
	class LockedOnATag {

		@Test
		void signalsWithTheTagAreHandled(SignalScenario scenario) {
			assertThat(scenario.signal("price-changed").tag("night").payload(new PriceChanged("tea", 3)).publish())
				.isActedOnBy("shop");
		}

	}

	@Nested
	@TestPropertySource(properties = "state-signals.protocol.extensions=off")
	class WithoutExtensions {

		@Test
		void respondersOfAScenarioDoNotOutliveIt(@Autowired ApplicationContext context, @Autowired Orders orders,
				@Autowired SignalExporter exporter) {
			try (SignalScenario scenario = SignalScenario.of(context)) {
				scenario.responder("billing").isSilent();
				scenario.responder("shipping").comesBack().dies();
				scenario.stimulate(() -> orders.place("4711")).andWaitForSignal("order-placed");
			}
			assertThat(exporter.getSubscribers()).hasSize(2);
		}

	}

}
