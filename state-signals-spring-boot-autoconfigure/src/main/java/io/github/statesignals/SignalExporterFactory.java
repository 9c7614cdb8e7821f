package io.github.statesignals;

/**
 * Makes further exporters beside the application's own. Each has a publisher id,
 * subscribers and legal events of its own, and shares the connections. An exporter costs
 * nothing once it is {@linkplain SignalExporter#shutdown() shut down}; those that are not
 * are shut down with the application, and come back when it is started again.
 *
 * @since 0.1.0
 */
public interface SignalExporterFactory {

	/**
	 * Make an exporter on the application's channel.
	 * @param processName its process name, with which its publisher id begins
	 * @return an exporter that is not initialized
	 * @throws IllegalArgumentException if the name is blank
	 */
	SignalExporter create(String processName);

	/**
	 * Make an exporter on a channel.
	 * @param processName its process name, with which its publisher id begins
	 * @param channel the channel's name; empty: the Python package's two channels
	 * @return an exporter that is not initialized
	 * @throws IllegalArgumentException if the process name is blank, or the channel's has
	 * more than letters, digits, {@code . _ -}
	 */
	SignalExporter create(String processName, String channel);

}
