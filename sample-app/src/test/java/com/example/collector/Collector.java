package com.example.collector;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.stereotype.Component;

@Component
class Collector {

	record Run(String uuid, int clients) {
	}

	@OnSignal(event = "benchmark-start")
	Acknowledgement start(Signal signal, Run run) {
		if (run.clients() > 100) {
			return Acknowledgement.failure(run.clients() + " clients are too many for " + signal.tag());
		}
		return Acknowledgement.success("collecting for " + run.uuid());
	}

}
