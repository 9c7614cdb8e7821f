package io.github.statesignals.test;

import java.util.ArrayList;
import java.util.List;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.test.shop.Orders;
import io.github.statesignals.test.shop.PriceChanged;
import io.github.statesignals.test.shop.ShopApplication;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.cache.ContextCache.PauseMode;
import org.springframework.test.context.cache.DefaultCacheAwareContextLoaderDelegate;
import org.springframework.test.context.cache.DefaultContextCache;
import org.springframework.test.context.support.DefaultBootstrapContext;

import static io.github.statesignals.test.SignalAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.Mockito.mock;

/**
 * Application contexts with signals in memory: which are connected, and which are not.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AutoConfigureSignalsTests {

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	private final DefaultContextCache cache = new DefaultContextCache(8, PauseMode.ON_CONTEXT_SWITCH);

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void contextsAreNotConnectedUnlessTheyNameABroker() throws Exception {
		assertThat(broker(use(One.class))).isNotSameAs(broker(use(Two.class)));
		assertThat(broker(use(Shared.class))).isSameAs(broker(use(SharedByProperty.class)))
			.isNotSameAs(broker(use(One.class)));
		assertThat(use(One.class)).isSameAs(use(OneAgain.class)).isNotSameAs(use(Shared.class));
	}

	@Test
	void applicationsOfOneBrokerAnswerEachOther(CapturedOutput output) {
		ApplicationContext shop = run("shop");
		ApplicationContext branch = run("branch");
		String id = branch.getBean(SignalResponder.class).getResponderId();
		try (SignalScenario scenario = SignalScenario.of(shop); SignalScenario other = SignalScenario.of(branch)) {
			assertThat(scenario.emit(new PriceChanged("tea", 3))).isActedOnBy("shop", "branch");
			other.responder("billing");
			assertThat(branch.getBean(Orders.class).place("4711")).isUnhandledBy("shop", id).isActedOnBy("billing");
		}
		assertThat(output).doesNotContain("has no effect");
	}

	private ApplicationContext run(String name) {
		return register(new SpringApplicationBuilder(ShopApplication.class).web(WebApplicationType.NONE)
			.run("--spring.application.name=" + name, "--state-signals-test.broker=applications"));
	}

	@Test
	void pausedContextIsRestored() throws Exception {
		ConfigurableApplicationContext one = use(One.class);
		try (SignalScenario scenario = SignalScenario.of(one)) {
			scenario.responder("billing");
			assertThat(one.getBean(Orders.class).place("4711")).isSuccess();
		}
		use(Two.class);
		assertThat(one.isRunning()).isFalse();
		assertThat(use(OneAgain.class)).isSameAs(one);
		try (SignalScenario scenario = SignalScenario.of(one)) {
			assertThat(scenario.emit(new PriceChanged("tea", 3))).isActedOnBy("shop");
			assertThat(one.getBean(Orders.class).place("4712")).isNotActedOn();
			scenario.responder("billing");
			assertThat(one.getBean(Orders.class).place("4713")).isActedOnBy("billing");
		}
	}

	@Test
	void durableChannelFailsTheStartWithTheRemedy(CapturedOutput output) {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> new SpringApplicationBuilder(ShopApplication.class).web(WebApplicationType.NONE)
				.properties("state-signals-test.broker=", "state-signals.channels.orders.delivery=durable")
				.run());
		assertThat(output).contains("state-signals.channels.orders.delivery")
			.contains("Durable channels require Redis")
			.contains("Set the property to broadcast in this test");
	}

	@Test
	void transportOfTheApplicationIsReplaced() {
		new ApplicationContextRunner().withUserConfiguration(OwnTransport.class)
			.withPropertyValues("state-signals-test.broker=")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(SignalTransport.class)).isInstanceOf(InMemoryTransport.class);
				assertThat(context.getBean(SignalExporter.class).publish("event").isSuccess()).isFalse();
			});
	}

	@Test
	void withoutTheAnnotationNothingChanges() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(SignalTestAutoConfiguration.class,
					ConfigurationPropertiesAutoConfiguration.class))
			.run((context) -> {
				assertThat(context).doesNotHaveBean(SignalTransport.class);
				assertThatIllegalStateException().isThrownBy(() -> SignalScenario.of(context))
					.withMessageContaining("@AutoConfigureSignals");
			});
	}

	private static InMemoryBroker broker(ApplicationContext context) {
		return context.getBean(InMemoryBroker.class);
	}

	// Does the same as a test class, from its first test to its last one.
	private ConfigurableApplicationContext use(Class<?> testClass) throws Exception {
		SpringBootTestContextBootstrapper bootstrapper = new SpringBootTestContextBootstrapper();
		bootstrapper.setBootstrapContext(
				new DefaultBootstrapContext(testClass, new DefaultCacheAwareContextLoaderDelegate(this.cache)));
		TestContextManager manager = new TestContextManager(bootstrapper);
		manager.beforeTestClass();
		ConfigurableApplicationContext context = register(
				(ConfigurableApplicationContext) manager.getTestContext().getApplicationContext());
		manager.afterTestClass();
		return context;
	}

	private <T extends ConfigurableApplicationContext> T register(T context) {
		this.contexts.add(context);
		return context;
	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureSignals
	static class One {

	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureSignals
	static class OneAgain {

	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE, properties = "two=true")
	@AutoConfigureSignals
	static class Two {

	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE)
	@AutoConfigureSignals(broker = "shared")
	static class Shared {

	}

	@SpringBootTest(classes = ShopApplication.class, webEnvironment = WebEnvironment.NONE,
			properties = "state-signals-test.broker=shared")
	static class SharedByProperty {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class OwnTransport {

		@Bean
		SignalTransport ownTransport() {
			return mock(SignalTransport.class);
		}

	}

}
