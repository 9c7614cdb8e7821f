package com.example.demo;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The application that README.md begins with, in the package that a new project has.
 */
@SpringBootApplication
class DemoApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(DemoApplication.class, arguments);
	}

}
