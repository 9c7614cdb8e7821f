package io.github.statesignals.test;

import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalResult;
import org.assertj.core.api.AssertProvider;

/**
 * A signal that an exporter of the tested application has published.
 *
 * @param signal the signal
 * @param result a future of its result
 * @since 0.1.0
 */
public record PublishedSignal(Signal signal,
		CompletableFuture<SignalResult> result) implements AssertProvider<PublishedSignalAssert> {

	@Override
	public PublishedSignalAssert assertThat() {
		return new PublishedSignalAssert(this);
	}

}
