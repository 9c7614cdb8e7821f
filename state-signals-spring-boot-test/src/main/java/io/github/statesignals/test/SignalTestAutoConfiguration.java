package io.github.statesignals.test;

import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsProperties;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Delivery;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.transport.SignalTransport;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Auto-configuration of signals in memory, for applications with the property
 * {@code state-signals-test.broker}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = StateSignalsAutoConfiguration.class)
@ConditionalOnProperty(SignalTestAutoConfiguration.BROKER)
@EnableConfigurationProperties(StateSignalsProperties.class)
public final class SignalTestAutoConfiguration {

	static final String BROKER = "state-signals-test.broker";

	private static final String EXECUTOR = "stateSignalsTaskExecutor";

	@Bean
	InMemoryBroker inMemorySignalBroker(Environment environment) {
		return InMemoryBroker.named(environment.getRequiredProperty(BROKER));
	}

	// Also replaces a transport of the application.
	@Bean
	@Primary
	SignalTransport inMemorySignalTransport(InMemoryBroker broker, StateSignalsProperties properties) {
		properties.getChannels().forEach((name, channel) -> {
			if (channel.delivery() == Delivery.DURABLE) {
				throw new InvalidConfigurationPropertyValueException(
						"state-signals.channels.%s.delivery".formatted(LogText.propertyKey(name)), channel.delivery(),
						"Durable channels require Redis: the transport of @AutoConfigureSignals stores no signals. "
								+ "Set the property to broadcast in this test, or test with Redis and without @AutoConfigureSignals.");
			}
		});
		return new InMemoryTransport(broker, properties.getProtocol().getMaxPayload(),
				properties.getProtocol().getExtensions() != Extensions.OFF);
	}

	@Bean
	Timer inMemorySignalTimer(InMemoryBroker broker) {
		return broker.clock().timer();
	}

	// Counts its tasks, so that a test can wait for handlers before it moves the time.
	@Bean(name = EXECUTOR, defaultCandidate = false)
	@ConditionalOnMissingBean(name = EXECUTOR)
	SimpleAsyncTaskExecutor inMemorySignalTaskExecutor(InMemoryBroker broker, Environment environment) {
		SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("state-signals-");
		executor.setVirtualThreads(Threading.VIRTUAL.isActive(environment));
		executor.setDaemon(true);
		executor.setCancelRemainingTasksOnClose(true);
		executor.setTaskDecorator(broker::handling);
		return executor;
	}

	@Bean
	SignalRecorder signalRecorder() {
		return new SignalRecorder();
	}

}
