package io.github.statesignals.benchmarks;

import java.io.Serializable;
import java.util.Map;

import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/**
 * The messages between the two sides of the Redisson arm, in Redisson's own encoding.
 */
final class RedissonMessages {

	static final String SIGNALS = "redisson-signals";

	static final String RESPONSES = "redisson-responses";

	static final String INITIALIZATION = "initialization";

	private RedissonMessages() {
	}

	static RedissonClient connect(Arguments arguments) {
		Config config = new Config();
		config.useSingleServer().setAddress("redis://" + arguments.get("host") + ":" + arguments.get("port"));
		return Redisson.create(config);
	}

	/**
	 * A signal.
	 */
	record RedissonSignal(String publisherId, String processName, String event, String runnerHost, long sampleNo,
			String tag, Map<String, Object> metadata, String id) implements Serializable {
	}

	/**
	 * A response.
	 */
	record RedissonResponse(String responderId, String publisherId, String event, int ras,
			String id) implements Serializable {
	}

}
