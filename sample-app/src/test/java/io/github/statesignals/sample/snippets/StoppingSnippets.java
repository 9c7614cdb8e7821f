package io.github.statesignals.sample.snippets;

import io.github.statesignals.OnSignal;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

class StoppingSnippets {

	private final ApplicationContext context;

	StoppingSnippets(ApplicationContext context) {
		this.context = context;
	}

	// tag::finish[]
	@OnSignal(event = "success")
	void finish() {
		new Thread(() -> System.exit(SpringApplication.exit(this.context))).start();
	}
	// end::finish[]

}
