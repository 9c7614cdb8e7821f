package io.github.statesignals.handler.bridge;

import java.util.function.IntConsumer;

import reactor.core.publisher.Mono;

import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.reactive.TransactionSynchronization;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;

/**
 * A transaction of a reactive transaction manager, which is not that of a thread. Reactor
 * is optional; without it there is none.
 */
final class ReactiveTransaction {

	private ReactiveTransaction() {
	}

	// Returns whether it is active. The status is one of TransactionSynchronization.
	static boolean register(TransactionContext context, IntConsumer afterCompletion) {
		TransactionSynchronizationManager transaction = new TransactionSynchronizationManager(context);
		if (!transaction.isActualTransactionActive()) {
			return false;
		}
		transaction.registerSynchronization(new TransactionSynchronization() {

			@Override
			public Mono<Void> afterCompletion(int status) {
				return Mono.fromRunnable(() -> afterCompletion.accept(status));
			}

		});
		return true;
	}

}
