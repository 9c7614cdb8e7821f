package io.github.statesignals;

import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;

/**
 * Resolves arguments of {@link OnSignal} methods. Beans of this type are consulted in
 * their order, before the built-in resolution.
 *
 * @since 0.1.0
 */
public interface SignalArgumentResolver {

	/**
	 * Returns whether this resolver supports a parameter. Called once, at start.
	 * @param parameter the parameter
	 * @return whether it is supported
	 */
	boolean supports(MethodParameter parameter);

	/**
	 * Resolves the argument. Called on the handler's thread, concurrently for different
	 * publishers.
	 * @param parameter the parameter
	 * @param signal the signal
	 * @return the argument
	 * @throws Exception if there is no value: the method is not called, and the signal is
	 * answered {@code ras} 0 with the message
	 */
	@Nullable Object resolve(MethodParameter parameter, Signal signal) throws Exception;

}
