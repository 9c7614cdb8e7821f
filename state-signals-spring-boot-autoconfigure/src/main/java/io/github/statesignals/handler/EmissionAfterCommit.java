package io.github.statesignals.handler;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Emits an event after the commit of the current transaction. Never throws then, because
 * Spring would skip the callbacks that follow. One that is registered after the commit is
 * called upon completion.
 */
final class EmissionAfterCommit implements TransactionSynchronization {

	private static final Logger logger = LoggerFactory.getLogger(EmissionAfterCommit.class);

	private final String event;

	private final Runnable emission;

	private boolean emitted;

	private EmissionAfterCommit(String event, Runnable emission) {
		this.event = event;
		this.emission = emission;
	}

	// At once where there is no transaction.
	static void emit(String event, Runnable emission) {
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(new EmissionAfterCommit(event, emission));
		}
		else {
			emission.run();
		}
	}

	@Override
	public void afterCommit() {
		this.emitted = true;
		try {
			this.emission.run();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Event '{}' could not be emitted after the commit: {}", this.event, ex.toString());
		}
	}

	// afterCommit() was not called if this was registered after the commit, or if the
	// callback of another synchronization failed.
	@Override
	public void afterCompletion(int status) {
		if (this.emitted || status == STATUS_ROLLED_BACK) {
			return;
		}
		if (status == STATUS_COMMITTED) {
			afterCommit();
		}
		else {
			logger.warn("Event '{}' is not emitted: the outcome of its transaction is unknown", this.event);
		}
	}

}
