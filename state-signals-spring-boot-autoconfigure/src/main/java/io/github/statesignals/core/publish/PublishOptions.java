package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

import io.github.statesignals.CompletionRule;
import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

/**
 * Options for awaiting the answers to a signal.
 *
 * @param timeout the longest time to wait once it is sent; negative: indefinitely; zero:
 * until Redis has confirmed it
 * @param rule the number of answers that are enough; {@code null}: every answer is
 * awaited
 * @param required names or ids of responders without which nothing is sent
 * @param listener notified of each answer that counts
 * @param completion completes the result, and runs its dependent stages
 * @param trace the trace context that the signal carries
 */
public record PublishOptions(Duration timeout, @Nullable CompletionRule rule, Set<String> required,
		@Nullable BiConsumer<String, SignalResult.Answer> listener, Executor completion, Map<String, String> trace) {

	public PublishOptions traced(Map<String, String> trace) {
		return trace.isEmpty() ? this
				: new PublishOptions(this.timeout, this.rule, this.required, this.listener, this.completion, trace);
	}

	public PublishOptions listening(BiConsumer<String, SignalResult.Answer> another) {
		return new PublishOptions(this.timeout, this.rule, this.required,
				(this.listener != null) ? another.andThen(this.listener) : another, this.completion, this.trace);
	}

	boolean awaitsAnswers() {
		return !this.timeout.isZero();
	}

}
