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
 * What handlers run on.
 */
@Configuration(proxyBeanMethods = false)
class SignalExecutorConfiguration {

	/**
	 * The name of the bean that runs handlers: a user's own
	 * {@link java.util.concurrent.Executor} of this name takes its place. It must not run
	 * tasks in the calling thread.
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
		// The engine bounds what runs at once, and queues the rest by publisher.
		executor.setCorePoolSize(0);
		executor.setQueueCapacity(0);
		executor.setDaemon(true);
		return executor;
	}

	/**
	 * Leaves it to the engine to wait for handlers, which has done so when this would be
	 * stopped: waiting again would double the time that a blocked handler takes to shut
	 * down. What still runs is interrupted when this is destroyed.
	 */
	@SuppressWarnings("serial")
	private static final class HandlerExecutor extends ThreadPoolTaskExecutor {

		@Override
		public void stop() {
			// The engine has.
		}

		@Override
		public void stop(Runnable callback) {
			callback.run();
		}

	}

}
