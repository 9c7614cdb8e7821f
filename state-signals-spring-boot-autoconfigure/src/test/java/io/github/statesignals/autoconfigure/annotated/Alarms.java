package io.github.statesignals.autoconfigure.annotated;

import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalResult;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Profile;

/**
 * Gateways with annotations for the definitions of their beans.
 */
public interface Alarms {

	SignalResult alarm(String reason);

	@SignalGateway
	@Primary
	interface Main extends Alarms {

	}

	@SignalGateway
	@Qualifier("spare")
	@Lazy
	interface Spare extends Alarms {

	}

	@SignalGateway
	@Profile("absent")
	interface Absent extends Alarms {

	}

}
