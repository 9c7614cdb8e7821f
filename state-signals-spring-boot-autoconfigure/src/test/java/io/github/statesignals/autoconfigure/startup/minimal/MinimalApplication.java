package io.github.statesignals.autoconfigure.startup.minimal;

import java.util.concurrent.TimeUnit;

import io.github.statesignals.OnSignal;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Uses Redis, and ends. It also starts without the starter, and has no handler then. It
 * is not found by scanning.
 */
@EnableAutoConfiguration
public class MinimalApplication {

	public static void main(String[] arguments) throws InterruptedException {
		SpringApplication.run(MinimalApplication.class, arguments).getBean(StringRedisTemplate.class).hasKey("minimal");
		// Other threads may still be starting.
		TimeUnit.MILLISECONDS.sleep(500);
		Runtime.getRuntime().halt(0);
	}

	@OnSignal(event = "state")
	void on() {
		// That it can be called is all there is to do.
	}

}
