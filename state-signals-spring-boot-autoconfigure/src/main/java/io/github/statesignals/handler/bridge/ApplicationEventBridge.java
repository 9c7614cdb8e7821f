package io.github.statesignals.handler.bridge;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.exporter.DefaultSignalExporter;
import io.github.statesignals.core.responder.DefaultSignalResponder;
import io.github.statesignals.core.responder.SelectiveHandler;
import io.github.statesignals.handler.bridge.BridgedListener.RemoteEvent;
import io.github.statesignals.handler.bridge.BridgedListeners.BridgedEvent;
import io.github.statesignals.handler.metadata.SignalTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanCreationNotAllowedException;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.transaction.reactive.TransactionContext;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.function.SingletonSupplier;

/**
 * Emits Spring's application events of types with {@link SignalEvent#bridge()} as
 * signals, and publishes such signals as application events. A received signal is
 * published as a {@link RemoteEvent}, which is never emitted again; a signal of this
 * application is not published a second time.
 * <p>
 * Each of several contexts has a bridge. An event of a child context is also published in
 * its parents: the topmost bridge emits it. A received signal is published in each
 * context with a listener, and only there.
 */
public final class ApplicationEventBridge implements ApplicationListener<ApplicationEvent> {

	private static final Logger logger = LoggerFactory.getLogger(ApplicationEventBridge.class);

	private final ObjectProvider<SignalExporter> exporter;

	private final ObjectProvider<SignalResponder> responder;

	private final AbstractApplicationContext context;

	private final BridgedListeners listeners;

	private final SingletonSupplier<Boolean> topmost = SingletonSupplier.of(this::isTopmost);

	public ApplicationEventBridge(ObjectProvider<SignalExporter> exporter, ObjectProvider<SignalResponder> responder,
			AbstractApplicationContext context) {
		this.exporter = exporter;
		this.responder = responder;
		this.context = context;
		this.listeners = new BridgedListeners(context);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof PayloadApplicationEvent<?> payloadEvent) {
			if (!(event instanceof RemoteEvent) && SignalTypes.isBridged(payloadEvent.getPayload().getClass())
					&& this.topmost.obtain()) {
				emit(payloadEvent);
			}
		}
		else if (SignalTypes.isBridged(event.getClass())) {
			throw new IllegalStateException(BridgedListeners.notBridgeable(event.getClass()));
		}
	}

	// The transaction is that of the thread that publishes.
	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

	private boolean isTopmost() {
		return this.context.getParent() == null
				|| BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.context.getParent(),
						ApplicationEventBridge.class, true, false).length == 0;
	}

	// An event that can't be emitted is refused before the commit, not after it.
	private void emit(PayloadApplicationEvent<?> event) {
		Object payload = event.getPayload();
		Emission emission = new Emission(payload.getClass().getName(), prepare(payload), new HashSet<>(),
				new AtomicBoolean());
		if (TransactionSynchronizationManager.isActualTransactionActive()
				&& TransactionSynchronizationManager.isSynchronizationActive()) {
			TransactionSynchronizationManager.registerSynchronization(emission);
		}
		else if (!(event.getSource() instanceof TransactionContext transaction)
				|| !ReactiveTransaction.register(transaction, emission::afterCompletion)) {
			emission.run();
		}
	}

	private Supplier<@Nullable CompletableFuture<SignalResult>> prepare(Object payload) {
		SignalExporter exporter;
		try {
			exporter = this.exporter.getObject();
		}
		catch (BeanCreationNotAllowedException ex) {
			// The context is being destroyed, and nothing can be sent any more.
			return () -> CompletableFuture.failedFuture(ex);
		}
		return (exporter instanceof DefaultSignalExporter known) ? known.prepare(payload)::publishAsync
				: () -> exporter.emitAsync(payload);
	}

	public void inspect(String beanName) {
		this.listeners.inspect(beanName);
	}

	public static List<String> observedTypes(AbstractApplicationContext context) {
		BridgedListeners listeners = new BridgedListeners(context);
		for (String beanName : context.getBeanDefinitionNames()) {
			try {
				listeners.inspect(beanName);
			}
			catch (RuntimeException ex) {
				logger.debug("Could not inspect bean '{}'", beanName, ex);
			}
		}
		return listeners.drain().stream().map((observed) -> observed.type().getName()).toList();
	}

	// Inspected again when the context is started again.
	public void listen(List<SignalResponder.@Nullable Registration> registered) {
		for (BridgedEvent observed : this.listeners.drain()) {
			registered.add(this.responder.getObject().on(observed.event(), new BridgingHandler(this, observed)));
			logger.debug("Signals '{}' arrive as application events of {}", observed.event(), observed.type());
		}
	}

	private @Nullable Acknowledgement receive(Signal signal, BridgedEvent observed) {
		if (isOwn(signal)) {
			// The listeners were called when it was published: none acts on the signal.
			return DefaultSignalResponder.NOT_HANDLED;
		}
		RemoteEvent<?> event = new RemoteEvent<>(this,
				this.listeners.reader().readAll(signal.metadata(), observed.type(), observed.type()));
		List<BridgedListener> called = observed.calledFor(event);
		if (called.isEmpty()) {
			return null;
		}
		this.listeners.call(called, () -> publish(event));
		event.rethrowFailure();
		return Acknowledgement.success();
	}

	private boolean isOwn(Signal signal) {
		return this.context.getBean(SignalEngine.class).isOwn(signal.publisherId());
	}

	// The bridge of a parent context calls the listeners of that context.
	private void publish(RemoteEvent<?> event) {
		if (this.topmost.obtain()) {
			this.context.publishEvent(event);
		}
		else {
			this.context
				.getBean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME,
						ApplicationEventMulticaster.class)
				.multicastEvent(event);
		}
	}

	/**
	 * Publishes signals as application events. Does not select those of this application.
	 */
	private record BridgingHandler(ApplicationEventBridge bridge, BridgedEvent observed) implements SelectiveHandler {

		@Override
		public @Nullable Acknowledgement handle(Signal signal) {
			return this.bridge.receive(signal, this.observed);
		}

		@Override
		public boolean selects(Signal signal) {
			return !this.bridge.isOwn(signal);
		}

		@Override
		public Map<String, String> selection() {
			return Map.of();
		}

		@Override
		public String toString() {
			return "bridge to application events of " + this.observed.type().getName();
		}

	}

	private record Emission(String event, Supplier<@Nullable CompletableFuture<SignalResult>> publish,
			Set<Object> savepoints, AtomicBoolean rolledBack) implements TransactionSynchronization {

		void run() {
			CompletableFuture<SignalResult> emitted = this.publish.get();
			// A mocked exporter may return null.
			if (emitted != null) {
				emitted.exceptionally((ex) -> {
					logger.warn("{} could not be published as a signal: {}", this.event, ex.toString());
					return null;
				});
			}
		}

		@Override
		public void savepoint(Object savepoint) {
			this.savepoints.add(savepoint);
		}

		// One of before the event, such as that of a nested transaction.
		@Override
		public void savepointRollback(Object savepoint) {
			if (!this.savepoints.contains(savepoint)) {
				this.rolledBack.set(true);
			}
		}

		// afterCommit() is not called if this is registered after the commit, or if the
		// callback of another synchronization fails.
		@Override
		public void afterCompletion(int status) {
			if (status == STATUS_UNKNOWN) {
				logger.warn("Event '{}' is not emitted: the outcome of its transaction is unknown", this.event);
			}
			else if (status == STATUS_COMMITTED && !this.rolledBack.get()) {
				run();
			}
		}

	}

}
