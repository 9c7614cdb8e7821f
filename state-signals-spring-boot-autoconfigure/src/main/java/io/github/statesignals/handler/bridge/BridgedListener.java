package io.github.statesignals.handler.bridge;

import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalApplicationListener;
import org.springframework.transaction.event.TransactionalApplicationListener.SynchronizationCallback;
import org.springframework.util.ReflectionUtils;

record BridgedListener(String beanName, BeanFactory beanFactory, String description,
		@Nullable ApplicationListenerMethodAdapter adapter, @Nullable TransactionPhase phase,
		boolean calledWithoutTransaction) {

	static BridgedListener of(String beanName, BeanFactory beanFactory) {
		// The type is known without creating the bean.
		TransactionPhase phase = beanFactory.isTypeMatch(beanName, TransactionalApplicationListener.class)
				? observe(beanFactory.getBean(beanName, TransactionalApplicationListener.class)) : null;
		return new BridgedListener(beanName, beanFactory, "The listener '" + beanName + "'", null, phase,
				phase == null);
	}

	// Of a TransactionalEventListener, the default execution is the fallback.
	static BridgedListener of(String beanName, BeanFactory beanFactory, String description, boolean defaultExecution,
			@Nullable ApplicationListenerMethodAdapter adapter) {
		TransactionPhase phase = (adapter instanceof TransactionalApplicationListener<?> transactional)
				? observe(transactional) : null;
		return new BridgedListener(beanName, beanFactory, description, adapter, phase, defaultExecution);
	}

	private static TransactionPhase observe(TransactionalApplicationListener<?> listener) {
		listener.addCallback(new SynchronizationCallback() {

			@Override
			public void postProcessEvent(ApplicationEvent event, @Nullable Throwable ex) {
				if (event instanceof RemoteEvent<?> remote && ex != null) {
					remote.failed(ex);
				}
			}

		});
		return listener.getTransactionPhase();
	}

	@Nullable String neverCalledBecause(BooleanSupplier transactional) {
		if (this.phase == null && !this.calledWithoutTransaction) {
			return "it is called in a transaction only, and transactions are not enabled. "
					+ "Define a unique PlatformTransactionManager, or set fallbackExecution = true";
		}
		if (this.phase == TransactionPhase.AFTER_ROLLBACK) {
			return "it is called after a rollback only, of local events. Listen to another phase for signals";
		}
		if (needsTransaction() && !transactional.getAsBoolean()) {
			return "there is no unique PlatformTransactionManager for the transaction that it needs. "
					+ "Define one or mark it as @Primary, or set fallbackExecution = true";
		}
		return null;
	}

	boolean needsTransaction() {
		return !this.calledWithoutTransaction;
	}

	boolean isCalledFor(RemoteEvent<?> event) {
		// Spring's bean for null equals null. Other scopes create no bean for the check.
		return (this.adapter == null || this.adapter.shouldHandle(event))
				&& (!this.beanFactory.isSingleton(this.beanName)
						|| !this.beanFactory.getBean(this.beanName).equals(null));
	}

	/**
	 * An application event that was received as a signal. Its listeners get the payload.
	 */
	@SuppressWarnings("serial")
	static final class RemoteEvent<T> extends PayloadApplicationEvent<T> {

		private transient volatile @Nullable Throwable failure;

		RemoteEvent(Object source, T payload) {
			super(source, payload);
		}

		// Spring swallows the exception of a listener that is called after a commit.
		void failed(Throwable ex) {
			this.failure = ex;
		}

		void rethrowFailure() {
			Throwable ex = this.failure;
			if (ex != null) {
				ReflectionUtils.rethrowRuntimeException(ex);
			}
		}

	}

}
