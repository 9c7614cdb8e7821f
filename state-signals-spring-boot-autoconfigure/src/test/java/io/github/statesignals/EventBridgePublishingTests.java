package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.core.engine.SignalEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * When a bridged application event is emitted, and by which of several contexts.
 */
@ExtendWith(OutputCaptureExtension.class)
class EventBridgePublishingTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void anEventThatIsPublishedAfterTheCommitIsEmitted() throws InterruptedException {
		BlockingQueue<Object> observed = observe(this.applications.start(Observer.class));
		ConfigurableApplicationContext publisher = publisher();
		inTransaction(publisher, () -> afterCommit(() -> publisher.publishEvent(new Paid(1))));
		assertThat(observed.poll(20, TimeUnit.SECONDS)).isEqualTo(new Paid(1));
	}

	@Test
	void anEventIsEmittedAlsoWhenAnotherCallbackFailsAfterTheCommit() throws InterruptedException {
		BlockingQueue<Object> observed = observe(this.applications.start(Observer.class));
		ConfigurableApplicationContext publisher = publisher();
		assertThatIllegalStateException().isThrownBy(() -> inTransaction(publisher, () -> {
			afterCommit(() -> {
				throw new IllegalStateException("of another");
			});
			publisher.publishEvent(new Paid(1));
		})).withMessage("of another");
		assertThat(observed.poll(20, TimeUnit.SECONDS)).isEqualTo(new Paid(1));
	}

	@Test
	void anEventThatIsPublishedAfterTheCompletionIsEmitted() throws InterruptedException {
		BlockingQueue<Object> observed = observe(this.applications.start(Observer.class));
		ConfigurableApplicationContext publisher = publisher();
		inTransaction(publisher,
				() -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

					@Override
					public void afterCompletion(int status) {
						publisher.publishEvent(new Paid(1));
					}

				}));
		assertThat(observed.poll(20, TimeUnit.SECONDS)).isEqualTo(new Paid(1));
	}

	@Test
	void anEventIsEmittedAtOnceWhereATransactionIsSupportedAndThereIsNone() throws InterruptedException {
		BlockingQueue<Object> observed = observe(this.applications.start(Observer.class));
		ConfigurableApplicationContext publisher = publisher();
		TransactionTemplate supported = new TransactionTemplate(publisher.getBean(PlatformTransactionManager.class));
		supported.setPropagationBehavior(TransactionDefinition.PROPAGATION_SUPPORTS);
		supported.executeWithoutResult((status) -> {
			publisher.publishEvent(new Paid(1));
			publisher.getBean(SignalExporter.class).emit(new Paid(2));
		});
		assertThat(observed.poll(20, TimeUnit.SECONDS)).isEqualTo(new Paid(1));
	}

	@Test
	void anEventOfATransactionWithAnUnknownOutcomeIsNotEmitted(CapturedOutput output) {
		BlockingQueue<Object> observed = observe(this.applications.start(Observer.class));
		ConfigurableApplicationContext publisher = this.applications.start(FailingCommit.class);
		SignalExporter exporter = publisher.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "paid")).isTrue();
		assertThatExceptionOfType(TransactionSystemException.class)
			.isThrownBy(() -> inTransaction(publisher, () -> publisher.publishEvent(new Paid(1))));
		assertThat(output).contains(
				"Event '%s' is not emitted: the outcome of its transaction is unknown".formatted(Paid.class.getName()));
		assertThat(exporter.emit(new Paid(2)).isSuccess()).isTrue();
		assertThat(observed).containsExactly(new Paid(2));
	}

	@Test
	void anEventIsRefusedBeforeTheCommitAlsoIfListenersRunOnAnExecutor() {
		ConfigurableApplicationContext publisher = this.applications.start(Multicasting.class);
		publisher.getBean(SignalExporter.class).initialize("paid");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> inTransaction(publisher, () -> publisher.publishEvent(new Refunded(1))))
			.withMessageContaining("'refunded' is not a legal event");
	}

	@Test
	void anEventThatIsNotLegalIsRefusedBeforeTheCommit() {
		this.applications.start(Observer.class);
		ConfigurableApplicationContext publisher = publisher();
		BlockingQueue<String> steps = new LinkedBlockingQueue<>();
		assertThatIllegalArgumentException().isThrownBy(() -> inTransaction(publisher, () -> {
			afterCommit(() -> steps.add("committed"));
			publisher.publishEvent(new Refunded(1));
		})).withMessageContaining("'refunded' is not a legal event");
		assertThat(steps).isEmpty();
	}

	@Test
	void aFailedEmissionAfterTheCommitLetsOtherCallbacksRun() {
		ConfigurableApplicationContext publisher = publisher();
		BlockingQueue<String> steps = new LinkedBlockingQueue<>();
		inTransaction(publisher, () -> {
			publisher.publishEvent(new Paid(1));
			afterCommit(() -> steps.add("committed"));
			// Legal when it was published, and not any more.
			publisher.getBean(SignalExporter.class).initialize("other");
		});
		assertThat(steps).containsExactly("committed");
	}

	@Test
	void theFirstEventWhileTheContextIsDestroyedIsNotEmittedAndPublishedAllTheSame(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.start(Leaving.class);
		Leaving.Last last = context.getBean(Leaving.Last.class);
		context.close();
		assertThat(last.published).isTrue();
		assertThat(output).contains(Paid.class.getName() + " could not be published as a signal: ");
	}

	@Test
	void anEventOfAChildContextIsEmittedOnceAndReceivedOnceByEachContext() throws InterruptedException {
		ConfigurableApplicationContext left = this.applications.start(Observer.class, "responder.name=left");
		ConfigurableApplicationContext leftChild = this.applications.startChild(left, ChildObserver.class);
		ConfigurableApplicationContext right = this.applications.start(Observer.class, "responder.name=right");
		ConfigurableApplicationContext rightChild = this.applications.startChild(right, ChildObserver.class);
		BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
		this.applications.start(Object.class).getBean(SignalResponder.class).on("*", (signal) -> {
			signals.add(signal);
			return Acknowledgement.success();
		});
		assertThat(left.getBean(SignalExporter.class).initializeAndWait(3, TIMEOUT, "paid", "end")).isTrue();
		leftChild.publishEvent(new Paid(1));
		assertThat(observe(left)).containsExactly(new Paid(1));
		assertThat(observe(leftChild)).containsExactly(new Paid(1));
		// Signals are handled in order: when this one is, nothing precedes it any more.
		left.getBean(SignalExporter.class).publish("end");
		assertThat(signals).extracting(Signal::event).containsExactly("paid", "end");
		for (ConfigurableApplicationContext context : List.of(left, leftChild, right, rightChild)) {
			assertThat(observe(context)).containsExactly(new Paid(1));
		}
	}

	@Test
	void eventsOfAContextWhoseParentHasNoBridgeAreEmittedAndReceivedAlsoByTheParent() {
		ConfigurableApplicationContext other = this.applications.start(Observer.class);
		try (ConfigurableApplicationContext parent = new AnnotationConfigApplicationContext(
				TestRedisConfiguration.class, Observer.class);
				ConfigurableApplicationContext child = this.applications.startChild(parent, ChildObserver.class)) {
			assertThat(child.getBean(SignalExporter.class).initializeAndWait(1, TIMEOUT, "paid", "end")).isTrue();
			SignalExporter exporter = other.getBean(SignalExporter.class);
			assertThat(exporter.initializeAndWait(1, TIMEOUT, "paid")).isTrue();
			child.publishEvent(new Paid(1));
			// Signals are handled in order: when this one is, nothing precedes it any
			// more.
			child.getBean(SignalExporter.class).publish("end");
			assertThat(observe(other)).containsExactly(new Paid(1));
			assertThat(exporter.emit(new Paid(2)).isSuccess()).isTrue();
			assertThat(child.getBean(ChildObserver.class).observed).containsExactly(new Paid(1), new Paid(2));
			assertThat(observe(parent)).containsExactly(new Paid(1), new Paid(2));
		}
	}

	@Test
	void theListenersOfAChildContextThatIsClosedObserveNothing() {
		ConfigurableApplicationContext parent = this.applications.start(Object.class, "responder.unhandled=reject");
		parent.getBean(SignalResponder.class).on("end", (signal) -> Acknowledgement.success());
		ConfigurableApplicationContext child = this.applications.startChild(parent, ChildObserver.class);
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "paid", "end")).isTrue();
		assertThat(exporter.emit(new Paid(1)).isSuccess()).isTrue();
		child.close();
		assertThat(exporter.emit(new Paid(2)).messages().values()).singleElement()
			.asString()
			.contains("has no handler for 'paid'");
	}

	@Test
	void theListenersOfAChildContextThatIsStoppedObserveNothingUntilItIsStarted() {
		ConfigurableApplicationContext parent = this.applications.start(Object.class, "responder.unhandled=reject");
		parent.getBean(SignalResponder.class).on("end", (signal) -> Acknowledgement.success());
		ConfigurableApplicationContext child = this.applications.startChild(parent, ChildObserver.class);
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "paid", "end")).isTrue();
		child.stop();
		assertThat(exporter.emit(new Paid(1)).isSuccess()).isFalse();
		child.start();
		assertThat(exporter.emit(new Paid(2)).isSuccess()).isTrue();
		assertThat(observe(child)).containsExactly(new Paid(2));
	}

	@Test
	void aChildContextThatFailsToStartLeavesNoListener() {
		ConfigurableApplicationContext parent = this.applications.start(Object.class);
		assertThatException().isThrownBy(() -> this.applications.startChild(parent, FailingObserver.class));
		assertThat(parent.getBean(SignalEngine.class).hasHandlers()).isFalse();
	}

	private ConfigurableApplicationContext publisher() {
		ConfigurableApplicationContext publisher = this.applications.start(EventBridgeTests.Transactional.class);
		publisher.getBean(SignalExporter.class).initialize("paid");
		return publisher;
	}

	private static void inTransaction(ConfigurableApplicationContext context, Runnable action) {
		new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> action.run());
	}

	private static void afterCommit(Runnable action) {
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				action.run();
			}

		});
	}

	private static BlockingQueue<Object> observe(ConfigurableApplicationContext context) {
		return context.getBean(Observer.class).observed;
	}

	@SignalEvent(bridge = true)
	record Paid(int order) {
	}

	@SignalEvent(bridge = true)
	record Refunded(int order) {
	}

	static class Observer {

		final BlockingQueue<Object> observed = new LinkedBlockingQueue<>();

		@EventListener
		void on(Paid paid) {
			this.observed.add(paid);
		}

	}

	static class FailingCommit extends EventBridgeTests.Transactional {

		private static final long serialVersionUID = 1L;

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			throw new TransactionSystemException("connection lost");
		}

	}

	static class Multicasting extends EventBridgeTests.Transactional {

		private static final long serialVersionUID = 1L;

		@Bean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME)
		static ApplicationEventMulticaster multicaster() {
			SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
			multicaster.setTaskExecutor(new SimpleAsyncTaskExecutor("multicaster-"));
			return multicaster;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Leaving {

		// Created last, and so destroyed first.
		@Bean
		@Lazy
		Last last(ApplicationEventPublisher events) {
			return new Last(events);
		}

		static class Last implements DisposableBean {

			private final ApplicationEventPublisher events;

			private volatile boolean published;

			Last(ApplicationEventPublisher events) {
				this.events = events;
			}

			@Override
			public void destroy() {
				this.events.publishEvent(new Paid(1));
				this.published = true;
			}

		}

	}

	static class ChildObserver extends Observer {

	}

	static class FailingObserver extends Observer {

		@EventListener
		void on(ContextRefreshedEvent event) {
			throw new IllegalStateException("failing, on purpose");
		}

	}

}
