package io.github.statesignals.core;

import java.util.Set;

import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

/**
 * Notified of the results of an application's exporters. Called by many threads, also
 * those of the Redis client: must not block. No lock of an exporter is held.
 */
public interface ResultListener {

	void onInitialized(String channel, Set<String> legalEvents);

	// Called before the caller of the publish has the result. The event need not be legal
	// if the exporter is not initialized.
	void onResult(String channel, String event, @Nullable SignalResult result, @Nullable Throwable failure);

}
