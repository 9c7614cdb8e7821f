package com.example.conductor;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The second application of docs/getting-started.md.
 */
@SpringBootApplication
public class ConductorApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(ConductorApplication.class, arguments);
	}

}
