package io.github.statesignals.test.shop;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;

import org.springframework.stereotype.Component;

@Component
public class Catalog {

	@OnSignal
	public Acknowledgement priceChanged(PriceChanged change) {
		return (change.price() > 0) ? Acknowledgement.success("updated " + change.product())
				: Acknowledgement.failure("a price is positive");
	}

	@OnSignal(event = "stock-counted", responder = "warehouse")
	public void stockCounted(String product) {
	}

}
