package io.github.statesignals;

/**
 * Creates {@linkplain SignalGateway gateways} from interfaces.
 *
 * @since 0.1.0
 */
public interface SignalGatewayFactory {

	/**
	 * Creates a gateway.
	 * @param <T> the type of the interface
	 * @param gatewayInterface an interface whose methods publish signals, with or without
	 * {@code @SignalGateway}
	 * @return the gateway
	 * @throws IllegalArgumentException if a method can't publish a signal; the message
	 * names the method and the remedy
	 */
	<T> T create(Class<T> gatewayInterface);

}
