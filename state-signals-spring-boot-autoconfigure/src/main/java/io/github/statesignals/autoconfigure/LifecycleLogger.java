package io.github.statesignals.autoconfigure;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Logs the handled and published events once, when the application has started and is
 * connected. Warns when an application with handlers ends because only daemon threads are
 * left, as without a web server after the main method has returned. That is known only
 * when it happens: the main method may start a thread.
 */
final class LifecycleLogger implements ApplicationListener<ApplicationContextEvent> {

	private static final Logger logger = LoggerFactory.getLogger(SignalEngine.class);

	private static final String KEEP_ALIVE = "spring.main.keep-alive";

	private final ApplicationContext context;

	private final SignalEngine engine;

	private final Set<String> channels;

	// Those that were reported.
	private final Set<String> misspelt = ConcurrentHashMap.newKeySet();

	LifecycleLogger(ApplicationContext context, SignalEngine engine, Set<String> channels) {
		this.context = context;
		this.engine = engine;
		this.channels = channels;
	}

	@Override
	public void onApplicationEvent(ApplicationContextEvent event) {
		// Events of child contexts are received, too.
		if (event.getApplicationContext() != this.context) {
			return;
		}
		if (event instanceof ContextClosedEvent) {
			warnIfLastThreadEnded();
		}
		else if (event instanceof ContextRefreshedEvent) {
			this.engine.connected().thenRun(this::describe);
		}
	}

	// Else a channel that is durable in a child context alone would store nothing.
	static void warnOfChannels(ApplicationContext child, String channel, Map<String, Channel> channels,
			StateSignalsProperties own) {
		if ((own.getChannel() != null && !own.getChannel().equals(channel))
				|| !channels.entrySet().containsAll(own.getChannels().entrySet())) {
			logger.warn(
					"The context '{}' uses the channels of its parent context: its 'state-signals.channel' and 'state-signals.channels' "
							+ "have no effect. Set them in the parent context",
					child.getDisplayName());
		}
	}

	private void describe() {
		String description = this.engine.describe();
		if (!description.isEmpty()) {
			logger.info("Signals: {}", description);
		}
		for (DefaultSignalResponder responder : this.engine.responders()) {
			warnIfMisspelt(responder.getChannel());
		}
		for (DefaultSignalExporter exporter : this.engine.exporters()) {
			warnIfMisspelt(exporter.getChannel());
		}
	}

	// Otherwise a channel that is misspelt in the code, or differs from the lower case
	// letters of an environment variable, is neither durable nor signed.
	void warnIfMisspelt(String channel) {
		// The default channel has no settings.
		if (channel.isEmpty() || this.channels.contains(channel) || this.misspelt.contains(channel)) {
			return;
		}
		int typingErrors = Math.min(2, channel.length() / 3);
		for (String configured : this.channels) {
			if (UnknownProperties.distance(channel, configured) <= typingErrors
					|| UnknownProperties.letters(channel).equals(UnknownProperties.letters(configured))) {
				logger.warn(
						"The channel '{}' is not in 'state-signals.channels'. Did you mean '{}'? "
								+ "If not, set its delivery to broadcast there to hide this warning",
						channel, configured);
				this.misspelt.add(channel);
				return;
			}
		}
	}

	private void warnIfLastThreadEnded() {
		if (this.engine.hasHandlers() && !this.context.getEnvironment().containsProperty(KEEP_ALIVE)
				&& isLastThreadEnded(Thread.getAllStackTraces())) {
			logger
				.warn("This application has signal handlers and ends, because it has no web server and no other thread "
						+ "that runs. Set '{}' to true to continue, or to false to hide this warning", KEEP_ALIVE);
		}
	}

	// The thread that waits for the last one runs the shutdown itself then. It does not
	// after a signal of the system or System.exit.
	private static boolean isLastThreadEnded(Map<Thread, StackTraceElement[]> threads) {
		return threads.entrySet()
			.stream()
			.filter((thread) -> thread.getKey().getName().equals("DestroyJavaVM"))
			.flatMap((thread) -> Stream.of(thread.getValue()))
			.anyMatch((frame) -> frame.getClassName().equals("java.lang.Shutdown"));
	}

}
