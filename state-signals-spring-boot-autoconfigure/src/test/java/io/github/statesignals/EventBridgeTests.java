package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.handler.bridge.ApplicationEventBridge;
import javax.cache.annotation.CacheResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Application events that cross to other applications, and never come back.
 */
class EventBridgeTests {

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void anApplicationEventArrivesOnceInEveryApplicationThatListens() throws InterruptedException {
		List<ConfigurableApplicationContext> instances = List.of(start(Listening.class), start(Listening.class),
				start(Listening.class));
		instances.forEach((instance) -> instance.getBean(SignalExporter.class)
			.initializeAndWait(3, Duration.ofSeconds(20), "stock-changed"));
		instances.get(0).publishEvent(new StockChanged("sku-1", 7));
		for (ConfigurableApplicationContext instance : instances) {
			assertThat(instance.getBean(Listening.class).observed.poll(20, TimeUnit.SECONDS))
				.isEqualTo(new StockChanged("sku-1", 7));
		}
		// A second one from elsewhere: an echo of the first would be received before it.
		instances.get(2).publishEvent(new StockChanged("sku-2", 1));
		for (ConfigurableApplicationContext instance : instances) {
			assertThat(instance.getBean(Listening.class).observed.poll(20, TimeUnit.SECONDS))
				.isEqualTo(new StockChanged("sku-2", 1));
			assertThat(instance.getBean(Listening.class).observed).isEmpty();
		}
	}

	// It would be called whenever any exporter leaves.
	@Test
	void aListenerOfAReservedEventFailsTheStart() {
		assertThatExceptionOfType(InvalidSignalHandlerException.class)
			.isThrownBy(() -> start(ListeningToShutdown.class))
			.withMessageContaining("'shutdown'")
			.withMessageContaining("reserved");
	}

	@Test
	void aListenerThatThrowsRefusesTheSignal() {
		ConfigurableApplicationContext listener = start(Listening.class);
		SignalExporter exporter = start(Object.class).getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(20), "stock-changed")).isTrue();
		SignalResult refused = exporter.emit(new StockChanged("sku-1", -1));
		assertThat(refused.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(refused.messages().values()).containsExactly("negative stock");
		assertThat(exporter.emit(new StockChanged("sku-1", 1)).isSuccess()).isTrue();
		assertThat(listener.getBean(Listening.class).observed).containsExactly(new StockChanged("sku-1", 1));
	}

	@Test
	void anEventOfATransactionIsEmittedWhenItCommitsAndNotWhenItRollsBack() throws InterruptedException {
		ConfigurableApplicationContext listener = start(Listening.class);
		ConfigurableApplicationContext publisher = start(Transactional.class);
		publisher.getBean(SignalExporter.class).initializeAndWait(1, Duration.ofSeconds(20), "stock-changed");
		TransactionTemplate transaction = new TransactionTemplate(publisher.getBean(PlatformTransactionManager.class));
		transaction.executeWithoutResult((status) -> {
			publisher.publishEvent(new StockChanged("rolled back", 1));
			status.setRollbackOnly();
		});
		transaction.executeWithoutResult((status) -> {
			publisher.publishEvent(new StockChanged("committed", 2));
			// If it were emitted now, it would be received before this one.
			publisher.getBean(SignalExporter.class).emit(new StockChanged("directly", 3));
		});
		BlockingQueue<StockChanged> observed = listener.getBean(Listening.class).observed;
		assertThat(observed.poll(20, TimeUnit.SECONDS)).isEqualTo(new StockChanged("directly", 3));
		assertThat(observed.poll(20, TimeUnit.SECONDS)).isEqualTo(new StockChanged("committed", 2));
		assertThat(observed).isEmpty();
	}

	@Test
	void anApplicationEventClassCanNotBeBridged() {
		assertThatExceptionOfType(InvalidSignalHandlerException.class)
			.isThrownBy(() -> start(ListeningToOldEvent.class))
			.withMessageContaining("OldEvent")
			.satisfies((ex) -> assertThat(ex.getRemedy()).contains("ApplicationEvent"));
		ConfigurableApplicationContext publisher = start(Object.class);
		assertThatIllegalStateException().isThrownBy(() -> publisher.publishEvent(new OldEvent(this)))
			.withMessageContaining("OldEvent");
	}

	@Test
	void aListenerThatIsInvalidDoesNotHideTheOthersAheadOfTime() {
		GenericApplicationContext context = (GenericApplicationContext) start(Listening.class);
		context.registerBean("aaa", ListeningToOldEvent.class);
		assertThat(ApplicationEventBridge.observedTypes(context)).containsExactly(StockChanged.class.getName());
	}

	@Test
	void aListenerThatMayBeSkippedFailsTheStart() {
		for (Class<?> listening : List.of(Cached.class, LazyCached.class, CachedByJCache.class, CachedListener.class)) {
			assertThatExceptionOfType(InvalidSignalHandlerException.class).isThrownBy(() -> start(listening))
				.withMessageContaining(listening.getSimpleName() + ".on")
				.withMessageContaining("it has not acted");
		}
	}

	@Test
	void typesOfOneEventCanNotBothBeBridged() {
		assertThatExceptionOfType(InvalidSignalHandlerException.class).isThrownBy(() -> start(ListeningToClash.class))
			.withMessageContaining("stock-changed");
	}

	private ConfigurableApplicationContext start(Class<?> configuration) {
		return this.applications.start(configuration);
	}

	@SignalEvent(bridge = true)
	record StockChanged(String sku, int left) {
	}

	static class Listening {

		private final BlockingQueue<StockChanged> observed = new LinkedBlockingQueue<>();

		@EventListener
		void on(StockChanged changed) {
			if (changed.left() < 0) {
				throw new IllegalStateException("negative stock");
			}
			this.observed.add(changed);
		}

	}

	static class Transactional extends AbstractPlatformTransactionManager {

		private static final long serialVersionUID = 1L;

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

	@SignalEvent(bridge = true)
	static class OldEvent extends ApplicationEvent {

		private static final long serialVersionUID = 1L;

		OldEvent(Object source) {
			super(source);
		}

	}

	static class ListeningToOldEvent {

		@EventListener
		void on(OldEvent event) {
		}

	}

	@SignalEvent(value = "stock-changed", bridge = true)
	record OtherStockChanged(String sku) {
	}

	static class ListeningToClash {

		@EventListener
		void on(StockChanged event) {
		}

		@EventListener
		void on(OtherStockChanged event) {
		}

	}

	@EnableCaching(proxyTargetClass = true)
	static class Cached {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Cacheable("stock")
		@EventListener
		public void on(StockChanged event) {
		}

	}

	@Lazy
	static class LazyCached extends Cached {

		@Override
		@Cacheable("stock")
		@EventListener
		public void on(StockChanged event) {
		}

	}

	static class CachedListener implements ApplicationListener<PayloadApplicationEvent<StockChanged>> {

		@Override
		@CacheResult
		public void onApplicationEvent(PayloadApplicationEvent<StockChanged> event) {
		}

	}

	static class CachedByJCache {

		@CacheResult
		@EventListener
		void on(StockChanged event) {
		}

	}

	@SignalEvent(bridge = true)
	record Shutdown(String reason) {
	}

	static class ListeningToShutdown {

		@EventListener
		void on(Shutdown shutdown) {
		}

	}

}
