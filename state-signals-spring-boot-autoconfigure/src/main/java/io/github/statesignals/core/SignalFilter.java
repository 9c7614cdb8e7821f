package io.github.statesignals.core;

import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Which signals, of the events that it names, concern a handler method.
 *
 * @param tag the tag; empty: any
 * @param processName the publisher's process name; empty: any
 * @param publisher the publisher's id; empty: any
 */
record SignalFilter(String tag, String processName, String publisher) {

	/**
	 * What a handler says that a signal does not concern.
	 */
	static final CompletableFuture<@Nullable Acknowledgement> NOT_CONCERNED = CompletableFuture.completedFuture(null);

	boolean matches(Signal signal) {
		return matches(this.tag, signal.tag()) && matches(this.processName, signal.processName())
				&& matches(this.publisher, signal.publisherId());
	}

	private static boolean matches(String expected, String actual) {
		return expected.isEmpty() || expected.equals(actual);
	}

}
