package io.github.statesignals.sample;

import java.util.List;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Profile;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Starts a Redis where {@code spring.data.redis.*} names none. The connections depend on
 * it, so it is stopped after them.
 */
@Configuration(proxyBeanMethods = false)
@Profile("!collector")
@Conditional(EmbeddedRedisConfiguration.NoRedisNamed.class)
class EmbeddedRedisConfiguration {

	@Bean
	EmbeddedRedis embeddedRedis() {
		return EmbeddedRedis.start(EmbeddedRedis.freePort());
	}

	@Bean
	DataRedisConnectionDetails embeddedRedisConnectionDetails(EmbeddedRedis redis) {
		return new DataRedisConnectionDetails() {

			@Override
			public Standalone getStandalone() {
				return Standalone.of(EmbeddedRedis.HOST, redis.getPort());
			}

		};
	}

	@Bean
	@Lazy
	RedisFreezer redisFreezer(StringRedisTemplate redis, Board board) {
		return new RedisFreezer(redis, board);
	}

	static final class NoRedisNamed implements Condition {

		private static final List<String> NAMES = List.of("host", "port", "url", "sentinel.nodes", "cluster.nodes",
				"masterreplica.nodes");

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Binder binder = Binder.get(context.getEnvironment());
			return NAMES.stream()
				.noneMatch((name) -> binder.bind("spring.data.redis." + name, Bindable.listOf(String.class)).isBound());
		}

	}

}
