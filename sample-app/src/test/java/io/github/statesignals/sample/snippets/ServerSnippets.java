package io.github.statesignals.sample.snippets;

import org.testcontainers.containers.GenericContainer;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;

class ServerSnippets {

	// tag::valkey[]
	@TestConfiguration(proxyBeanMethods = false)
	class ValkeyConfiguration {

		@Bean
		@ServiceConnection(name = "redis")
		GenericContainer<?> valkey() {
			return new GenericContainer<>("valkey/valkey:8.0").withExposedPorts(6379);
		}

	}
	// end::valkey[]

}
