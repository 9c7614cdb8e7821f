package com.example.demo;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.stereotype.Component;

@Component
class Collector {

	record Run(String uuid) {
	}

	@OnSignal(event = "benchmark-start")
	void start(Signal signal, Run run) {
		if (run.uuid().isBlank()) {
			throw new IllegalArgumentException(signal.tag() + " has no uuid");
		}
	}

}
