package com.example.operating;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * The application of the examples in docs/operating.md.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class OperatedApplication {

	@OnSignal(event = "benchmark-start")
	void start(Signal signal) {
	}

	@OnSignal(event = "rollout", responder = "node", channel = "rollout")
	void rollout(Signal signal) {
	}

}
