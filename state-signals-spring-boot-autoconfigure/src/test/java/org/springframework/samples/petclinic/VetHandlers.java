package org.springframework.samples.petclinic;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;

/**
 * Handlers of an application whose package begins as Spring's own do.
 */
public class VetHandlers {

	private final String name = "vet";

	@OnSignal(event = "vet")
	Acknowledgement packagePrivate() {
		return Acknowledgement.success(this.name);
	}

}
