package io.github.statesignals.handler;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.statesignals.handler.bean.BeanClasses;
import io.github.statesignals.handler.bridge.ApplicationEventBridge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Reports handlers and listeners of a child context that has no signals, while its parent
 * has them.
 */
final class SilentChild {

	private static final Logger logger = LoggerFactory.getLogger(SilentChild.class);

	private SilentChild() {
	}

	static void report(ConfigurableApplicationContext child, Predicate<Class<?>> annotated) {
		if (!child.getEnvironment().getProperty("state-signals.enabled", Boolean.class, true)) {
			return;
		}
		BeanClasses classes = new BeanClasses(child.getBeanFactory());
		report("@OnSignal methods",
				Stream.of(child.getBeanDefinitionNames())
					.map(classes::targetClass)
					.filter((type) -> type != null && annotated.test(type))
					.map(Class::getName)
					.toList(),
				child);
		if (child instanceof AbstractApplicationContext context) {
			report("listeners", ApplicationEventBridge.observedTypes(context), child);
		}
	}

	private static void report(String kind, List<String> types, ConfigurableApplicationContext child) {
		if (!types.isEmpty()) {
			logger.warn("The {} of {} handle no signals: their application context '{}' has a parent with "
					+ "signals, and none itself. Add @ImportAutoConfiguration(StateSignalsAutoConfiguration.class) to it, "
					+ "move the beans to the parent, or set 'state-signals.enabled' to false in it", kind, types,
					child.getId());
		}
	}

}
