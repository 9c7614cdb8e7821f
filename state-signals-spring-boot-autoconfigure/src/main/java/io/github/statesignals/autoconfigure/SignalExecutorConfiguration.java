package io.github.statesignals.autoconfigure;

import java.util.concurrent.Executor;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnThreading;
import org.springframework.boot.thread.Threading;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * Configures the executor that runs handlers.
 */
@Configuration(proxyBeanMethods = false)
class SignalExecutorConfiguration {

	/**
	 * The name of the bean that runs handlers. An {@link java.util.concurrent.Executor}
	 * of this name replaces it. It must not run tasks in the calling thread.
	 */
	static final String EXECUTOR = "stateSignalsTaskExecutor";

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
		ThreadPoolTaskExecutor executor = new HandlerExecutor();
		executor.setThreadNamePrefix("state-signals-");
		// The engine limits the running handlers, and queues signals by publisher.
		executor.setCorePoolSize(0);
		executor.setQueueCapacity(0);
		executor.setDaemon(true);
		return executor;
	}

	/**
	 * Does not wait for handlers when it is stopped. The engine has waited before, and a
	 * second wait would double the shutdown time of a blocked handler. Handlers that
	 * still run are interrupted when this executor is destroyed.
	 */
	@SuppressWarnings("serial")
	private static final class HandlerExecutor extends ThreadPoolTaskExecutor {

		@Override
		public void stop() {
			// The engine has waited.
		}

		@Override
		public void stop(Runnable callback) {
			callback.run();
		}

	}

}
