package io.github.statesignals.test;

import io.github.statesignals.test.shop.Catalog;
import io.github.statesignals.test.shop.Orders;
import io.github.statesignals.test.shop.PriceChanged;
import io.github.statesignals.test.shop.ShopApplication;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static io.github.statesignals.test.SignalAssertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Handlers that a test replaces by mocks and spies.
 */
@Timeout(60)
class OverriddenHandlersTests {

	@Nested
	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureSignals
	class Spied {

		@MockitoSpyBean
		private Catalog catalog;

		@Test
		void spyIsCalledOnceForEachSignal(SignalScenario scenario) {
			assertThat(scenario.emit(new PriceChanged("tea", 3))).isActedOnBy("shop").hasMessage("shop", "updated tea");
			verify(this.catalog, times(1)).priceChanged(new PriceChanged("tea", 3));
			willThrow(new IllegalStateException("full")).given(this.catalog).stockCounted("tea");
			assertThat(scenario.signal("stock-counted").metadata("product", "tea").publish()).isRefusedBy("warehouse")
				.isRefusedWith("full");
		}

	}

	@Nested
	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureSignals
	class Mocked {

		@MockitoBean
		private Catalog catalog;

		@MockitoBean
		private Orders orders;

		@Test
		void mockAnswersAsItIsStubbed(SignalScenario scenario) {
			given(this.catalog.priceChanged(any()))
				.willReturn(io.github.statesignals.Acknowledgement.failure("not today"));
			assertThat(scenario.emit(new PriceChanged("tea", 3))).isRefusedWith("not today");
			assertThat(scenario.signal("stock-counted").metadata("product", "tea").publish()).isActedOnBy("warehouse");
			verify(this.catalog).stockCounted("tea");
		}

	}

}
