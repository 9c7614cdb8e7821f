package io.github.statesignals.sample.snippets;

import io.github.statesignals.SignalExporter;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

class OtherRedisSnippets {

	static class OtherRedisConfiguration {

		// tag::other-redis[]
		@Bean(defaultCandidate = false)
		ConfigurableApplicationContext otherRedis(@Value("${other-redis.url}") String url) {
			return new SpringApplicationBuilder(OtherRedis.class).web(WebApplicationType.NONE)
				.bannerMode(Banner.Mode.OFF)
				.registerShutdownHook(false)
				.run("--spring.data.redis.url=" + url, "--state-signals.exporter.legal-events=start,stop");
		}

		@Bean(defaultCandidate = false)
		SignalExporter otherExporter(@Qualifier("otherRedis") ConfigurableApplicationContext otherRedis) {
			return otherRedis.getBean(SignalExporter.class);
		}
		// end::other-redis[]

	}

	// tag::other-application[]
	@EnableAutoConfiguration
	static class OtherRedis {

	}
	// end::other-application[]

}
