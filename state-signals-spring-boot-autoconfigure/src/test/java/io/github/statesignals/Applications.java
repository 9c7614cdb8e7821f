package io.github.statesignals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Starts applications with the starter on {@link TestRedis}, each with connections of its
 * own, and closes them after each test, the last one first. In a static field it closes
 * those that were started before all tests after all tests.
 */
public final class Applications implements BeforeEachCallback, AfterEachCallback, AfterAllCallback {

	// The driver may wait indefinitely: https://github.com/redis/lettuce/issues/2278
	private static final Duration CLOSE_TIMEOUT = Duration.ofMinutes(2);

	private final List<ConfigurableApplicationContext> started = new ArrayList<>();

	private int shared;

	/**
	 * Start an application.
	 * @param configuration its configuration; the starter comes by itself
	 * @param properties its properties, those of the starter without their prefix
	 * @return its context
	 */
	public ConfigurableApplicationContext start(Class<?> configuration, String... properties) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("spring.main.banner-mode", "off");
		all.put("spring.application.name", "test");
		for (String property : properties) {
			String[] parts = property.split("=", 2);
			all.put(parts[0].startsWith("spring.") ? parts[0] : "state-signals." + parts[0], parts[1]);
		}
		return start(new SpringApplicationBuilder(Starter.class, configuration).web(WebApplicationType.NONE)
			.properties(all));
	}

	/**
	 * Starts a child context of an application, which has the starter, too.
	 * @param parent the application
	 * @param configuration the configuration of the child
	 * @return the context of the child
	 */
	public ConfigurableApplicationContext startChild(ConfigurableApplicationContext parent, Class<?> configuration) {
		return start(new SpringApplicationBuilder(ChildStarter.class, configuration).web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off"))
			.parent(parent));
	}

	private ConfigurableApplicationContext start(SpringApplicationBuilder builder) {
		SpringApplication application = builder.build();
		application.setRegisterShutdownHook(false);
		ConfigurableApplicationContext context = application.run();
		this.started.add(0, context);
		return context;
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		this.shared = this.started.size();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		closeAllBut(this.shared);
	}

	@Override
	public void afterAll(ExtensionContext context) {
		closeAllBut(0);
	}

	private void closeAllBut(int first) {
		while (this.started.size() > first) {
			Assertions.assertTimeoutPreemptively(CLOSE_TIMEOUT, this.started.remove(0)::close);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(TestRedisConfiguration.class)
	static class Starter {

	}

	/**
	 * Connects as the parent does.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ChildStarter {

	}

}
