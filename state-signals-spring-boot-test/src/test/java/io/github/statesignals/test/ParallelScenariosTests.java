package io.github.statesignals.test;

import java.time.Duration;

import io.github.statesignals.test.shop.Orders;
import io.github.statesignals.test.shop.ShopApplication;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.platform.testkit.engine.EngineTestKit;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

/**
 * Tests that JUnit runs in parallel, on one context and on several.
 */
@Timeout(120)
class ParallelScenariosTests {

	@Test
	void doNotDisturbEachOther() {
		EngineTestKit.engine("junit-jupiter")
			.selectors(selectClass(First.class), selectClass(Second.class), selectClass(Other.class))
			.configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
			.configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
			.configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
			.configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "6")
			.execute()
			.testEvents()
			.assertStatistics((events) -> events.started(24).succeeded(24));
	}

	abstract static class Fixture {

		@Autowired
		private Orders orders;

		@RepeatedTest(4)
		void refused(SignalScenario scenario) {
			scenario.responder("billing").refuses("no credit");
			scenario.stimulate(() -> this.orders.place("1"))
				.andWaitForSignal("order-placed")
				.hasMetadata("order", "1")
				.result()
				.isRefusedWith("no credit")
				.isNotActedOn();
		}

		@RepeatedTest(4)
		void missing(SignalScenario scenario) {
			scenario.responder("billing").isSilent();
			PublishedSignalAssert order = scenario.stimulate(() -> this.orders.place("2"))
				.andWaitForSignal("order-placed")
				.hasMetadata("order", "2");
			scenario.advance(Duration.ofSeconds(20));
			order.result().isMissing("billing").isNotActedOn();
		}

	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureSignals
	static class First extends Fixture {

	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureSignals
	static class Second extends Fixture {

	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE, properties = "other=true")
	@AutoConfigureSignals
	static class Other extends Fixture {

	}

}
