package io.github.statesignals.handler;

import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionSynchronizationUtils;

import static org.assertj.core.api.Assertions.assertThat;

class EmissionAfterCommitTests {

	@BeforeEach
	void beginTransaction() {
		TransactionSynchronizationManager.setActualTransactionActive(true);
		TransactionSynchronizationManager.initSynchronization();
	}

	@AfterEach
	void endTransaction() {
		TransactionSynchronizationManager.clear();
	}

	@Test
	void errorDoesNotSkipTheCallbacksThatFollow() {
		EmissionAfterCommit.emit("paid", () -> {
			throw new NoClassDefFoundError("on purpose");
		});
		AtomicBoolean called = new AtomicBoolean();
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				called.set(true);
			}

		});
		TransactionSynchronizationUtils.triggerAfterCommit();
		assertThat(called).isTrue();
	}

}
