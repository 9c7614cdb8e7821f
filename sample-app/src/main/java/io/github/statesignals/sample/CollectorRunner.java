package io.github.statesignals.sample;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * Prints the purpose of a process without a conductor.
 */
@Component
@Profile("collector")
class CollectorRunner implements ApplicationRunner {

	@Override
	public void run(ApplicationArguments arguments) {
		System.out.println("Process %d collects for any conductor of a benchmark. Ctrl-C ends it."
			.formatted(ProcessHandle.current().pid()));
	}

}
