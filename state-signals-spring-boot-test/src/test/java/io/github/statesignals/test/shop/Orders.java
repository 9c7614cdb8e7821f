package io.github.statesignals.test.shop;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;

import org.springframework.stereotype.Service;

@Service
public class Orders {

	private final SignalExporter exporter;

	Orders(SignalExporter exporter) {
		this.exporter = exporter;
	}

	public SignalResult place(String order) {
		return this.exporter.signal("order-placed").tag("shop").metadata("order", order).publish();
	}

	public SignalResult cancel(String order) {
		return this.exporter.emit(new OrderCancelled(order));
	}

}
