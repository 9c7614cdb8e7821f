package io.github.statesignals;

import com.redis.testcontainers.RedisContainer;
import org.testcontainers.containers.GenericContainer;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Connects an application to {@link TestRedis}: through {@link ServiceConnection} where
 * it is a container, by its class if it is one of Redis, else by name.
 */
@Configuration(proxyBeanMethods = false)
public class TestRedisConfiguration {

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnRedisContainer.class)
	static class RedisContainerConfiguration {

		@Bean
		@ServiceConnection
		RedisContainer redisContainer() {
			return (RedisContainer) TestRedis.container();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Conditional(OnOtherContainer.class)
	static class OtherContainerConfiguration {

		@Bean
		@ServiceConnection(name = "redis")
		GenericContainer<?> valkeyContainer() {
			return TestRedis.container();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AddressConfiguration {

		@Bean
		@ConditionalOnMissingBean(GenericContainer.class)
		DataRedisConnectionDetails redisConnectionDetails() {
			return new DataRedisConnectionDetails() {

				@Override
				public Standalone getStandalone() {
					return Standalone.of(TestRedis.host(), TestRedis.port());
				}

			};
		}

	}

	static final class OnRedisContainer implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return TestRedis.container() instanceof RedisContainer;
		}

	}

	static final class OnOtherContainer implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			return TestRedis.container() != null && !(TestRedis.container() instanceof RedisContainer);
		}

	}

}
