package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

import io.github.statesignals.CompletionRule;
import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

/**
 * How to await the answers to a signal.
 *
 * @param timeout for how long, once it is sent; negative: for ever
 * @param rule how many are enough; {@code null}: every answer is awaited
 * @param required names or ids of responders without which nothing is sent
 * @param listener told of each answer that counts
 * @param completion completes the result: with it runs whatever depends on that
 */
public record PublishOptions(Duration timeout, @Nullable CompletionRule rule, Set<String> required,
		@Nullable BiConsumer<String, SignalResult.Answer> listener, Executor completion) {

}
