package org.springframework.samples.petclinic;

import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalResult;

/**
 * Gateways with timeouts that are no duration. In a package that no test scans.
 */
public interface VetGateways {

	@SignalGateway(timeout = "${demo.list}")
	interface ListTimeout {

		SignalResult start();

	}

	@SignalGateway(timeout = "#{{'1s', '2s'}}")
	interface ArrayTimeout {

		SignalResult start();

	}

	@SignalGateway(timeout = "${demo.timeout}")
	interface TextTimeout {

		SignalResult start();

	}

	@SignalGateway(timeout = "${no.such.property}")
	interface UnresolvableTimeout {

		SignalResult start();

	}

}
