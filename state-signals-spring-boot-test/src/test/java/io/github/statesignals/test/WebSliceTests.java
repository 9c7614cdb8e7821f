package io.github.statesignals.test;

import io.github.statesignals.test.shop.Orders;
import io.github.statesignals.test.shop.ShopApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signals in a slice of an application, to which the starter does not belong.
 */
@WebMvcTest
@AutoConfigureSignals
@ContextConfiguration(classes = ShopApplication.class)
@Import(Orders.class)
@Timeout(60)
class WebSliceTests {

	@Autowired
	private MockMvcTester mvc;

	@Test
	void controllerPublishes(SignalScenario scenario, @Autowired ApplicationContext context) {
		assertThat(context.getBeanProvider(RedisConnectionFactory.class)).isEmpty();
		TestResponder billing = scenario.responder("billing").acknowledges("invoice 17");
		assertThat(this.mvc.post().uri("/orders/4711")).hasStatusOk().bodyText().isEqualTo("[invoice 17]");
		assertThat(billing.received()).singleElement()
			.satisfies((signal) -> assertThat(signal.metadata()).containsEntry("order", "4711"));
		billing.refuses("no credit");
		assertThat(this.mvc.post().uri("/orders/4712")).hasStatus(503);
	}

}
