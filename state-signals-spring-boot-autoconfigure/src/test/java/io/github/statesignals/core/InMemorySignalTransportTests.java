package io.github.statesignals.core;

import io.github.statesignals.transport.SignalTransport;

/**
 * The transport of the engine's tests fulfils the promises of the real ones.
 */
class InMemorySignalTransportTests extends SignalTransportContractTests {

	private final InMemoryBroker broker = new InMemoryBroker();

	@Override
	protected SignalTransport createTransport() {
		return this.broker.transport();
	}

	@Override
	protected void sendUnreadable(SignalTransport.UnreadableSignal signal, String json) {
		this.broker.sendUnreadable(this.channel, signal);
	}

}
