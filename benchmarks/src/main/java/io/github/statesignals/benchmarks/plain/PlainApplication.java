package io.github.statesignals.benchmarks.plain;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * An application that uses Redis.
 */
@SpringBootApplication
public class PlainApplication {

}
