package io.github.statesignals.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.TestRedisConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.cache.ContextCache.PauseMode;
import org.springframework.test.context.cache.DefaultCacheAwareContextLoaderDelegate;
import org.springframework.test.context.cache.DefaultContextCache;
import org.springframework.test.context.support.DefaultBootstrapContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Test contexts on a real Redis that their cache pauses by
 * {@code spring.test.context.cache.pause}.
 */
@Timeout(120)
class ContextCacheTests {

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void exportersOfAContextAreRestoredWhenItIsUsedAgain() throws Exception {
		DefaultContextCache cache = new DefaultContextCache(4, PauseMode.ON_CONTEXT_SWITCH);
		ConfigurableApplicationContext one = use(cache, One.class);
		SignalExporter exporter = one.getBean(SignalExporter.class);
		SignalExporter audit = one.getBean("auditExporter", SignalExporter.class);
		exporter.initialize("start");
		for (int i = 0; i < 2; i++) {
			ConfigurableApplicationContext two = use(cache, Two.class);
			assertThat(one.isRunning()).isFalse();
			assertThat(exporter.getSubscribers()).isEmpty();
			assertThat(two.getBean(SignalExporter.class).publish("start").responses())
				.containsOnlyKeys(two.getBean(SignalResponder.class).getResponderId());
			assertThat(use(cache, One.class)).isSameAs(one);
			assertThat(two.isRunning()).isFalse();
			String own = one.getBean(SignalResponder.class).getResponderId();
			assertThat(exporter.publish("start").responses()).containsOnlyKeys(own);
			assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("strat"));
			assertThat(audit.publish("audit").responses()).containsOnlyKeys(own);
			assertThatIllegalArgumentException().isThrownBy(() -> audit.publish("audti"));
		}
	}

	/**
	 * Does the same as a test class, from its first test to its last one.
	 */
	private ConfigurableApplicationContext use(DefaultContextCache cache, Class<?> testClass) throws Exception {
		SpringBootTestContextBootstrapper bootstrapper = new SpringBootTestContextBootstrapper();
		bootstrapper.setBootstrapContext(
				new DefaultBootstrapContext(testClass, new DefaultCacheAwareContextLoaderDelegate(cache)));
		TestContextManager manager = new TestContextManager(bootstrapper);
		manager.beforeTestClass();
		ConfigurableApplicationContext context = (ConfigurableApplicationContext) manager.getTestContext()
			.getApplicationContext();
		if (!this.contexts.contains(context)) {
			this.contexts.add(context);
		}
		manager.afterTestClass();
		return context;
	}

	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = { "spring.application.name=one", "state-signals.channel=context-cache" })
	static class One {

	}

	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = { "spring.application.name=two", "state-signals.channel=context-cache",
					"state-signals.exporter.legal-events=start" })
	static class Two {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(TestRedisConfiguration.class)
	static class Application {

		@Bean(defaultCandidate = false)
		SignalExporter auditExporter(SignalExporterFactory exporters) {
			SignalExporter exporter = exporters.create("audit");
			exporter.initialize("audit");
			return exporter;
		}

		@OnSignal(event = { "start", "audit" })
		void handle() {
		}

	}

}
