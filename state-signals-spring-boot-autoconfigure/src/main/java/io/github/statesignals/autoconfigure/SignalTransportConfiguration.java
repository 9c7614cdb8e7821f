package io.github.statesignals.autoconfigure;

import io.github.statesignals.core.SignalTransport;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.SignalChannels;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * The transport over Redis, unless the application brings one.
 */
@Configuration(proxyBeanMethods = false)
class SignalTransportConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	SignalTransport signalTransport(RedisConnectionFactory connectionFactory, StateSignalsProperties properties) {
		return new RedisPubSubSignalTransport(connectionFactory, SignalChannels.DEFAULT, properties.connectTimeout(),
				properties.protocol().maxPayload());
	}

}
