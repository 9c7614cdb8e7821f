package io.github.statesignals.handler;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

@FunctionalInterface
interface HandlerArgument {

	@Nullable Object resolve(Signal signal) throws Exception;

}
