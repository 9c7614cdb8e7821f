package io.github.statesignals.core.responder;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * A handler that acts on some of the signals of its events.
 */
public interface SelectiveHandler extends SignalHandler {

	boolean selects(Signal signal);

	// Handles a signal. Whether it is selected is evaluated once, and throws as that
	// does.
	default CompletionStage<@Nullable Acknowledgement> handleAsync(Signal signal, BooleanSupplier selected)
			throws Exception {
		return handleAsync(signal);
	}

	// The values of the restrictions by attribute, without those that it does not
	// declare.
	Map<String, String> selection();

}
