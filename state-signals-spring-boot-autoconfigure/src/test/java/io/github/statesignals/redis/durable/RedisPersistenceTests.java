package io.github.statesignals.redis.durable;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RedisPersistenceTests {

	@ParameterizedTest
	@CsvSource({ "5.0.6,false", "6.0.16,false", "6.1.240,false", "6.2.0,true", "6.2.6,true", "7.0.15,true",
			"8.2.1,true", "10.0.0,true", "'',true", "unstable,true" })
	void redis62IsTheOldestVersionThatIsSupported(String version, boolean supported) {
		assertThat(RedisPersistence.isSupported(version)).isEqualTo(supported);
	}

}
