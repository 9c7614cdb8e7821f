package io.github.statesignals.autoconfigure;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Delivery;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.durable.RedisStreamSignalTransport;
import io.github.statesignals.redis.durable.store.DurableChannel;
import io.github.statesignals.signing.MessageSigner;
import io.github.statesignals.signing.SigningMode;
import io.github.statesignals.transport.SignalTransport;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(RedisConnectionFactory.class)
@ConditionalOnMissingBean(SignalTransport.class)
class SignalTransportConfiguration {

	// The name of the connection factory to use if there are several.
	static final String CONNECTION_FACTORY = "stateSignalsConnectionFactory";

	static final String LISTENER_CONTAINER = "stateSignalsListenerContainer";

	private static final String APPLICATION_CONTAINER = "redisMessageListenerContainer";

	private static final Duration RETENTION = Duration.ofDays(7);

	private static final String TRANSPORT = "signalTransport";

	// Connecting takes long. It begins before all other beans are created.
	@Bean
	static BeanFactoryInitializer<ListableBeanFactory> signalTransportInitializer() {
		return (beanFactory) -> beanFactory.getBean(TRANSPORT);
	}

	// Not a candidate for injection by type, which finds the container of Boot.
	@Bean(name = LISTENER_CONTAINER, defaultCandidate = false)
	@ConditionalOnMissingBean(name = LISTENER_CONTAINER)
	RedisMessageListenerContainer stateSignalsListenerContainer(ListableBeanFactory beanFactory) {
		return RedisPubSubSignalTransport.createListenerContainer(connectionFactory(beanFactory));
	}

	@Bean(TRANSPORT)
	SignalTransport signalTransport(ListableBeanFactory beanFactory, StateSignalsProperties properties,
			@Qualifier(LISTENER_CONTAINER) RedisMessageListenerContainer container) {
		boolean extensions = properties.getProtocol().getExtensions() != Extensions.OFF;
		RedisPubSubSignalTransport.Settings settings = new RedisPubSubSignalTransport.Settings(
				properties.getConnectTimeout(), properties.getProtocol().getMaxPayload(),
				extensions ? properties.getHeartbeatInterval() : Duration.ZERO, extensions,
				properties.hasSignedChannel() ? signer(beanFactory.getBean(SigningKeys.class), properties) : null);
		checkSeparate(beanFactory);
		RedisConnectionFactory connectionFactory = connectionFactory(beanFactory);
		Map<String, DurableChannel> durable = durable(properties);
		RedisPubSubSignalTransport transport = durable.isEmpty()
				? new RedisPubSubSignalTransport(connectionFactory, container, settings)
				: new RedisStreamSignalTransport(connectionFactory, container, settings, durable);
		transport.prepare();
		return transport;
	}

	private static MessageSigner signer(SigningKeys keys, StateSignalsProperties properties) {
		Map<String, SigningMode> modes = new LinkedHashMap<>();
		for (Map.Entry<String, Channel> channel : properties.getChannels().entrySet()) {
			if (channel.getValue().signing() != null) {
				modes.put(channel.getKey(), channel.getValue().signing());
			}
		}
		MessageSigner signer = new MessageSigner(keys.read(), properties.getSigning().getMode(), modes,
				properties.getSigning().getClockTolerance(), Clock.systemUTC());
		keys.watch(signer::use);
		return signer;
	}

	// Not by a condition: signing can be turned on after beans were processed ahead of
	// time.
	@Bean(destroyMethod = "close")
	@Lazy
	SigningKeys stateSignalsSigningKeys(StateSignalsProperties properties) {
		if (properties.getProtocol().getExtensions() == Extensions.OFF) {
			throw new FailureAnalyzedException("Signatures need the extensions of the protocol, which are off.",
					"Set state-signals.protocol.extensions to negotiated or always, or remove state-signals.signing.mode "
							+ "and state-signals.channels.<name>.signing.");
		}
		return new SigningKeys(properties.getSigning());
	}

	// Listeners of the application would run on the driver's thread.
	private static void checkSeparate(ListableBeanFactory beanFactory) {
		if (Arrays.asList(beanFactory.getAliases(LISTENER_CONTAINER)).contains(APPLICATION_CONTAINER)) {
			throw new IllegalStateException(
					"The bean '%s' is also '%s', but the starter alone starts, stops and uses a container for signals. Define a separate RedisMessageListenerContainer for each."
						.formatted(LISTENER_CONTAINER, APPLICATION_CONTAINER));
		}
	}

	private static Map<String, DurableChannel> durable(StateSignalsProperties properties) {
		Map<String, DurableChannel> durable = new LinkedHashMap<>();
		for (Map.Entry<String, Channel> named : properties.getChannels().entrySet()) {
			Channel channel = named.getValue();
			if (channel.delivery() == Delivery.DURABLE) {
				durable.put(named.getKey(), new DurableChannel(
						Objects.requireNonNullElse(channel.retention(), RETENTION), channel.start()));
			}
		}
		return durable;
	}

	// Spring's container takes a proxy of Lettuce's factory for a driver that blocks, and
	// receives nothing.
	private static RedisConnectionFactory connectionFactory(ListableBeanFactory beanFactory) {
		RedisConnectionFactory bean = connectionFactoryBean(beanFactory);
		return (AopProxyUtils.getSingletonTarget(bean) instanceof RedisConnectionFactory target) ? target : bean;
	}

	private static RedisConnectionFactory connectionFactoryBean(ListableBeanFactory beanFactory) {
		if (beanFactory.containsBean(CONNECTION_FACTORY)) {
			return beanFactory.getBean(CONNECTION_FACTORY, RedisConnectionFactory.class);
		}
		RedisConnectionFactory unique = beanFactory.getBeanProvider(RedisConnectionFactory.class).getIfUnique();
		if (unique == null) {
			throw new FailureAnalyzedException(
					"Signals require a single RedisConnectionFactory, but several were found: "
							+ String.join(", ", beanFactory.getBeanNamesForType(RedisConnectionFactory.class)) + ".",
					"Name the one to use '%s' (a @Bean may have several names), mark one as @Primary, or set 'state-signals.enabled=false'."
						.formatted(CONNECTION_FACTORY));
		}
		return unique;
	}

}
