package io.github.statesignals;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.core.responder.DefaultSignalResponder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.EventListenerFactory;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalApplicationListener;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which listeners observe a bridged type from remote: a signal is acknowledged when one
 * of them was called. The responders here reject signals without a handler.
 */
@ExtendWith(OutputCaptureExtension.class)
class EventBridgeObserverTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private static final Applications applications = new Applications();

	private static SignalExporter remote;

	private final BlockingQueue<Object> received = Received.queue;

	@BeforeAll
	static void startExporter() {
		remote = applications.start(Object.class).getBean(SignalExporter.class);
	}

	@Test
	void aListenerToASealedInterfaceObservesEachOfItsTypes() throws InterruptedException {
		SignalExporter exporter = exporterTo(Sealed.class);
		assertActed(exporter.emit(new Started("n1")), new Started("n1"));
		assertActed(exporter.emit(new Stopped("n2")), new Stopped("n2"));
	}

	@Test
	void aListenerToASealedSupertypeObservesThoseThatAreBridged() throws InterruptedException {
		SignalExporter exporter = exporterTo(SealedSupertype.class);
		assertActed(exporter.emit(new Moved("m1")), new Moved("m1"));
	}

	@Test
	void aLambdaListenerObservesTheTypeOfItsBeanDefinition() throws InterruptedException {
		SignalExporter exporter = exporterTo(Lambdas.class);
		assertActed(exporter.emit(new Moved("m1")), new Moved("m1"));
		assertActed(exporter.emit(new Started("n1")), new Started("n1"));
	}

	@Test
	void aListenerToAPayloadOfASupertypeActsWithAWildcardAlone() throws InterruptedException {
		SignalExporter exporter = exporterTo(SupertypePayloads.class);
		assertUnhandled(exporter.emit(new Started("n1")));
		assertUnhandled(exporter.emit(new Changed<>(new Moved("m1"))));
		assertActed(exporter.emit(new Moved("m1")), new Moved("m1"));
	}

	@Test
	void aListenerToATypeArgumentIsNotCalledForASignalWhichHasNone(CapturedOutput output) throws InterruptedException {
		SignalExporter exporter = exporterTo(TypeArguments.class);
		assertUnhandled(exporter.emit(new Changed<>(new Moved("m1"))));
		assertThat(output).contains("TypeArguments.onChanged is not called for signals 'changed'");
		assertThat(output).doesNotContain("'moved'");
	}

	@Test
	void aListenerToAnyTypeArgumentIsCalledForASignal(CapturedOutput output) throws InterruptedException {
		assertActed(exporterTo(Wildcard.class).emit(new Changed<>("c1")), new Changed<>("c1"));
		assertThat(output).doesNotContain("Wildcard.onChanged");
	}

	@Test
	void aListenerToAPayloadOfASupertypeIsLogged(CapturedOutput output) {
		exporterTo(SupertypePayloads.class);
		assertThat(output).contains("SupertypePayloads.on is not called for signals 'started', 'stopped'")
			.contains("'lambda' is not called for signals 'started', 'stopped'")
			.contains("'generic' is not called for signals 'changed'")
			.doesNotContain("'wildcard' is not called");
	}

	@Test
	void aListenerWhoseConditionIsFalseDoesNotAct() throws InterruptedException {
		SignalExporter exporter = exporterTo(Conditional.class);
		assertActed(exporter.emit(new Moved("yes")), new Moved("yes"));
		assertUnhandled(exporter.emit(new Moved("no")));
	}

	@Test
	void aListenerOfABeanThatIsNullDoesNotAct() {
		assertUnhandled(exporterTo(NullBean.class).emit(new Moved("m1")));
	}

	// Spring looks for the annotation in the interface alone.
	@Test
	void aListenerBehindAProxyOfTheApplicationActsIfItsInterfaceIsAnnotated() throws InterruptedException {
		SignalExporter exporter = exporterTo(HandMadeProxies.class);
		assertActed(exporter.emit(new Moved("yes")), new Moved("yes"));
		assertUnhandled(exporter.emit(new Moved("no")));
		assertUnhandled(exporter.emit(new Started("n1")));
	}

	@Test
	void aTransactionalListenerIsCalledInATransaction() throws InterruptedException {
		SignalExporter exporter = exporterTo(InTransaction.class);
		assertActed(exporter.emit(new Moved("m1")), "after commit m1");
		assertActed(exporter.emit(new Started("n1")), "before commit n1, active");
		SignalResult refused = exporter.emit(new Moved("bad"));
		assertThat(refused.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(refused.messages().values()).containsExactly("refused after the commit");
		assertActed(exporter.emit(new Stopped("n2")), "payload n2");
	}

	@Test
	void aTransactionalListenerThatThrowsRefusesTheSignalAlsoIfALaterOneActs() throws InterruptedException {
		SignalResult refused = exporterTo(SeveralInTransaction.class).emit(new Moved("m1"));
		assertThat(refused.messages().values()).containsExactly("refused after the commit");
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).isEqualTo("later m1");
	}

	@Test
	void aTransactionalListenerIsCalledForAnEventOfItsApplication() {
		this.received.clear();
		ConfigurableApplicationContext context = applications.start(InTransaction.class);
		context.getBean(SignalExporter.class).initialize("started");
		new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
			.executeWithoutResult((status) -> context.publishEvent(new Started("n1")));
		assertThat(this.received).containsExactly("before commit n1, active");
	}

	@Test
	void anAsynchronousListenerWithASeparateTransactionIsCalled() throws InterruptedException {
		assertActed(exporterTo(Asynchronous.class).emit(new Moved("m1")), "separately m1, active");
	}

	@Test
	void aTransactionalListenerThatIsNeverCalledDoesNotAct(CapturedOutput output) {
		SignalExporter exporter = exporterTo(WithoutTransactionManager.class);
		assertUnhandled(exporter.emit(new Moved("m1")));
		assertThat(output).contains("WithoutTransactionManager.onMoved")
			.contains("PlatformTransactionManager")
			.contains("'moved'");
	}

	@Test
	void aTransactionalListenerWithoutTransactionsDoesNotAct(CapturedOutput output) {
		SignalExporter exporter = exporterTo(WithoutTransactions.class);
		assertUnhandled(exporter.emit(new Moved("m1")));
		assertThat(output).contains("WithoutTransactions.onMoved").contains("PlatformTransactionManager");
	}

	@Test
	void aListenerToRollbacksDoesNotAct(CapturedOutput output) {
		SignalExporter exporter = exporterTo(AfterRollback.class);
		assertUnhandled(exporter.emit(new Moved("m1")));
		assertThat(output).contains("AfterRollback.onMoved").contains("rollback");
	}

	@ParameterizedTest
	@ValueSource(strings = { "acknowledge", "reject", "ignore" })
	void nothingActsOnAnOwnSignalAndItsPublishDoesNotFail(String unhandled) {
		ConfigurableApplicationContext context = applications.start(Sealed.class, "responder.unhandled=" + unhandled);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "started", "stopped")).isTrue();
		SignalResult result = exporter.emit(new Started("n1"));
		assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(result.isSuccess()).isFalse();
		assertThat(result.unhandled()).hasSize(1);
	}

	@Test
	void aPausedBridgeRefusesSignalsExceptThoseOfItsApplication() {
		remote.shutdown();
		ConfigurableApplicationContext context = applications.start(Sealed.class);
		((DefaultSignalResponder) context.getBean(SignalResponder.class)).handlers()
			.pause("started", "bridge to application events of " + Started.class.getName(), true);
		SignalExporter own = context.getBean(SignalExporter.class);
		assertThat(own.initializeAndWait(1, TIMEOUT, "started")).isTrue();
		assertThat(remote.initializeAndWait(1, TIMEOUT, "started")).isTrue();
		assertThat(remote.emit(new Started("n1")).messages().values()).singleElement()
			.asString()
			.contains("paused by an operator");
		assertThat(own.emit(new Started("n2")).code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		assertThat(this.received).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(classes = { UndeclaredProduct.class, LateProduct.class, LateSingleton.class, LateMethod.class })
	void aListenerThatSpringDoesNotRegisterDoesNotAct(Class<?> configuration, CapturedOutput output) {
		assertUnhandled(exporterTo(configuration).emit(new Moved("m1")));
		assertThat(output).contains("is not called for signals 'moved': Spring did not know");
	}

	@ParameterizedTest
	@ValueSource(classes = { DeclaredProduct.class, LateDefinition.class, LazyListener.class, OwnAdapter.class })
	void aListenerThatSpringRegistersActs(Class<?> configuration) throws InterruptedException {
		assertActed(exporterTo(configuration).emit(new Moved("m1")), new Moved("m1"));
	}

	private SignalExporter exporterTo(Class<?> responder) {
		this.received.clear();
		remote.shutdown();
		// There is a responder also where no listener is one.
		ConfigurableApplicationContext context = applications.start(responder);
		context.getBean(SignalResponder.class).on("other", (signal) -> Acknowledgement.success());
		assertThat(remote.initializeAndWait(1, TIMEOUT, "started", "stopped", "moved", "changed", "other")).isTrue();
		return remote;
	}

	private void assertActed(SignalResult result, Object received) throws InterruptedException {
		assertThat(result.messages()).isEmpty();
		assertThat(result.isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).isEqualTo(received);
		assertThat(this.received).isEmpty();
	}

	private void assertUnhandled(SignalResult result) {
		assertThat(result.unhandled()).hasSize(1);
		assertThat(result.isSuccess()).isFalse();
		assertThat(this.received).isEmpty();
	}

	static final class Received {

		static final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();

	}

	@SignalEvent(bridge = true)
	sealed interface NodeChanged permits Started, Stopped {

	}

	record Started(String node) implements NodeChanged {
	}

	record Stopped(String node) implements NodeChanged {
	}

	sealed interface Change permits Moved, Renamed {

	}

	@SignalEvent(bridge = true)
	record Moved(String what) implements Change {
	}

	record Renamed(String what) implements Change {
	}

	@SignalEvent(bridge = true)
	record Changed<T>(T item) {
	}

	static class Sealed {

		@EventListener
		void on(NodeChanged changed) {
			Received.queue.add(changed);
		}

	}

	static class SealedSupertype {

		@EventListener
		void on(Change change) {
			Received.queue.add(change);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Lambdas {

		@Bean
		ApplicationListener<PayloadApplicationEvent<Moved>> moved() {
			return ApplicationListener.forPayload(Received.queue::add);
		}

		@Bean
		ApplicationListener<PayloadApplicationEvent<Started>> started() {
			return (event) -> Received.queue.add(event.getPayload());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SupertypePayloads {

		@Bean
		ApplicationListener<PayloadApplicationEvent<NodeChanged>> lambda() {
			return (event) -> Received.queue.add(event.getPayload());
		}

		@Bean
		NodeListener object() {
			return new NodeListener();
		}

		@EventListener
		void on(PayloadApplicationEvent<NodeChanged> event) {
			Received.queue.add(event.getPayload());
		}

		@Bean
		ApplicationListener<PayloadApplicationEvent<Changed<Moved>>> generic() {
			return (event) -> Received.queue.add(event.getPayload());
		}

		@Bean
		ApplicationListener<PayloadApplicationEvent<? extends Change>> wildcard() {
			return (event) -> Received.queue.add(event.getPayload());
		}

	}

	static class NodeListener implements ApplicationListener<PayloadApplicationEvent<NodeChanged>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<NodeChanged> event) {
			Received.queue.add(event.getPayload());
		}

	}

	static class TypeArguments {

		@EventListener
		void onChanged(Changed<Moved> changed) {
			Received.queue.add(changed);
		}

		@EventListener
		void onMoved(Moved moved) {
			Received.queue.add(moved);
		}

	}

	static class Wildcard {

		@EventListener
		void onChanged(Changed<?> changed) {
			Received.queue.add(changed);
		}

	}

	static class Conditional {

		@EventListener(condition = "#root.event.payload.what == 'yes'")
		void on(Moved moved) {
			Received.queue.add(moved);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NullBean {

		@Bean
		MovedListener nothing() {
			return null;
		}

	}

	static class MovedListener {

		@EventListener
		void on(Moved moved) {
			Received.queue.add(moved);
		}

	}

	interface ConditionalListener {

		@EventListener(condition = "#root.event.payload.what == 'yes'")
		void onMoved(Moved moved);

		void onStarted(Started started);

	}

	static class HandMade implements ConditionalListener {

		@Override
		public void onMoved(Moved moved) {
			Received.queue.add(moved);
		}

		@Override
		@EventListener
		public void onStarted(Started started) {
			Received.queue.add(started);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HandMadeProxies {

		@Bean
		ConditionalListener listener() {
			return (ConditionalListener) new ProxyFactory(new HandMade()).getProxy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class InTransaction {

		@Bean
		PlatformTransactionManager transactionManager() {
			return new EventBridgeTests.Transactional();
		}

		@TransactionalEventListener
		void on(Moved moved) {
			if (moved.what().equals("bad")) {
				throw new IllegalStateException("refused after the commit");
			}
			Received.queue.add("after commit " + moved.what());
		}

		@TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
		void on(Started started) {
			Received.queue.add("before commit " + started.node() + ", "
					+ (TransactionSynchronizationManager.isActualTransactionActive() ? "active" : "not active"));
		}

		@Bean
		TransactionalApplicationListener<PayloadApplicationEvent<Stopped>> stopped() {
			return TransactionalApplicationListener
				.forPayload((Stopped stopped) -> Received.queue.add("payload " + stopped.node()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class SeveralInTransaction {

		@Bean
		PlatformTransactionManager transactionManager() {
			return new EventBridgeTests.Transactional();
		}

		@Order(1)
		@TransactionalEventListener
		void on(Moved moved) {
			throw new IllegalStateException("refused after the commit");
		}

		@Order(2)
		@TransactionalEventListener
		void later(Moved moved) {
			Received.queue.add("later " + moved.what());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement(proxyTargetClass = true)
	@EnableAsync(proxyTargetClass = true)
	static class Asynchronous {

		@Bean
		PlatformTransactionManager transactionManager() {
			return new EventBridgeTests.Transactional();
		}

		@Bean
		AsynchronousListener listener() {
			return new AsynchronousListener();
		}

	}

	static class AsynchronousListener {

		@Async
		@Transactional(propagation = Propagation.REQUIRES_NEW)
		@TransactionalEventListener
		public void on(Moved moved) {
			Received.queue.add("separately " + moved.what() + ", "
					+ (TransactionSynchronizationManager.isActualTransactionActive() ? "active" : "not active"));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class WithoutTransactionManager {

		@TransactionalEventListener
		void onMoved(Moved moved) {
			Received.queue.add(moved);
		}

	}

	static class WithoutTransactions {

		@TransactionalEventListener
		void onMoved(Moved moved) {
			Received.queue.add(moved);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class AfterRollback {

		@Bean
		PlatformTransactionManager transactionManager() {
			return new EventBridgeTests.Transactional();
		}

		@TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
		void onMoved(Moved moved) {
			Received.queue.add(moved);
		}

	}

	static class ProductListener implements ApplicationListener<PayloadApplicationEvent<Moved>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<Moved> event) {
			Received.queue.add(event.getPayload());
		}

	}

	record Product(Object getObject, Class<?> getObjectType) implements FactoryBean<Object> {
	}

	static class TypedFactory implements FactoryBean<ProductListener> {

		@Override
		public ProductListener getObject() {
			return new ProductListener();
		}

		@Override
		public Class<?> getObjectType() {
			return ProductListener.class;
		}

	}

	static class LazyFactory implements FactoryBean<Object> {

		private final Object product;

		private Object created;

		LazyFactory(Object product) {
			this.product = product;
		}

		@Override
		public Object getObject() {
			this.created = this.product;
			return this.product;
		}

		@Override
		public Class<?> getObjectType() {
			return (this.created != null) ? this.created.getClass() : Object.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UndeclaredProduct {

		@Bean
		FactoryBean<Object> product() {
			return new Product(new ProductListener(), ProductListener.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateProduct {

		@Bean
		FactoryBean<Object> product() {
			return new LazyFactory(new ProductListener());
		}

		@Bean
		String user(@Qualifier("product") Object product) {
			return product.toString();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateSingleton {

		@Bean
		SmartInitializingSingleton registrar(ConfigurableListableBeanFactory beanFactory) {
			return () -> beanFactory.registerSingleton("product", new ProductListener());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateMethod {

		@Bean
		FactoryBean<Object> product() {
			return new LazyFactory(new MovedListener());
		}

		@Bean
		SmartInitializingSingleton user(BeanFactory beanFactory) {
			return () -> beanFactory.getBean("product");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DeclaredProduct {

		@Bean
		TypedFactory product() {
			return new TypedFactory();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LateDefinition {

		@Bean
		SmartInitializingSingleton registrar(GenericApplicationContext context) {
			return () -> {
				context.registerBean("product", ProductListener.class);
				context.getBean("product");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyListener {

		@Bean
		@Lazy
		ProductListener product() {
			return new ProductListener();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnAdapter {

		@Bean
		MovedListener product() {
			return new MovedListener();
		}

		@Bean
		static EventListenerFactory factory(BeanFactory beanFactory) {
			return new EventListenerFactory() {

				@Override
				public boolean supportsMethod(Method method) {
					return method.getDeclaringClass() == MovedListener.class;
				}

				@Override
				public ApplicationListener<?> createApplicationListener(String beanName, Class<?> type, Method method) {
					return ApplicationListener.forPayload((Moved moved) -> ReflectionUtils.invokeMethod(method,
							beanFactory.getBean(beanName), moved));
				}

			};
		}

	}

}
