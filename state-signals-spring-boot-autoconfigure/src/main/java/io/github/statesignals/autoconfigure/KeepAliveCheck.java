package io.github.statesignals.autoconfigure;

import java.util.Map;
import java.util.stream.Stream;

import io.github.statesignals.core.SignalEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Warns when an application with handlers ends because none of its threads keeps the JVM
 * running, as one without a web server does when its main method has returned. That is
 * known only when it happens: until then the main method, or a thread that it starts, may
 * do so.
 */
final class KeepAliveCheck implements ApplicationListener<ContextClosedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(SignalEngine.class);

	private static final String KEEP_ALIVE = "spring.main.keep-alive";

	private final ApplicationContext context;

	private final SignalEngine engine;

	KeepAliveCheck(ApplicationContext context, SignalEngine engine) {
		this.context = context;
		this.engine = engine;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context && this.engine.hasHandlers()
				&& !this.context.getEnvironment().containsProperty(KEEP_ALIVE)
				&& isLastThreadGone(Thread.getAllStackTraces())) {
			logger.warn(
					"This application has signal handlers, and ends because no thread keeps it running: "
							+ "it has no web server. Set '{}' to true for it to stay, or to false to hide this warning",
					KEEP_ALIVE);
		}
	}

	/**
	 * Whether the JVM shuts down since no thread other than daemons is left: then, and
	 * not after a signal of the system or {@code System.exit}, the thread that waits for
	 * that runs the shutdown itself.
	 */
	static boolean isLastThreadGone(Map<Thread, StackTraceElement[]> threads) {
		return threads.entrySet()
			.stream()
			.filter((thread) -> thread.getKey().getName().equals("DestroyJavaVM"))
			.flatMap((thread) -> Stream.of(thread.getValue()))
			.anyMatch((frame) -> frame.getClassName().equals("java.lang.Shutdown"));
	}

}
