package io.github.statesignals.sample;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Says what a process without a conductor does.
 */
@Component
@Profile("collector")
class CollectorRunner implements ApplicationRunner {

	@Override
	public void run(ApplicationArguments arguments) {
		System.out.println("Process %d collects for whoever conducts a benchmark. Ctrl-C ends it."
			.formatted(ProcessHandle.current().pid()));
	}

}
