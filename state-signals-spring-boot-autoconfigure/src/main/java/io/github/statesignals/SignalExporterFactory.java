package io.github.statesignals;

/**
 * Creates exporters in addition to the application's exporter. Each has a separate
 * publisher id, legal events and subscribers, and shares the application's connections.
 * <p>
 * An exporter that is {@linkplain SignalExporter#shutdown() shut down} uses no resources.
 * The others are shut down with the application, and initialized again when it is started
 * again. Safe for concurrent use.
 *
 * @since 0.1.0
 */
public interface SignalExporterFactory {

	/**
	 * Creates an exporter on the application's channel.
	 * @param processName the process name, with which the publisher id begins
	 * @return an exporter that is not initialized
	 * @throws IllegalArgumentException if the name is blank
	 */
	SignalExporter create(String processName);

	/**
	 * Creates an exporter on a channel.
	 * @param processName the process name, with which the publisher id begins
	 * @param channel the name of the channel; empty for the channel of the Python package
	 * @return an exporter that is not initialized
	 * @throws IllegalArgumentException if the process name is blank, or the channel has
	 * other characters than letters, digits, {@code . _ -}
	 */
	SignalExporter create(String processName, String channel);

	/**
	 * Creates an exporter on a channel whose signals name another host than
	 * {@code state-signals.exporter.runner-host}.
	 * @param processName the process name, with which the publisher id begins
	 * @param channel the name of the channel; empty for the channel of the Python package
	 * @param runnerHost the host that its signals name
	 * @return an exporter that is not initialized
	 * @throws IllegalArgumentException if the process name or the host is blank or too
	 * long, or the channel has other characters than letters, digits, {@code . _ -}
	 */
	SignalExporter create(String processName, String channel, String runnerHost);

}
