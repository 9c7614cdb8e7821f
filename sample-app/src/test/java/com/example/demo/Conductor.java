package com.example.demo;

import java.util.List;

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
		for (String uuid : List.of("5b1f", "")) {
			SignalResult result = this.exporter.signal("benchmark-start").tag("run-7").metadata("uuid", uuid).publish();
			System.out.printf("success %s, acted %s, failed %s, messages %s%n", result.isSuccess(), result.acted(),
					result.failed(), result.messages());
		}
	}

}
