package io.github.statesignals.core;

import java.util.Set;

import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

/**
 * Notified of the results of an application's exporters. Called by many threads, which
 * may hold locks of the core: must not block.
 */
public interface ResultListener {

	/**
	 * An exporter may publish events from here on.
	 * @param channel the channel's name
	 * @param legalEvents the events, from the application's code or configuration
	 */
	void onInitialized(String channel, Set<String> legalEvents);

	/**
	 * A publish has ended. Called before its caller has the result.
	 * @param channel the channel's name
	 * @param event the event, which need not be legal if the exporter is not initialized
	 * @param result the result; {@code null} if it failed
	 * @param failure the failure; {@code null} if there is a result
	 */
	void onResult(String channel, String event, @Nullable SignalResult result, @Nullable Throwable failure);

}
