package io.github.statesignals.handler;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Emits when the transaction in progress has committed, and never throws then: callbacks
 * that follow would be skipped. Also one that is registered after the commit is called
 * upon completion.
 */
final class EmissionAfterCommit implements TransactionSynchronization {

	private static final Logger logger = LoggerFactory.getLogger(ApplicationEventBridge.class);

	private final String event;

	private final Runnable emission;

	private boolean emitted;

	private EmissionAfterCommit(String event, Runnable emission) {
		this.event = event;
		this.emission = emission;
	}

	/**
	 * Emits after the commit, or at once where there is no transaction.
	 * @param event the event, to name it in the log
	 * @param emission what to do
	 */
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
		catch (RuntimeException ex) {
			logger.warn("Event '{}' could not be emitted after the commit: {}", this.event, ex.toString());
		}
	}

	// Not called before where it was registered after the commit, or where the callback
	// of
	// another failed.
	@Override
	public void afterCompletion(int status) {
		if (this.emitted || status == STATUS_ROLLED_BACK) {
			return;
		}
		if (status == STATUS_COMMITTED) {
			afterCommit();
		}
		else {
			logger.warn("Event '{}' is not emitted: whether its transaction has committed is not known", this.event);
		}
	}

}
