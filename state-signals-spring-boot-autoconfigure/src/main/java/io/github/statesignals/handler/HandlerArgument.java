package io.github.statesignals.handler;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the value of one parameter of a handler method.
 */
@FunctionalInterface
interface HandlerArgument {

	@Nullable Object resolve(Signal signal) throws Exception;

}
