package io.github.statesignals.autoconfigure.gateways.other;

import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalResult;

/**
 * A gateway with the name of one in another package.
 */
@SignalGateway
public interface Alarms {

	SignalResult alarm(String reason);

}
