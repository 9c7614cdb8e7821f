package io.github.statesignals.benchmarks;

import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Starts the applications of the arms that are Spring Boot applications.
 */
final class SpringArm {

	private SpringArm() {
	}

	static ConfigurableApplicationContext start(Class<?> application, Arguments arguments) {
		return start(application, arguments, null);
	}

	/**
	 * Starts an application.
	 * @param application its configuration
	 * @param arguments where Redis is, and any Spring properties
	 * @param resources the part of the driver that applications in one process share
	 * @return the started application
	 */
	static ConfigurableApplicationContext start(Class<?> application, Arguments arguments,
			@Nullable ClientResources resources) {
		SpringApplication spring = new SpringApplication(application);
		spring.setWebApplicationType(WebApplicationType.NONE);
		if (resources != null) {
			spring.addInitializers((context) -> ((GenericApplicationContext) context)
				.registerBean(ClientResources.class, () -> resources, (bean) -> bean.setDestroyMethodName("")));
		}
		List<String> properties = new ArrayList<>(List.of("--spring.data.redis.host=" + arguments.get("host"),
				"--spring.data.redis.port=" + arguments.get("port"),
				"--spring.application.name=" + arguments.get("arm"), "--spring.main.banner-mode=off",
				"--logging.level.root=warn"));
		if (!Arm.of(arguments.get("arm")).isOurs()) {
			// On the class path it is all the same.
			properties.add("--state-signals.enabled=false");
		}
		arguments.values().forEach((key, value) -> {
			if (key.startsWith("spring.") || key.startsWith("state-signals.") || key.startsWith("logging.")) {
				properties.add("--" + key + "=" + value);
			}
		});
		return spring.run(properties.toArray(String[]::new));
	}

}
