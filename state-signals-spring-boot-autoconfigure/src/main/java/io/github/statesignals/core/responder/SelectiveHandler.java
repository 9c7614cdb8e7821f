package io.github.statesignals.core.responder;

import java.util.Map;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;

/**
 * A handler that acts on some of the signals of its events.
 */
public interface SelectiveHandler extends SignalHandler {

	boolean selects(Signal signal);

	// The values of the restrictions by attribute, without those that it does not
	// declare.
	Map<String, String> selection();

}
