package io.github.statesignals.test;

import java.nio.charset.StandardCharsets;

import io.github.statesignals.core.SignalTransportContractTests;
import io.github.statesignals.transport.SignalTransport;

import org.springframework.util.unit.DataSize;

/**
 * The transport of the test kit passes the contract of all transports.
 */
class InMemoryTransportTests extends SignalTransportContractTests {

	private final InMemoryBroker broker = new InMemoryBroker();

	@Override
	protected SignalTransport createTransport() {
		return new InMemoryTransport(this.broker, DataSize.ofMegabytes(1), true);
	}

	@Override
	protected void sendUnreadable(SignalTransport.UnreadableSignal signal, String json) {
		this.broker
			.deliver(new InMemoryTransport.Message(this.channel, true, null, json.getBytes(StandardCharsets.UTF_8)));
	}

}
