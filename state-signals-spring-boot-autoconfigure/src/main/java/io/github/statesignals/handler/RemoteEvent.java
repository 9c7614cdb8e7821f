package io.github.statesignals.handler;

import org.jspecify.annotations.Nullable;

import org.springframework.context.PayloadApplicationEvent;

/**
 * An application event that was received as a signal. Its listeners get the payload.
 */
@SuppressWarnings("serial")
final class RemoteEvent<T> extends PayloadApplicationEvent<T> {

	private transient volatile @Nullable Throwable failure;

	RemoteEvent(Object source, T payload) {
		super(source, payload);
	}

	// Spring swallows the exception of a listener that is called after a commit.
	void failed(Throwable ex) {
		this.failure = ex;
	}

	void rethrowFailure() {
		Throwable ex = this.failure;
		if (ex instanceof Error error) {
			throw error;
		}
		if (ex != null) {
			throw (ex instanceof RuntimeException runtime) ? runtime : new IllegalStateException(ex.getMessage(), ex);
		}
	}

}
