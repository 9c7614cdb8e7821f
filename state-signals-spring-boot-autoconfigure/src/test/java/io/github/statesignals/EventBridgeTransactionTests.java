package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;

import io.github.statesignals.EventBridgePublishingTests.Observer;
import io.github.statesignals.EventBridgePublishingTests.Paid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.SavepointManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.reactive.AbstractReactiveTransactionManager;
import org.springframework.transaction.reactive.GenericReactiveTransaction;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import org.springframework.transaction.reactive.TransactionalEventPublisher;
import org.springframework.transaction.reactive.TransactionalOperator;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bridged application event of a transaction that is rolled back, also in part, is not
 * emitted.
 */
class EventBridgeTransactionTests {

	@RegisterExtension
	private final Applications applications = new Applications();

	private BlockingQueue<Object> observed;

	private ConfigurableApplicationContext publisher;

	@BeforeEach
	void start() {
		this.observed = this.applications.start(Observer.class).getBean(Observer.class).observed;
		this.publisher = this.applications.start(Object.class);
		assertThat(this.publisher.getBean(SignalExporter.class).initializeAndWait(1, Duration.ofSeconds(20), "paid"))
			.isTrue();
	}

	@Test
	void anEventOfANestedTransactionIsEmittedUnlessThatIsRolledBack() {
		TransactionTemplate outer = new TransactionTemplate(new Savepoints());
		TransactionTemplate nested = new TransactionTemplate(outer.getTransactionManager());
		nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
		outer.executeWithoutResult((status) -> {
			pay(1);
			nested.executeWithoutResult((inner) -> {
				pay(2);
				inner.setRollbackOnly();
			});
			nested.executeWithoutResult((inner) -> pay(3));
			rollBackToSavepoint(status, 4);
			nested.executeWithoutResult((inner) -> {
				pay(5);
				rollBackToSavepoint(inner, 6);
			});
		});
		assertObserved(1, 3, 5);
	}

	@Test
	void anEventOfAReactiveTransactionIsEmittedWhenItCommitsAndNotWhenItRollsBack() {
		TransactionalOperator transaction = TransactionalOperator.create(new Reactive());
		TransactionalEventPublisher events = new TransactionalEventPublisher(this.publisher);
		transaction.execute((status) -> {
			status.setRollbackOnly();
			return events.publishEvent(new Paid(1));
		}).blockLast();
		// If it were emitted at once, it would be received before the next one.
		transaction.execute((status) -> events.publishEvent(new Paid(3)).then(Mono.fromRunnable(() -> pay(2))))
			.blockLast();
		assertObserved(2, 3);
	}

	@Test
	void anEventIsEmittedAtOnceWhereAReactiveTransactionIsSupportedAndThereIsNone() {
		TransactionDefinition supported = new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_SUPPORTS);
		TransactionalEventPublisher events = new TransactionalEventPublisher(this.publisher);
		TransactionalOperator.create(new Reactive(), supported)
			.execute((status) -> events.publishEvent(new Paid(1)).then(Mono.fromRunnable(() -> pay(2))))
			.blockLast();
		assertObserved(1, 2);
	}

	private void rollBackToSavepoint(TransactionStatus status, int order) {
		Object savepoint = status.createSavepoint();
		pay(order);
		status.rollbackToSavepoint(savepoint);
	}

	private void pay(int order) {
		this.publisher.publishEvent(new Paid(order));
	}

	// The last one is received after all others.
	private void assertObserved(Integer... orders) {
		assertThat(this.publisher.getBean(SignalExporter.class).emit(new Paid(0)).isSuccess()).isTrue();
		List<Integer> expected = new ArrayList<>(List.of(orders));
		expected.add(0);
		assertThat(this.observed).extracting((paid) -> ((Paid) paid).order()).isEqualTo(expected);
	}

	/**
	 * Nests transactions by savepoints, as those of JDBC do.
	 */
	private static final class Savepoints extends EventBridgeTests.Transactional {

		private static final long serialVersionUID = 1L;

		private transient Object transaction;

		private Savepoints() {
			setNestedTransactionAllowed(true);
		}

		@Override
		protected Object doGetTransaction() {
			return new Nestable();
		}

		@Override
		protected boolean isExistingTransaction(Object transaction) {
			return this.transaction != null;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
			this.transaction = transaction;
		}

	}

	private static final class Nestable implements SavepointManager {

		@Override
		public Object createSavepoint() {
			return new Object();
		}

		@Override
		public void rollbackToSavepoint(Object savepoint) {
		}

		@Override
		public void releaseSavepoint(Object savepoint) {
		}

	}

	private static final class Reactive extends AbstractReactiveTransactionManager {

		private static final long serialVersionUID = 1L;

		@Override
		protected Object doGetTransaction(TransactionSynchronizationManager manager) {
			return new Object();
		}

		@Override
		protected Mono<Void> doBegin(TransactionSynchronizationManager manager, Object transaction,
				TransactionDefinition definition) {
			return Mono.empty();
		}

		@Override
		protected Mono<Void> doCommit(TransactionSynchronizationManager manager, GenericReactiveTransaction status) {
			return Mono.empty();
		}

		@Override
		protected Mono<Void> doRollback(TransactionSynchronizationManager manager, GenericReactiveTransaction status) {
			return Mono.empty();
		}

	}

}
