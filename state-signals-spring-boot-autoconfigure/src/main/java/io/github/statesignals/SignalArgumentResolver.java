package io.github.statesignals;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

/**
 * Provides arguments of {@link OnSignal} methods that the starter does not know. Beans of
 * this type are asked in their order, before anything else.
 *
 * @since 0.1.0
 */
public interface SignalArgumentResolver {

	/**
	 * Whether this resolver provides a parameter's value. Asked once, at start-up.
	 * @param parameter the parameter
	 * @return whether it does
	 */
	boolean supports(MethodParameter parameter);

	/**
	 * Provide the value. Called on the handler's thread.
	 * @param parameter the parameter
	 * @param signal the signal
	 * @return the argument
	 * @throws Exception if it can't: the handler is not called, and the publisher is told
	 * the message
	 */
	@Nullable Object resolve(MethodParameter parameter, Signal signal) throws Exception;

}
