package io.github.statesignals.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Executor;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.OnSignalMethodProcessor;
import io.github.statesignals.core.SignalEngine;
import io.github.statesignals.core.SignalTransport;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.SignalChannels;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration of state signals over Redis.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = { DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class })
@ConditionalOnBooleanProperty(name = "state-signals.enabled", matchIfMissing = true)
@EnableConfigurationProperties(StateSignalsProperties.class)
public final class StateSignalsAutoConfiguration {

	/**
	 * The name of the bean that runs handlers: a user's own
	 * {@link java.util.concurrent.Executor} of this name takes its place. It must not run
	 * tasks in the calling thread.
	 */
	static final String EXECUTOR = "stateSignalsTaskExecutor";

	private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);

	StateSignalsAutoConfiguration(StateSignalsProperties properties) {
		PropertyChecks.check(properties);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnSingleCandidate(RedisConnectionFactory.class)
	SignalTransport signalTransport(RedisConnectionFactory connectionFactory, StateSignalsProperties properties) {
		return new RedisPubSubSignalTransport(connectionFactory, SignalChannels.DEFAULT, properties.connectTimeout(),
				properties.protocol().maxPayload());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBean(SignalTransport.class)
	static class EngineConfiguration {

		@Bean(destroyMethod = "close")
		@ConditionalOnMissingBean
		SignalEngine signalEngine(SignalTransport transport, StateSignalsProperties properties,
				@Qualifier(EXECUTOR) Executor executor, ObjectProvider<JsonMapper> mapper, Environment environment) {
			return new SignalEngine(transport, settings(properties, environment), executor,
					mapper.getIfAvailable(() -> JsonMapper.builder().build()));
		}

		@Bean
		@ConditionalOnMissingBean
		SignalExporter signalExporter(SignalEngine engine, StateSignalsProperties properties, Environment environment) {
			return engine.create(firstText(properties.exporter().processName(),
					environment.getProperty("spring.application.name"), "application"));
		}

		@Bean
		@ConditionalOnMissingBean
		SignalResponder signalResponder(SignalEngine engine) {
			return engine.responder("");
		}

		@Bean
		ExporterInitializer signalExporterInitializer(SignalExporter exporter, SignalEngine engine,
				StateSignalsProperties properties) {
			return new ExporterInitializer(exporter, engine, properties.exporter());
		}

		@Bean
		static OnSignalMethodProcessor onSignalMethodProcessor(ConfigurableListableBeanFactory beanFactory,
				ObjectProvider<SignalEngine> engine, ObjectProvider<SignalResponder> responders) {
			return new OnSignalMethodProcessor(beanFactory, engine, responders);
		}

		// What starts by itself, or looks for handlers, is of no use when it is lazy.
		@Bean
		static LazyInitializationExcludeFilter stateSignalsLazyInitializationExcludeFilter() {
			return LazyInitializationExcludeFilter.forBeanTypes(SignalEngine.class, OnSignalMethodProcessor.class,
					ExporterInitializer.class);
		}

		private static EngineSettings settings(StateSignalsProperties properties, Environment environment) {
			StateSignalsProperties.Exporter exporter = properties.exporter();
			StateSignalsProperties.Responder responder = properties.responder();
			String host = hostName();
			return new EngineSettings(firstText(exporter.runnerHost(), host), exporter.expectedResponders(),
					exporter.republishInterval(), exporter.responseTimeout(),
					firstText(responder.name(), environment.getProperty("spring.application.name"), host),
					responder.enabled(), responder.unhandled(), responder.lockPublisher(), responder.lockTag(),
					responder.receiveOwn(), responder.queueCapacity(), drainTimeout(environment));
		}

		// Done before the phase is over, so that there is a connection left to say so.
		private static Duration drainTimeout(Environment environment) {
			Duration phase = environment.getProperty("spring.lifecycle.timeout-per-shutdown-phase", Duration.class,
					DEFAULT_PHASE_TIMEOUT);
			return phase.multipliedBy(9).dividedBy(10);
		}

		private static String hostName() {
			try {
				return firstText(InetAddress.getLocalHost().getHostName(), "localhost");
			}
			catch (UnknownHostException ex) {
				return "localhost";
			}
		}

		private static String firstText(String... candidates) {
			for (String candidate : candidates) {
				if (StringUtils.hasText(candidate)) {
					return candidate;
				}
			}
			throw new IllegalStateException("No candidate has text");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ExecutorConfiguration {

		// No default candidate: Boot's own executor must not back off because of this
		// one.
		@Bean(name = EXECUTOR, defaultCandidate = false)
		@ConditionalOnMissingBean(name = EXECUTOR)
		@ConditionalOnThreading(Threading.VIRTUAL)
		SimpleAsyncTaskExecutor stateSignalsVirtualThreadTaskExecutor() {
			SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("state-signals-");
			executor.setVirtualThreads(true);
			return executor;
		}

		@Bean(name = EXECUTOR, defaultCandidate = false)
		@ConditionalOnMissingBean(name = EXECUTOR)
		@ConditionalOnThreading(Threading.PLATFORM)
		ThreadPoolTaskExecutor stateSignalsPlatformThreadTaskExecutor() {
			ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
			executor.setThreadNamePrefix("state-signals-");
			// The engine bounds what runs at once, and queues the rest by publisher.
			executor.setCorePoolSize(0);
			executor.setQueueCapacity(0);
			executor.setDaemon(true);
			return executor;
		}

	}

}
