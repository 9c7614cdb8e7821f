package io.github.statesignals;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.OverridingClassLoader;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.converter.Converter;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.samples.petclinic.VetHandlers;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * {@link OnSignal} methods of beans whose type is not their class.
 */
@ExtendWith(OutputCaptureExtension.class)
class HandlerBeansTests extends AbstractHandlerTests {

	@Test
	void findsHandlersInAPackageThatBeginsAsSpringsOwn() {
		this.runner.withBean(VetHandlers.class)
			.run((context) -> assertThat(this.publisher.ask("vet").message()).isEqualTo("vet"));
	}

	@Test
	void nullBeanHandlesNothingAndIsNamed(CapturedOutput output) {
		this.runner.withUserConfiguration(NullBeans.class).run((context) -> {
			assertThat(output).contains("Bean 'absent' is null");
			assertThat(this.publisher.ask("start").message()).isEqualTo("present");
			assertThat(this.publisher.ask("start").message()).isEqualTo("present");
			assertThat(output.getOut().split("Bean 'absent' is null", -1)).hasSize(2);
			assertThat(output.getOut().split("Bean 'absentLater' is null", -1)).hasSize(2);
		});
	}

	@Test
	void nullBeanAloneDoesNotMakeAResponder() {
		this.runner.withUserConfiguration(OnlyNull.class).run((context) -> {
			context.getBean(SignalResponderFactory.class)
				.get("other")
				.on("start", (signal) -> Acknowledgement.success("other"));
			assertThat(this.publisher.ask(Signal.INITIALIZATION).responderId()).startsWith("other-");
			assertThat(this.publisher.ask("start").message()).isEqualTo("other");
			assertThat(this.publisher.ask("start").message()).isEqualTo("other");
		});
	}

	@Test
	void errorHandlerThatIsNullFailsTheStart() {
		this.runner.withUserConfiguration(NullErrorHandler.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidSignalHandlerException.class)
				.hasMessageContaining("'none'"));
	}

	@ParameterizedTest
	@ValueSource(classes = { LambdaConverter.class, MethodReferenceConverter.class, LazyConverter.class,
			RawlyDeclaredConverter.class, ScopedConverter.class, FactoryBeanConverter.class })
	void typeOfAConverterIsThatOfItsDefinition(Class<?> configuration) {
		this.runner.withUserConfiguration(configuration, TakesRunId.class)
			.withInitializer((context) -> context.getBeanFactory().registerScope("worker", new SimpleThreadScope()))
			.run((context) -> assertThat(this.publisher.ask("start").message()).isEqualTo("RunId[value=run-7]"));
	}

	@Test
	void firstOfSeveralConvertersConverts() {
		this.runner.withUserConfiguration(TwoConverters.class, TakesRunId.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).isEqualTo("RunId[value=first]"));
	}

	@Test
	void converterOfACollectionIsForThatOfItsElements() {
		this.runner.withUserConfiguration(CollectionConverter.class).run((context) -> {
			assertThat(this.publisher.ask("start").message()).isEqualTo("[RunId[value=run-7]]");
			assertThat(this.publisher.ask("names", Map.of("names", List.of("fio"))).message()).isEqualTo("fio");
		});
	}

	@Test
	void callsMethodsOfAProductWhoseTypeItsFactoryDoesNotKnow() {
		this.runner.withUserConfiguration(UnknownProduct.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).isEqualTo("present"));
	}

	@Test
	void handlerOfANamedResponderIsRegisteredIfAnotherResponderIsMocked() {
		this.runner.withBean(SignalResponder.class, () -> mock(SignalResponder.class))
			.withBean(OfNamedResponder.class)
			.run((context) -> assertThat(this.publisher.ask("start").responderId()).startsWith("cpu-"));
	}

	@Test
	void handlerIsRegisteredWithTheResponderBeanOfThatName() {
		this.runner.withUserConfiguration(ResponderOfAChannel.class).run((context) -> {
			SignalResponder cpu = context.getBean("cpu", SignalResponder.class);
			SignalExporter exporter = context.getBean(SignalExporterFactory.class).create("host", "lab");
			exporter.initialize("start");
			assertThat(exporter.publish("start").responses()).containsOnlyKeys(cpu.getResponderId());
		});
	}

	@Test
	void lazyBeanWhoseClassMissesADependencyDoesNotFailTheStart() throws ClassNotFoundException {
		Class<?> type = new WithoutDependency().loadClass(Dependent.class.getName());
		this.runner.withInitializer((context) -> registerLazy((BeanDefinitionRegistry) context, type))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void callsMethodsOfAFactoryBeanAndOfItsProduct() {
		this.runner.withUserConfiguration(ProductFactory.class).run((context) -> {
			assertThat(this.publisher.ask("product").message()).isEqualTo("product");
			assertThat(this.publisher.ask("factory").message()).isEqualTo("factory");
		});
	}

	@Test
	void callsMethodsOfAFactoryBeanThatIsLazy() {
		this.runner.withInitializer((context) -> registerLazy((BeanDefinitionRegistry) context, TextFactory.class))
			.run((context) -> assertThat(this.publisher.ask("factory").message()).isEqualTo("factory"));
	}

	@Test
	void lambdaOfAnAnnotatedInterfaceTakesTheDeclaredParameters() {
		this.runner.withUserConfiguration(LambdaHandlers.class)
			.run((context) -> assertThat(this.publisher.ask("start", Map.of("name", "fio")).message())
				.isEqualTo("fio run-7"));
	}

	@Test
	void lambdaOfAGenericInterfaceWithoutATypeFailsTheStart() {
		this.runner.withUserConfiguration(GenericLambda.class)
			.run((context) -> assertInvalid(context, "Generic.start(", "type variable T", "class"));
	}

	@Test
	void typeVariableThatTheClassLeavesOpenIsItsBound() {
		this.runner.withBean(Bounded.class)
			.run((context) -> assertThat(this.publisher.ask("start", Map.of("value", "fio")).message())
				.isEqualTo("fio"));
	}

	@Test
	void annotationOfAParameterIsInherited() {
		this.runner.withBean(InheritsHeader.class)
			.run((context) -> assertThat(this.publisher.ask("start", Map.of("name", "fio")).message())
				.isEqualTo("fio run-7"));
	}

	@ParameterizedTest
	@ValueSource(classes = { AsyncVoid.class, AsyncClass.class, AsyncBoolean.class })
	void asynchronousMethodThatDoesNotReturnAFutureFailsTheStart(Class<?> handlers) {
		this.runner.withUserConfiguration(EnablesAsync.class)
			.withBean(handlers)
			.run((context) -> assertInvalid(context, handlers.getName() + ".on(", "@Async", "CompletableFuture"));
	}

	@ParameterizedTest
	@ValueSource(classes = { AsyncVoid.class, AsyncClass.class })
	void asynchronousMethodOfALazyBeanFailsTheStart(Class<?> handlers) {
		this.runner.withUserConfiguration(EnablesAsync.class)
			.withInitializer((context) -> registerLazy((BeanDefinitionRegistry) context, handlers))
			.run((context) -> assertInvalid(context, handlers.getName() + ".on(", "@Async", "CompletableFuture"));
	}

	@ParameterizedTest
	@ValueSource(classes = { BackgroundVoid.class, BackgroundClass.class })
	void asynchronousMethodByAnotherAnnotationFailsTheStart(Class<?> handlers) {
		this.runner.withUserConfiguration(EnablesBackground.class)
			.withBean(handlers)
			.run((context) -> assertInvalid(context, handlers.getName() + ".on(", "is asynchronous",
					"CompletableFuture"));
	}

	@Test
	void asynchronousMethodOfALazyBeanIsAFailure() {
		this.runner.withUserConfiguration(EnablesBackground.class, LazyBackground.class).run((context) -> {
			Response response = this.publisher.ask("start");
			assertThat(response.ras()).isZero();
			assertThat(response.message()).contains("BackgroundVoid.on()", "is asynchronous");
		});
	}

	@Test
	void asynchronousMethodByAnotherAnnotationMayReturnAFuture() {
		this.runner.withUserConfiguration(EnablesBackground.class)
			.withBean(BackgroundFuture.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).isEqualTo("out of disk"));
	}

	@Test
	void handlerThatHasNotFinishedWhenTheApplicationStopsIsNamed(CapturedOutput output) {
		CountDownLatch release = new CountDownLatch(1);
		this.runner.withBean(Blocked.class, () -> new Blocked(release))
			.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=10ms")
			.run((context) -> {
				this.publisher.publish("start");
				this.publisher.publish("start");
				assertThat(context.getBean(Blocked.class).called.await(10, TimeUnit.SECONDS)).isTrue();
			});
		release.countDown();
		assertThat(output).contains(Blocked.class.getName() + ".block of 'app-")
			.contains("on 'start' of 'publisher', 1 waiting");
	}

	@Test
	void asynchronousMethodAnswersWithItsFuture() {
		this.runner.withUserConfiguration(EnablesAsync.class).withBean(AsyncFuture.class).run((context) -> {
			assertThat(this.publisher.ask("start").message()).isEqualTo("out of disk");
			assertThat(this.publisher.ask("end").message()).isEqualTo("ended");
		});
	}

	private static void registerLazy(BeanDefinitionRegistry registry, Class<?> type) {
		RootBeanDefinition definition = new RootBeanDefinition(type);
		definition.setLazyInit(true);
		registry.registerBeanDefinition("lazy", definition);
	}

	record RunId(String value) {
	}

	@Configuration(proxyBeanMethods = false)
	static class NullBeans {

		@Bean
		Handlers absent() {
			return null;
		}

		@Bean
		@Lazy
		Handlers absentLater() {
			return null;
		}

		@Bean
		Handlers present() {
			return new Handlers();
		}

	}

	static class Dependent {

		void on(Dependency dependency) {
		}

	}

	static class Dependency {

	}

	static class WithoutDependency extends OverridingClassLoader {

		WithoutDependency() {
			super(HandlerBeansTests.class.getClassLoader());
		}

		@Override
		protected boolean isEligibleForOverriding(String name) {
			return name.equals(Dependent.class.getName());
		}

		@Override
		public Class<?> loadClass(String name) throws ClassNotFoundException {
			if (name.equals(Dependency.class.getName())) {
				throw new ClassNotFoundException(name);
			}
			return super.loadClass(name);
		}

	}

	static class OfNamedResponder {

		@OnSignal(event = "start", responder = "cpu")
		void start() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ResponderOfAChannel {

		@Bean
		SignalResponder cpu(SignalResponderFactory factory) {
			return factory.get("cpu", "lab");
		}

		@OnSignal(event = "start", responder = "cpu")
		void start() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CollectionConverter {

		@Bean
		Converter<Signal, List<RunId>> toRunIds() {
			return (signal) -> List.of(new RunId(signal.tag()));
		}

		@OnSignal(event = "start")
		Acknowledgement start(List<RunId> runs) {
			return Acknowledgement.success(runs.toString());
		}

		@OnSignal(event = "names")
		Acknowledgement names(List<String> names) {
			return Acknowledgement.success(String.join(" ", names));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class UnknownProduct {

		@Bean
		FactoryBean<Object> product() {
			return new FactoryBean<>() {

				@Override
				public Object getObject() {
					return new Handlers();
				}

				@Override
				public Class<?> getObjectType() {
					return Object.class;
				}

			};
		}

		// Creates the product before the start looks for handlers.
		@Bean
		List<Object> user(@Qualifier("product") Object product) {
			return List.of(product);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnlyNull {

		@Bean
		Handlers absent() {
			return null;
		}

	}

	static class Handlers {

		@OnSignal(event = "start")
		Acknowledgement start() {
			return Acknowledgement.success("present");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NullErrorHandler {

		@OnSignal(event = "start", errorHandler = "none")
		void start() {
		}

		@Bean
		SignalErrorHandler none() {
			return null;
		}

	}

	static class TakesRunId {

		@OnSignal(event = "start")
		Acknowledgement start(RunId runId) {
			return Acknowledgement.success(runId.toString());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LambdaConverter {

		@Bean
		Converter<String, RunId> other() {
			return RunId::new;
		}

		@Bean
		Converter<Signal, String> another() {
			return Signal::event;
		}

		@Bean
		Converter<Signal, RunId> toRunId() {
			return (signal) -> new RunId(signal.tag());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MethodReferenceConverter {

		@Bean
		static Converter<Signal, RunId> toRunId() {
			return MethodReferenceConverter::convert;
		}

		private static RunId convert(Signal signal) {
			return new RunId(signal.tag());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyConverter {

		@Bean
		@Lazy
		Converter<Signal, RunId> toRunId() {
			return (signal) -> new RunId(signal.tag());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RawlyDeclaredConverter {

		@Bean
		Converter<?, ?> toRunId() {
			return new ToRunId();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedConverter {

		@Bean
		@Scope(scopeName = "worker", proxyMode = ScopedProxyMode.INTERFACES)
		Converter<Signal, RunId> toRunId() {
			return (signal) -> new RunId(signal.tag());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FactoryBeanConverter {

		@Bean
		FactoryBean<Converter<Signal, RunId>> toRunId() {
			return new FactoryBean<>() {

				@Override
				public Converter<Signal, RunId> getObject() {
					return (signal) -> new RunId(signal.tag());
				}

				@Override
				public Class<?> getObjectType() {
					return Converter.class;
				}

			};
		}

	}

	static class ToRunId implements Converter<Signal, RunId> {

		@Override
		public RunId convert(Signal signal) {
			return new RunId(signal.tag());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoConverters {

		@Bean
		@Order(2)
		Converter<Signal, RunId> second() {
			return (signal) -> new RunId("second");
		}

		@Bean
		@Order(1)
		Converter<Signal, RunId> first() {
			return (signal) -> new RunId("first");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProductFactory {

		@Bean
		HandlersFactory handlers() {
			return new HandlersFactory();
		}

	}

	static class HandlersFactory implements FactoryBean<Product> {

		@OnSignal(event = "factory")
		Acknowledgement factory() {
			return Acknowledgement.success("factory");
		}

		@Override
		public Product getObject() {
			return new Product();
		}

		@Override
		public Class<?> getObjectType() {
			return Product.class;
		}

	}

	static class TextFactory implements FactoryBean<String> {

		@OnSignal(event = "factory")
		Acknowledgement factory() {
			return Acknowledgement.success("factory");
		}

		@Override
		public String getObject() {
			return "text";
		}

		@Override
		public Class<?> getObjectType() {
			return String.class;
		}

	}

	static class Product {

		@OnSignal(event = "product")
		Acknowledgement product() {
			return Acknowledgement.success("product");
		}

	}

	interface Starter {

		@OnSignal(event = "start")
		Acknowledgement start(String name, @Header("tag") String run);

	}

	@Configuration(proxyBeanMethods = false)
	static class LambdaHandlers {

		@Bean
		Starter handlers() {
			return (name, run) -> Acknowledgement.success(name + " " + run);
		}

	}

	interface Generic<T> {

		@OnSignal(event = "start")
		void start(T run);

	}

	@Configuration(proxyBeanMethods = false)
	static class GenericLambda {

		@Bean
		Generic<RunId> handlers() {
			List<RunId> runs = new ArrayList<>();
			return runs::add;
		}

	}

	static class Bounded<T extends RunId> {

		@OnSignal(event = "start")
		Acknowledgement start(T run) {
			return Acknowledgement.success(run.value());
		}

	}

	static class InheritsHeader implements Starter {

		@Override
		public Acknowledgement start(String name, String run) {
			return Acknowledgement.success(name + " " + run);
		}

	}

	static class Blocked {

		private final CountDownLatch called = new CountDownLatch(1);

		private final CountDownLatch release;

		Blocked(CountDownLatch release) {
			this.release = release;
		}

		@OnSignal(event = "start")
		void block() throws InterruptedException {
			this.called.countDown();
			this.release.await();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class EnablesAsync {

	}

	static class AsyncVoid {

		@Async
		@OnSignal(event = "start")
		void on() {
		}

	}

	@Async
	static class AsyncClass {

		@OnSignal(event = "start")
		void on() {
		}

	}

	static class AsyncBoolean {

		@Async
		@OnSignal(event = "start")
		boolean on() {
			return true;
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@interface Background {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync(annotation = Background.class)
	static class EnablesBackground {

	}

	static class BackgroundVoid {

		@Background
		@OnSignal(event = "start")
		void on() {
		}

	}

	@Background
	static class BackgroundClass {

		@OnSignal(event = "start")
		void on() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBackground {

		@Bean
		@Lazy
		BackgroundVoid handlers() {
			return new BackgroundVoid();
		}

	}

	static class BackgroundFuture {

		@Background
		@OnSignal(event = "start")
		CompletableFuture<Acknowledgement> on() {
			throw new IllegalStateException("out of disk");
		}

	}

	static class AsyncFuture {

		@Async
		@OnSignal(event = "start")
		public CompletableFuture<Acknowledgement> start() {
			throw new IllegalStateException("out of disk");
		}

		@Async
		@OnSignal(event = "end")
		public CompletableFuture<Acknowledgement> end() {
			return CompletableFuture.completedFuture(Acknowledgement.success("ended"));
		}

	}

}
