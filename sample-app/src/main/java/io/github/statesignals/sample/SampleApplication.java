package io.github.statesignals.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/**
 * A conductor of benchmarks with its three collectors; with profile {@code collector}
 * three more collectors in a separate process.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
class SampleApplication {

	public static void main(String[] args) {
		SpringApplication.run(SampleApplication.class, args);
	}

}
