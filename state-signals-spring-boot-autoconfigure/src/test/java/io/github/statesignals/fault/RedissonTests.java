package io.github.statesignals.fault;

import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.SignalExporter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.config.Config;
import org.redisson.spring.data.connection.RedissonConnectionFactory;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Signals with a driver that Spring Boot does not configure, and that knows a part of the
 * commands: the connection factory of Redisson.
 */
@Tag("faults")
@Timeout(120)
class RedissonTests {

	@RegisterExtension
	private final FaultApplications applications = new FaultApplications();

	@Test
	void signalsInFlightAreHandledInOrder() {
		RedisChecks.handledInOrder(start(this.applications.use(RedisProcess.start()).properties()));
	}

	@Test
	void signalsInFlightAreHandledInOrderOnACluster() {
		RedisChecks.handledInOrder(start(this.applications.use(RedisCluster.start()).properties()));
	}

	@Test
	void signalsInFlightAreHandledInOrderOnADurableChannel() {
		RedisChecks.handledInOrder(start(this.applications.use(RedisProcess.start()).properties(), "channel=c",
				"channels.c.delivery=durable"));
	}

	@Test
	void publishIsAnsweredOnceTheSubscriptionWasLost() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		SignalExporter exporter = RedisChecks.initialized(start(server.properties()));
		assertThat(server.killPubSub()).isPositive();
		RedisChecks.awaitAnswered(exporter);
	}

	@Test
	void publishIsAnsweredOnceRedisIsBack() {
		RedisProcess server = this.applications.use(RedisProcess.start());
		SignalExporter exporter = RedisChecks.initialized(start(server.properties()));
		RedisChecks.awaitAnsweredAfterRestart(exporter, server);
	}

	private ConfigurableApplicationContext start(List<String> server, String... properties) {
		return this.applications.start(OverRedisson.class, server, properties);
	}

	@Configuration(proxyBeanMethods = false)
	static class OverRedisson extends Recorder {

		@Bean
		RedissonConnectionFactory redisConnectionFactory(Environment environment) {
			Config config = new Config();
			String nodes = environment.getProperty("spring.data.redis.cluster.nodes");
			if (nodes != null) {
				config.useClusterServers()
					.addNodeAddress(Stream.of(nodes.split(",")).map("redis://"::concat).toArray(String[]::new));
			}
			else {
				config.useSingleServer()
					.setAddress("redis://" + environment.getRequiredProperty("spring.data.redis.host") + ":"
							+ environment.getRequiredProperty("spring.data.redis.port"));
			}
			return new RedissonConnectionFactory(config);
		}

	}

}
