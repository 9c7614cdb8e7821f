package io.github.statesignals.handler;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

/**
 * Where one parameter of a handler method gets its value from.
 */
@FunctionalInterface
interface HandlerArgument {

	/**
	 * The value for a signal.
	 * @param signal the signal
	 * @return the argument
	 * @throws Exception if the signal does not provide it
	 */
	@Nullable Object resolve(Signal signal) throws Exception;

}
