package com.example.consumer;

import java.net.ServerSocket;
import java.util.Map;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import redis.embedded.RedisServer;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Publishes a signal to its own handler, on an embedded Redis.
 */
@SpringBootApplication
public class Consumer {

	private volatile Signal handled;

	@OnSignal(event = "benchmark-start")
	void start(Signal signal) {
		this.handled = signal;
	}

	/**
	 * Runs one exchange.
	 * @return the metadata that the handler got
	 * @throws Exception if the exchange is no success
	 */
	static Map<String, Object> exchange() throws Exception {
		int port;
		try (ServerSocket socket = new ServerSocket(0)) {
			port = socket.getLocalPort();
		}
		RedisServer redis = new RedisServer(port);
		redis.start();
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Consumer.class)
			.run("--spring.application.name=consumer", "--spring.data.redis.port=" + port,
					"--state-signals.exporter.legal-events=benchmark-start")) {
			SignalResult result = context.getBean(SignalExporter.class)
				.signal("benchmark-start")
				.metadata("uuid", "run-7")
				.publish();
			if (!result.isSuccess() || result.responses().size() != 1) {
				throw new IllegalStateException("No success: " + result);
			}
			return context.getBean(Consumer.class).handled.metadata();
		}
		finally {
			redis.stop();
		}
	}

	public static void main(String[] args) throws Exception {
		System.out.println("consumer: handled " + exchange() + " on Java " + System.getProperty("java.version"));
	}

}
