package io.github.statesignals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.validation.constraints.NotBlank;
import javax.cache.annotation.CacheResult;
import net.javacrumbs.shedlock.spring.annotation.SchedulerLock;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.Caching;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cache.interceptor.CacheInterceptor;
import org.springframework.cache.interceptor.CacheableOperation;
import org.springframework.cache.interceptor.NameMatchCacheOperationSource;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.MethodParameter;
import org.springframework.core.convert.converter.Converter;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.samples.petclinic.VetHandlers;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link OnSignal} methods of beans behind proxies: the call reaches the bean, or the
 * application does not start.
 */
class ProxiedHandlersTests extends AbstractHandlerTests {

	private final ApplicationContextRunner validating = this.runner
		.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class));

	@Test
	void scopeThatIsUnknownFailsTheStart() {
		for (Class<?> handlers : List.of(ScopedOpen.class, Misspelt.class)) {
			this.runner.withUserConfiguration(handlers)
				.run((context) -> assertInvalid(context, "which handles signals", "has the scope 'worker'",
						"register the scope"));
		}
	}

	@Test
	void scopeThatIsNotActiveIsTheAnswer() {
		this.runner.withUserConfiguration(ScopedOpen.class)
			.withInitializer((context) -> context.getBeanFactory().registerScope("worker", new SimpleThreadScope() {

				@Override
				public Object get(String name, ObjectFactory<?> objectFactory) {
					throw new IllegalStateException("No thread-bound request");
				}

			}))
			.run((context) -> assertThat(this.publisher.ask("go").message()).startsWith("Error creating bean")
				.contains("is not active"));
	}

	@ParameterizedTest
	@ValueSource(classes = { ValidatedFinal.class, ScopedFinal.class })
	void finalMethodOfASubclassProxyFailsTheStart(Class<?> configuration) {
		this.validating.withUserConfiguration(configuration)
			.withInitializer((context) -> context.getBeanFactory().registerScope("worker", new SimpleThreadScope()))
			.run((context) -> assertNotCallable(context, "FinalHandlers.start("));
	}

	@Test
	void privateMethodOfASubclassProxyFailsTheStartUnlessItIsStatic() {
		proxied(PrivateHandlers.class).run((context) -> assertInvalid(context, "PrivateHandlers.start(",
				"can't be called through the proxy", "It must not be private"));
		proxied(StaticHandlers.class).run((context) -> assertThat(this.publisher.ask("start").ras()).isOne());
	}

	@Test
	void packagePrivateMethodOfAnotherPackageFailsTheStart() {
		proxied(Inheriting.class).run((context) -> assertNotCallable(context, "VetHandlers.packagePrivate("));
		this.validating.withBean(Inheriting.class)
			.run((context) -> assertThat(this.publisher.ask("vet").message()).isEqualTo("vet"));
	}

	@Test
	void finalMethodOfALazyOrPrototypeProxyIsAFailure() {
		for (Class<?> handlers : List.of(LazyFinal.class, PrototypeFinal.class)) {
			proxied(handlers).run((context) -> {
				Response response = this.publisher.ask("start");
				assertThat(response.ras()).isZero();
				assertThat(response.message()).contains("start(", "can't be called through the proxy");
			});
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { Cached.class, CachedClass.class, CachedByCaching.class, LazyCached.class })
	void cachedMethodFailsTheStart(Class<?> handlers) {
		this.runner.withUserConfiguration(CachingEnabled.class, handlers)
			.run((context) -> assertInvalid(context, handlers.getSimpleName() + ".start(", "is cached",
					"Call a method of another bean"));
	}

	@ParameterizedTest
	@ValueSource(classes = { CachedByJCache.class, Locked.class })
	void methodThatMayBeSkippedFailsTheStart(Class<?> handlers) {
		this.runner.withBean(handlers)
			.run((context) -> assertInvalid(context, handlers.getSimpleName() + ".start(", "may be skipped, by @",
					"Call a method of another bean"));
	}

	@Test
	void methodBehindACacheWhoseSourceIsNoBeanFailsTheStart() {
		this.runner.withUserConfiguration(BehindCache.class)
			.run((context) -> assertInvalid(context, "Evicting.start(", "is cached", "Call a method of another bean"));
	}

	@Test
	void methodThatRefreshesACacheIsNoFailure() {
		this.runner.withBean(Refreshing.class).run((context) -> assertThat(this.publisher.ask("start").ras()).isOne());
	}

	@ParameterizedTest
	@ValueSource(classes = { CachedErrorHandler.class, CachedInterceptor.class, LockedHandler.class })
	void callbackThatMayBeSkippedFailsTheStart(Class<?> callback) {
		this.runner.withUserConfiguration(CachingEnabled.class, callback)
			.run((context) -> assertInvalid(context, callback.getName() + ".", "it has not acted",
					"Call a method of another bean"));
	}

	@Test
	void argumentsMayBeCached() {
		this.runner.withUserConfiguration(CachingEnabled.class, CachedResolver.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void methodThatClearsACacheActsForEachSignal() {
		this.runner.withUserConfiguration(CachingEnabled.class, Evicting.class).run((context) -> {
			assertThat(this.publisher.ask("start").message()).isEqualTo("1");
			assertThat(this.publisher.ask("start").message()).isEqualTo("2");
		});
	}

	@Test
	void finalMethodBehindTwoProxiesIsAFailure() {
		this.validating.withUserConfiguration(InterfaceOverSubclass.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).contains("FinalHandlers.start",
					"can't be called through the proxy"));
	}

	@Test
	void handlerOfAProxyThatAFactoryMethodMakesIsFound() {
		this.validating.withUserConfiguration(HandMadeProxy.class)
			.run((context) -> assertNotCallable(context, "HandMade.other("));
	}

	@Test
	void parametersAreThoseOfTheMethodThatIsProxied() {
		AtomicInteger calls = new AtomicInteger();
		proxied(WithHeader.class, false, calls).run((context) -> {
			assertThat(AopUtils.isJdkDynamicProxy(context.getBean("handler"))).isTrue();
			assertThat(this.publisher.ask("start").message()).isEqualTo("run-7 conductor");
			assertThat(calls).hasValue(1);
		});
	}

	@Test
	void callbackWithAFinalMethodBehindASubclassProxyFailsTheStart() {
		for (Class<?> callback : List.of(FinalErrorHandler.class, FinalInterceptor.class, FinalResolver.class)) {
			proxied(callback).run((context) -> assertNotCallable(context, callback.getName()));
		}
	}

	@Test
	void converterWithAFinalMethodBehindASubclassProxyFailsTheStart() {
		proxied(FinalConverter.class).withBean(TakingShape.class)
			.run((context) -> assertNotCallable(context, "FinalConverter"));
	}

	@Test
	void bridgedListenerWithAFinalMethodBehindASubclassProxyFailsTheStart() {
		proxied(FinalListener.class).run((context) -> assertNotCallable(context, "FinalListener.on"));
		this.validating.withBean(FinalListener.class)
			.run((context) -> assertThat(this.publisher.ask("moved").ras()).isOne());
	}

	@Test
	void exceptionThatAProxyWrapsIsThatOfTheHandler() {
		this.runner.withUserConfiguration(Undeclared.class).run((context) -> {
			assertThat(this.publisher.ask("start").message()).isEqualTo("disk full");
			assertThat(this.publisher.ask("stop").message()).isEqualTo("IOException");
			assertThat(this.publisher.ask("moved").message()).isEqualTo("disk full");
		});
	}

	@Test
	void validatedMethodIsCheckedAndCalled() {
		this.validating.withBean(ValidatedHandlers.class).run((context) -> {
			assertThat(this.publisher.ask("start", Map.of("name", "fio")).message()).isEqualTo("started fio");
			assertThat(this.publisher.ask("start", Map.of("name", " ")).ras()).isZero();
		});
	}

	private ApplicationContextRunner proxied(Class<?> type) {
		return proxied(type, true, new AtomicInteger());
	}

	private ApplicationContextRunner proxied(Class<?> type, boolean proxyTargetClass, AtomicInteger calls) {
		return this.validating.withInitializer((context) -> {
			DefaultListableBeanFactory beanFactory = (DefaultListableBeanFactory) context.getBeanFactory();
			new AnnotatedBeanDefinitionReader(beanFactory).registerBean(type, "handler");
		}).withBean("counting", MethodInterceptor.class, () -> (invocation) -> {
			calls.incrementAndGet();
			return invocation.proceed();
		}).withBean(BeanNameAutoProxyCreator.class, () -> {
			BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
			creator.setBeanNames("handler");
			creator.setInterceptorNames("counting");
			creator.setProxyTargetClass(proxyTargetClass);
			return creator;
		});
	}

	private static void assertNotCallable(AssertableApplicationContext context, String method) {
		assertInvalid(context, method, "can't be called through the proxy", "");
	}

	static class FinalHandlers {

		// In a proxy's instance it is null.
		private final List<String> started = new ArrayList<>();

		@OnSignal(event = "start")
		public final void start() {
			if (this.started != null) {
				this.started.add("start");
			}
		}

		void other() {
		}

	}

	static class PrivateHandlers {

		@OnSignal(event = "start")
		private void start() {
		}

	}

	static class StaticHandlers {

		@OnSignal(event = "start")
		private static void start() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ValidatedFinal {

		@Bean
		FinalHandlers handlers() {
			return new ValidatedFinalHandlers();
		}

	}

	@Validated
	static class ValidatedFinalHandlers extends FinalHandlers {

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedOpen {

		@Bean
		@Scope(scopeName = "worker", proxyMode = ScopedProxyMode.TARGET_CLASS)
		ScopedHandler open() {
			return new ScopedHandler();
		}

	}

	static class ScopedHandler {

		@OnSignal(event = "go")
		void go() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedFinal {

		@Bean
		@Scope(scopeName = "worker", proxyMode = ScopedProxyMode.TARGET_CLASS)
		FinalHandlers handlers() {
			return new FinalHandlers();
		}

	}

	@Lazy
	static class LazyFinal extends FinalHandlers {

	}

	@Scope("prototype")
	static class PrototypeFinal extends FinalHandlers {

	}

	static class Inheriting extends VetHandlers {

	}

	interface Starter {

		void start();

	}

	static class FinalStarter extends FinalHandlers implements Starter {

	}

	@Configuration(proxyBeanMethods = false)
	static class InterfaceOverSubclass {

		@Bean
		Starter handlers() {
			ProxyFactory inner = new ProxyFactory(new FinalStarter());
			inner.setProxyTargetClass(true);
			ProxyFactory outer = new ProxyFactory(Starter.class,
					(MethodInterceptor) (invocation) -> invocation.proceed());
			outer.setTarget(inner.getProxy());
			return (Starter) outer.getProxy();
		}

	}

	static class HandMade implements Starter {

		@Override
		public void start() {
		}

		@OnSignal(event = "start")
		public void other() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class HandMadeProxy {

		@Bean
		Starter handlers() {
			return (Starter) new ProxyFactory(new HandMade()).getProxy();
		}

	}

	interface Headed {

		Acknowledgement start(String run, String process);

	}

	static class WithHeader implements Headed {

		@Override
		@OnSignal(event = "start")
		public Acknowledgement start(@Header("tag") String run, @Header("process_name") String process) {
			return Acknowledgement.success(run + " " + process);
		}

	}

	@SignalEvent(bridge = true)
	record Moved() {
	}

	@Configuration(proxyBeanMethods = false)
	static class Undeclared {

		@Bean
		UndeclaredHandlers handlers() {
			ProxyFactory proxy = new ProxyFactory(new UndeclaredHandlers());
			proxy.setProxyTargetClass(true);
			return (UndeclaredHandlers) proxy.getProxy();
		}

		@Bean
		SignalErrorHandler type() {
			return (signal, error) -> Acknowledgement.failure(error.getClass().getSimpleName());
		}

	}

	static class UndeclaredHandlers {

		@OnSignal(event = "start")
		void start() {
			throw UndeclaredHandlers.<RuntimeException>undeclared(new IOException("disk full"));
		}

		@OnSignal(event = "stop", errorHandler = "type")
		void stop() {
			start();
		}

		@EventListener
		void on(Moved moved) throws IOException {
			throw new IOException("disk full");
		}

		// As Kotlin and Lombok do.
		@SuppressWarnings("unchecked")
		private static <E extends Exception> RuntimeException undeclared(Exception ex) throws E {
			throw (E) ex;
		}

	}

	static class FinalListener {

		private final List<Moved> moved = new ArrayList<>();

		@EventListener
		public final void on(Moved moved) {
			this.moved.add(moved);
		}

	}

	static class CachedErrorHandler implements SignalErrorHandler {

		@Override
		@Cacheable("started")
		public Acknowledgement handleError(Signal signal, Throwable error) {
			return Acknowledgement.success();
		}

	}

	@Lazy
	static class CachedInterceptor implements SignalInterceptor {

		@Override
		@Cacheable("started")
		public CompletableFuture<SignalResult> aroundPublish(Signal signal, Publishing next) {
			return next.proceed(signal);
		}

	}

	static class LockedHandler implements SignalHandler {

		@Override
		@SchedulerLock
		public Acknowledgement handle(Signal signal) {
			return Acknowledgement.success();
		}

	}

	static class CachedResolver implements SignalArgumentResolver {

		@Override
		public boolean supports(MethodParameter parameter) {
			return false;
		}

		@Override
		@Cacheable("started")
		public Object resolve(MethodParameter parameter, Signal signal) {
			return "";
		}

	}

	static class FinalErrorHandler implements SignalErrorHandler {

		@Override
		public final Acknowledgement handleError(Signal signal, Throwable error) {
			return Acknowledgement.success();
		}

	}

	static class FinalConverter implements Converter<Signal, Shape> {

		@Override
		public final Shape convert(Signal signal) {
			return new Shape(signal.event());
		}

	}

	record Shape(String name) {
	}

	static class TakingShape {

		@OnSignal(event = "start")
		void start(Shape shape) {
		}

	}

	static class FinalInterceptor implements SignalInterceptor {

		@Override
		public final CompletionStage<Acknowledgement> aroundHandle(Signal signal, Handling next) {
			return CompletableFuture.completedFuture(Acknowledgement.success());
		}

	}

	static class FinalResolver implements SignalArgumentResolver {

		@Override
		public boolean supports(MethodParameter parameter) {
			return false;
		}

		@Override
		public final Object resolve(MethodParameter parameter, Signal signal) {
			return "";
		}

	}

	@Validated
	static class ValidatedHandlers {

		private final String prefix = "started ";

		@OnSignal(event = "start")
		Acknowledgement start(@NotBlank String name) {
			return Acknowledgement.success(this.prefix + name);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class CachingEnabled {

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

	}

	static class Cached {

		@Cacheable("started")
		@OnSignal(event = "start")
		void start() {
		}

	}

	@Cacheable("started")
	static class CachedClass {

		@OnSignal(event = "start")
		Acknowledgement start() {
			return Acknowledgement.success();
		}

	}

	static class CachedByCaching {

		@Caching(cacheable = @Cacheable("started"))
		@OnSignal(event = "start")
		void start() {
		}

	}

	static class BehindCache {

		@Bean
		Evicting handlers() {
			NameMatchCacheOperationSource source = new NameMatchCacheOperationSource();
			CacheableOperation.Builder cached = new CacheableOperation.Builder();
			cached.setCacheName("started");
			source.addCacheMethod("start", List.of(cached.build()));
			CacheInterceptor cache = new CacheInterceptor();
			cache.setCacheOperationSources(source);
			ProxyFactory proxy = new ProxyFactory(new Evicting());
			proxy.setProxyTargetClass(true);
			proxy.addAdvice(cache);
			return (Evicting) proxy.getProxy();
		}

	}

	@Lazy
	static class LazyCached {

		@Cacheable("started")
		@OnSignal(event = "start")
		void start() {
		}

	}

	@Scope("worker")
	static class Misspelt {

		@OnSignal(event = "start")
		void start() {
		}

	}

	static class CachedByJCache {

		@CacheResult
		@OnSignal(event = "start")
		void start() {
		}

	}

	static class Refreshing {

		@CacheResult(skipGet = true)
		@OnSignal(event = "start")
		void start() {
		}

	}

	static class Locked {

		@SchedulerLock
		@OnSignal(event = "start")
		void start() {
		}

	}

	static class Evicting {

		private final AtomicInteger calls = new AtomicInteger();

		@CacheEvict(cacheNames = "started", allEntries = true)
		@OnSignal(event = "start")
		Acknowledgement start() {
			return Acknowledgement.success("" + this.calls.incrementAndGet());
		}

	}

}
