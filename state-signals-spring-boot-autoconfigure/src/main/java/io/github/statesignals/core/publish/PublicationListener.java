package io.github.statesignals.core.publish;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

/**
 * Notified of publications. Called without the lock, unless stated otherwise.
 */
interface PublicationListener {

	void onSent(Publication publication, @Nullable Object sent, @Nullable Throwable ex);

	void onTimeout(Publication publication);

	// Reads the stored answers. Completes when they are counted, or can't be read; never
	// exceptionally.
	CompletableFuture<?> recall(Publication publication);

	// The result is about to be completed.
	void onHandedOut(Publication publication, @Nullable SignalResult result, @Nullable Throwable failure);

	// A publish is not admitted.
	void onRejected(String event, Throwable failure);

	// Some responders did not answer in time. Called under the lock.
	void onMissed(Set<String> responderIds);

}
