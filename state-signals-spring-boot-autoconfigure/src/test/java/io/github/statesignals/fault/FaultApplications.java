package io.github.statesignals.fault;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * Starts applications with the starter on the Redis of a test's own, and closes them
 * after each test, the last one first; and only then the servers that they use.
 */
final class FaultApplications implements AfterEachCallback {

	private final List<AutoCloseable> started = new ArrayList<>();

	private final List<AutoCloseable> used = new ArrayList<>();

	/**
	 * Start an application.
	 * @param configuration its configuration; the starter comes by itself
	 * @param server the properties that connect it to its Redis
	 * @param properties its further properties, those of the starter without their prefix
	 * @return its context
	 */
	ConfigurableApplicationContext start(Class<?> configuration, List<String> server, String... properties) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("spring.main.banner-mode", "off");
		all.put("spring.application.name", "test");
		Stream.concat(server.stream(), Stream.of(properties)).forEach((property) -> {
			String[] parts = property.split("=", 2);
			all.put(parts[0].startsWith("spring.") ? parts[0] : "state-signals." + parts[0], parts[1]);
		});
		SpringApplication application = new SpringApplicationBuilder(Starter.class, configuration)
			.web(WebApplicationType.NONE)
			.properties(all)
			.build();
		application.setRegisterShutdownHook(false);
		ConfigurableApplicationContext context = application.run();
		this.started.add(0, context);
		return context;
	}

	/**
	 * Use a server: it is closed after the applications.
	 * @param <T> the type of server
	 * @param server the server, or anything else to be closed
	 * @return the server
	 */
	<T extends AutoCloseable> T use(T server) {
		this.used.add(0, server);
		return server;
	}

	@Override
	public void afterEach(ExtensionContext context) throws Exception {
		List<AutoCloseable> all = new ArrayList<>(this.started);
		all.addAll(this.used);
		this.started.clear();
		this.used.clear();
		Exception failure = null;
		for (AutoCloseable closeable : all) {
			try {
				closeable.close();
			}
			catch (Exception ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Starter {

	}

}
