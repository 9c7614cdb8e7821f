package io.github.statesignals.sample;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link EmbeddedRedisConfiguration}.
 */
class EmbeddedRedisConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
		.withUserConfiguration(EmbeddedRedisConfiguration.class);

	@Test
	void startsARedisThatWritesNothingAndStopsItAfterUse() {
		int[] port = new int[1];
		this.contextRunner.run((context) -> {
			port[0] = context.getBean(EmbeddedRedis.class).getPort();
			StringRedisTemplate template = context.getBean(StringRedisTemplate.class);
			template.opsForValue().set("key", "value");
			assertThat(template.opsForValue().get("key")).isEqualTo("value");
			assertThat(setting(template, "save")).isEmpty();
			assertThat(setting(template, "appendonly")).isEqualTo("no");
			assertThat(setting(template, "bind")).isEqualTo(EmbeddedRedis.HOST);
		});
		assertThatExceptionOfType(ConnectException.class)
			.isThrownBy(() -> new Socket(InetAddress.getByName(EmbeddedRedis.HOST), port[0]).close());
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.host=redis.example.org", "spring.data.redis.port=6379",
			"spring.data.redis.url=redis://redis.example.org:6379",
			"spring.data.redis.cluster.nodes=redis.example.org:6379",
			"spring.data.redis.cluster.nodes[0]=redis.example.org:6379",
			"spring.data.redis.masterreplica.nodes=redis.example.org:6379" })
	void startsNoneIfOneIsConfigured(String property) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedRedis.class));
	}

	@Test
	void startsNoneForCollectorsAlone() {
		this.contextRunner.withInitializer((context) -> context.getEnvironment().addActiveProfile("collector"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(EmbeddedRedis.class));
	}

	private static String setting(StringRedisTemplate template, String name) {
		return template.execute((connection) -> connection.serverCommands().getConfig(name), true).getProperty(name);
	}

}
