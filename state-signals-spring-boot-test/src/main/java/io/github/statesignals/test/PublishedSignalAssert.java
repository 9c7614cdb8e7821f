package io.github.statesignals.test;

import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.assertj.core.api.AbstractObjectAssert;
import org.jspecify.annotations.Nullable;

/**
 * Assertions about a signal that the tested application has published.
 *
 * @since 0.1.0
 */
public final class PublishedSignalAssert extends AbstractObjectAssert<PublishedSignalAssert, PublishedSignal> {

	PublishedSignalAssert(PublishedSignal actual) {
		super(actual, PublishedSignalAssert.class);
	}

	/**
	 * Verifies the tag.
	 * @param tag the tag
	 * @return this
	 */
	public PublishedSignalAssert hasTag(String tag) {
		if (!this.actual.signal().tag().equals(tag)) {
			throw failure("%nExpected the signal to have the tag '%s', but it is%n  %s", tag, this.actual.signal());
		}
		return this;
	}

	/**
	 * Verifies a metadata entry.
	 * @param key the key
	 * @param value the value, as JSON has it
	 * @return this
	 */
	public PublishedSignalAssert hasMetadata(String key, @Nullable Object value) {
		if (!this.actual.signal().metadata().containsKey(key)
				|| !Objects.equals(this.actual.signal().metadata().get(key), value)) {
			throw failure("%nExpected the signal to have the metadata '%s': %s, but it is%n  %s", key, value,
					this.actual.signal());
		}
		return this;
	}

	/**
	 * Waits for the result, ten seconds at most.
	 * @return assertions about the result
	 */
	public SignalResultAssert result() {
		try {
			return new SignalResultAssert(this.actual.result().get(Waiting.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
				.as("'%s'", this.actual.signal().event());
		}
		catch (TimeoutException ex) {
			throw failure(
					"%n'%s' has no result after %s: a responder has not answered. "
							+ "Move the time with SignalScenario.advance(Duration) to let the publish time out.",
					this.actual.signal().event(), Waiting.PATIENCE);
		}
		catch (ExecutionException ex) {
			throw new AssertionError("'%s' has no result: %s".formatted(this.actual.signal().event(), ex.getCause()),
					ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for a result", ex);
		}
	}

}
