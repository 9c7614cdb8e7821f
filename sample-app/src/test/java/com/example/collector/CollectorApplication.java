package com.example.collector;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The first application of docs/getting-started.md.
 */
@SpringBootApplication
public class CollectorApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(CollectorApplication.class, arguments);
	}

}
