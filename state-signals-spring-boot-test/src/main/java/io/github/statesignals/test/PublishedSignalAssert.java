package io.github.statesignals.test;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.SignalResult;
import io.github.statesignals.core.Futures;
import org.assertj.core.api.AbstractObjectAssert;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Assertions about a signal that the tested application has published.
 *
 * @since 0.1.0
 */
public final class PublishedSignalAssert extends AbstractObjectAssert<PublishedSignalAssert, PublishedSignal> {

	private static final JsonMapper JSON = JsonMapper.builder()
		.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
		.build();

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
		Map<String, @Nullable Object> metadata = this.actual.signal().metadata();
		if (!metadata.containsKey(key) || !json(metadata.get(key)).equals(json(value))) {
			throw failure("%nExpected the signal to have the metadata '%s': %s, but it is%n  %s", key, value,
					this.actual.signal());
		}
		return this;
	}

	// Numbers of different classes may be the same in JSON.
	private static String json(@Nullable Object value) {
		return JSON.writeValueAsString(value);
	}

	/**
	 * Waits for the result, ten seconds at most.
	 * @return assertions about the result
	 */
	public SignalResultAssert result() {
		CompletableFuture<SignalResult> result = this.actual.result();
		String event = this.actual.signal().event();
		if (!Waiting.until(result::isDone)) {
			throw failure(
					"%n'%s' has no result after %s: a responder has not answered. "
							+ "Move the time with SignalScenario.advance(Duration) to let the publish time out.",
					event, Waiting.PATIENCE);
		}
		if (result.isCompletedExceptionally()) {
			Throwable failure = Futures.failure(result);
			throw new AssertionError("'%s' has no result: %s".formatted(event, failure), failure);
		}
		return new SignalResultAssert(result.join()).as("'%s'", event);
	}

}
