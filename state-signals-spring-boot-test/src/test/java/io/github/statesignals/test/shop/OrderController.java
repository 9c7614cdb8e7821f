package io.github.statesignals.test.shop;

import io.github.statesignals.SignalResult;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class OrderController {

	private final Orders orders;

	OrderController(Orders orders) {
		this.orders = orders;
	}

	@PostMapping("/orders/{order}")
	ResponseEntity<String> place(@PathVariable String order) {
		SignalResult result = this.orders.place(order);
		return ResponseEntity.status(result.isSuccess() ? 200 : 503).body(result.messages().values().toString());
	}

}
