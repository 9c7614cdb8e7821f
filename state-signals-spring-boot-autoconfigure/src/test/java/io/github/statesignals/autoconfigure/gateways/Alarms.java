package io.github.statesignals.autoconfigure.gateways;

import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalResult;

/**
 * A gateway in a package that tests scan, or don't.
 */
@SignalGateway
public interface Alarms {

	SignalResult alarm(String reason);

}
