package io.github.statesignals.sample.snippets;

import javax.net.ssl.SSLParameters;

import org.springframework.boot.data.redis.autoconfigure.JedisClientConfigurationBuilderCustomizer;
import org.springframework.context.annotation.Bean;

class SecuritySnippets {

	static class Jedis {

		@Bean
		JedisClientConfigurationBuilderCustomizer hostNames() {
			SSLParameters parameters = new SSLParameters();
			parameters.setEndpointIdentificationAlgorithm("HTTPS");
			return (client) -> client.useSsl().sslParameters(parameters);
		}

	}

}
