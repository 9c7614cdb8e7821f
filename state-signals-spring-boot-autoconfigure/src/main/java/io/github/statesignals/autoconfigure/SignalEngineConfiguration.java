package io.github.statesignals.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalGatewayFactory;
import io.github.statesignals.SignalInterceptor;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.handler.DefaultSignalGatewayFactory;
import io.github.statesignals.handler.bridge.ApplicationEventBridge;
import io.github.statesignals.redis.durable.RedisDurableChannels;
import io.github.statesignals.redis.durable.RedisStreamSignalTransport;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.util.StringUtils;

@Configuration(proxyBeanMethods = false)
@ConditionalOnBean(SignalTransport.class)
@Import(SignalGatewayRegistrar.class)
class SignalEngineConfiguration {

	// An Executor bean of this name replaces it. It must not run tasks in the calling
	// thread.
	static final String EXECUTOR = "stateSignalsTaskExecutor";

	private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);

	// Before a bean that is created with them fails without naming the property.
	SignalEngineConfiguration(StateSignalsProperties properties, ConfigurableEnvironment environment) {
		UnknownProperties.check(environment, properties);
		new PropertyChecks(properties, Binder.get(environment)).check();
	}

	// No default candidate: Boot's own executor must not back off because of this one.
	@Bean(name = EXECUTOR, defaultCandidate = false)
	@ConditionalOnMissingBean(name = EXECUTOR)
	@ConditionalOnThreading(Threading.VIRTUAL)
	SimpleAsyncTaskExecutor stateSignalsVirtualThreadTaskExecutor() {
		SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("state-signals-");
		executor.setVirtualThreads(true);
		// As a ThreadPoolTaskExecutor does.
		executor.setCancelRemainingTasksOnClose(true);
		return executor;
	}

	@Bean(name = EXECUTOR, defaultCandidate = false)
	@ConditionalOnMissingBean(name = EXECUTOR)
	@ConditionalOnThreading(Threading.PLATFORM)
	ThreadPoolTaskExecutor stateSignalsPlatformThreadTaskExecutor() {
		ThreadPoolTaskExecutor executor = new HandlerExecutor();
		executor.setThreadNamePrefix("state-signals-");
		// The engine limits the running handlers, and queues signals by publisher.
		executor.setCorePoolSize(0);
		executor.setQueueCapacity(0);
		executor.setDaemon(true);
		return executor;
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	SignalEngine signalEngine(SignalTransport transport, StateSignalsProperties properties,
			@Qualifier(EXECUTOR) Executor executor, ObjectProvider<JsonMapper> mappers,
			ObjectProvider<SignalInterceptor> interceptors, ApplicationEventPublisher events, Environment environment,
			ObjectProvider<Timer> timer, ObjectProvider<SignalObserver> observer) {
		return new SignalEngine(transport, settings(properties, environment), executor,
				mappers.getIfAvailable(() -> JsonMapper.builder().build()), () -> interceptors.orderedStream().toList(),
				events, timer.getIfAvailable(ScheduledTimer::new),
				() -> observer.getIfAvailable(() -> SignalObserver.NONE));
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	SignalExporter signalExporter(SignalEngine engine, StateSignalsProperties properties, Environment environment) {
		String name = firstText(properties.getExporter().getProcessName(),
				environment.getProperty("spring.application.name"));
		return engine.create((name != null) ? name : "application");
	}

	@Bean
	@ConditionalOnMissingBean
	SignalResponder signalResponder(SignalEngine engine) {
		return engine.responder();
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	SignalExporterFactory signalExporterFactory(SignalEngine engine, LifecycleLogger lifecycle) {
		return new ExporterFactory(engine, lifecycle);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	SignalResponderFactory signalResponderFactory(SignalEngine engine, LifecycleLogger lifecycle) {
		return new ResponderFactory(engine, lifecycle);
	}

	// Without legal events several exporters are not ambiguous. The exporter of a parent
	// context is initialized there.
	@Bean
	ExporterInitializer signalExporterInitializer(ObjectProvider<SignalExporter> exporter, SignalEngine engine,
			StateSignalsProperties properties, ListableBeanFactory beanFactory) {
		boolean initialize = properties.getExporter().getLegalEvents() != null
				&& beanFactory.getBeanNamesForType(SignalExporter.class).length > 0;
		return new ExporterInitializer(initialize ? exporter.getObject() : null, engine, properties.getExporter());
	}

	@Bean
	LifecycleLogger signalLifecycleLogger(ApplicationContext context, SignalEngine engine,
			StateSignalsProperties properties) {
		ApplicationContext parent = context.getParent();
		StateSignalsProperties used = properties;
		if (parent != null && context.getBeanNamesForType(SignalEngine.class).length == 0) {
			used = parent.getBeanProvider(StateSignalsProperties.class).getIfAvailable(() -> properties);
			LifecycleLogger.warnOfChannels(context, engine.getSettings().channel(), used.getChannels(), properties);
		}
		return new LifecycleLogger(context, engine, used.getChannels().keySet());
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	DurableChannels durableChannels(SignalTransport transport) {
		return new RedisDurableChannels((transport instanceof RedisStreamSignalTransport durable) ? durable : null);
	}

	@Bean
	@Lazy
	@ConditionalOnMissingBean
	SignalGatewayFactory signalGatewayFactory(ConfigurableListableBeanFactory beanFactory) {
		return new DefaultSignalGatewayFactory(beanFactory);
	}

	@Bean
	static ApplicationEventBridge signalApplicationEventBridge(ObjectProvider<SignalExporter> exporter,
			ObjectProvider<SignalResponder> responder, AbstractApplicationContext context) {
		return new ApplicationEventBridge(exporter, responder, context);
	}

	private static EngineSettings settings(StateSignalsProperties properties, Environment environment) {
		StateSignalsProperties.Exporter exporter = properties.getExporter();
		StateSignalsProperties.Responder responder = properties.getResponder();
		String name = firstText(responder.getName(), environment.getProperty("spring.application.name"));
		return new EngineSettings(Objects.requireNonNullElse(properties.getChannel(), ""),
				properties.getProtocol().getExtensions(),
				new EngineSettings.Exporters(firstText(exporter.getRunnerHost()),
						Objects.requireNonNullElse(exporter.getExpectedResponders(), List.of()),
						exporter.getRepublishInterval(), exporter.getResponseTimeout(), exporter.getEvictAfterMissed(),
						exporter.getProbeAfter(), exporter.getMaxPending()),
				new EngineSettings.Responders((name != null) ? name : EngineSettings.hostName(), responder.isEnabled(),
						responder.getUnhandled(), responder.getExpired(), responder.getLockPublisher(),
						responder.getLockTag(), responder.isReceiveOwn(), responder.getQueueCapacity(),
						responder.getTotalQueueCapacity()),
				drainTimeout(environment));
	}

	// Shorter than the phase, so that a connection is left for announcements.
	private static Duration drainTimeout(Environment environment) {
		Duration phase = Binder.get(environment)
			.bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
			.orElse(DEFAULT_PHASE_TIMEOUT);
		// In this order, which can't overflow.
		return phase.dividedBy(10).multipliedBy(9);
	}

	private static @Nullable String firstText(@Nullable String... candidates) {
		return Stream.of(candidates).filter(StringUtils::hasText).findFirst().orElse(null);
	}

	// Not the engine itself: a test may replace the bean.
	private record ExporterFactory(SignalEngine engine, LifecycleLogger lifecycle) implements SignalExporterFactory {

		@Override
		public SignalExporter create(String processName) {
			return this.engine.create(processName);
		}

		@Override
		public SignalExporter create(String processName, String channel) {
			return create(processName, channel, this.engine.getSettings().exporters().runnerHost());
		}

		@Override
		public SignalExporter create(String processName, String channel, String runnerHost) {
			SignalExporter exporter = this.engine.create(processName, channel, runnerHost);
			this.lifecycle.warnIfMisspelt(channel);
			return exporter;
		}

	}

	private record ResponderFactory(SignalEngine engine, LifecycleLogger lifecycle) implements SignalResponderFactory {

		@Override
		public SignalResponder get(String name) {
			return this.engine.get(name);
		}

		@Override
		public SignalResponder get(String name, String channel) {
			SignalResponder responder = this.engine.get(name, channel);
			this.lifecycle.warnIfMisspelt(channel);
			return responder;
		}

	}

	/**
	 * Does not wait for handlers when it is stopped. The engine has waited before, and a
	 * second wait would double the shutdown time of a blocked handler. Handlers that
	 * still run are interrupted when this executor is destroyed.
	 */
	@SuppressWarnings("serial")
	private static final class HandlerExecutor extends ThreadPoolTaskExecutor {

		@Override
		public void stop(Runnable callback) {
			// The engine has waited.
			callback.run();
		}

	}

}
