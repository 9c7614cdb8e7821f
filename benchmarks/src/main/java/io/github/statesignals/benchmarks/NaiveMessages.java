package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * The messages between the two sides of the naive arm, and the application of both.
 */
final class NaiveMessages {

	static final String SIGNALS = "naive-signals";

	static final String RESPONSES = "naive-responses";

	static final String INITIALIZATION = "initialization";

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
		.build();

	private NaiveMessages() {
	}

	static String write(Object message) {
		return MAPPER.writeValueAsString(message);
	}

	static <T> T read(Message message, Class<T> type) {
		return MAPPER.readValue(new String(message.getBody(), StandardCharsets.UTF_8), type);
	}

	/**
	 * A signal.
	 */
	record NaiveSignal(String publisherId, String processName, String event, String runnerHost, long sampleNo,
			String tag, Map<String, Object> metadata) {
	}

	/**
	 * A response.
	 */
	record NaiveResponse(String responderId, String publisherId, String event, int ras, String id) {
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		RedisMessageListenerContainer listenerContainer(RedisConnectionFactory connectionFactory) {
			RedisMessageListenerContainer container = new RedisMessageListenerContainer();
			container.setConnectionFactory(connectionFactory);
			return container;
		}

	}

}
