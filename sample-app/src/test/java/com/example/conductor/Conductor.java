package com.example.conductor;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

@Component
class Conductor implements ApplicationRunner {

	private final SignalExporter exporter;

	Conductor(SignalExporter exporter) {
		this.exporter = exporter;
	}

	@Override
	public void run(ApplicationArguments arguments) {
		start("run-7", 10);
		start("run-8", 1000);
	}

	private void start(String tag, int clients) {
		SignalResult result = this.exporter.signal("benchmark-start")
			.tag(tag)
			.metadata("uuid", "5b1f")
			.metadata("clients", clients)
			.publish();
		System.out.println(tag + ": success " + result.isSuccess() + ", code " + result.code());
		result.responses()
			.forEach((responder, answer) -> System.out
				.println("  " + responder + " answered " + answer.ras() + ": " + answer.message()));
		result.missing().forEach((responder) -> System.out.println("  " + responder + " is missing"));
	}

}
