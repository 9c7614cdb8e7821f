package io.github.statesignals;

/**
 * Makes {@link SignalGateway}s.
 *
 * @since 0.1.0
 */
public interface SignalGatewayFactory {

	/**
	 * Make a gateway.
	 * @param <T> the type of the interface
	 * @param gatewayInterface an interface whose methods publish signals; annotated or
	 * not
	 * @return its implementation
	 * @throws IllegalArgumentException if a method can't publish a signal, naming it and
	 * the remedy
	 */
	<T> T create(Class<T> gatewayInterface);

}
