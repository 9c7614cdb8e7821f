package io.github.statesignals.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.github.statesignals.OnSignal;
import io.github.statesignals.OnSignals;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalGateway;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * Registers the hints for a native image that do not belong to a single bean: for the
 * scripts, for conditions, and for the typed signals of the application, which it may
 * emit without a handler.
 */
final class SignalRuntimeHints implements RuntimeHintsRegistrar, BeanFactoryInitializationAotProcessor {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerPattern("io/github/statesignals/redis/driver/*.lua")
			.registerPattern("io/github/statesignals/redis/durable/store/*.lua");
		hints.reflection()
			.registerTypes(TypeReference.listOf(Signal.class, OnSignal.class, OnSignals.class, SignalEvent.class,
					SignalGateway.class), (called) -> called.withMembers(MemberCategory.INVOKE_PUBLIC_METHODS))
			// Its presence decides on the driver.
			.registerTypeIfPresent(classLoader, "io.lettuce.core.RedisClient");
	}

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		if (!AutoConfigurationPackages.has(beanFactory)) {
			return null;
		}
		List<Class<?>> typed = new ArrayList<>();
		TypedSignals scanner = new TypedSignals();
		for (String scanned : AutoConfigurationPackages.get(beanFactory)) {
			for (BeanDefinition found : scanner.findCandidateComponents(scanned)) {
				typed.add(ClassUtils.resolveClassName(String.valueOf(found.getBeanClassName()),
						beanFactory.getBeanClassLoader()));
			}
		}
		return typed.isEmpty() ? null : (generation, code) -> new BindingReflectionHintsRegistrar()
			.registerReflectionHints(generation.getRuntimeHints().reflection(), typed.toArray(Class<?>[]::new));
	}

	private static final class TypedSignals extends ClassPathScanningCandidateComponentProvider {

		TypedSignals() {
			super(false);
			addIncludeFilter(new AnnotationTypeFilter(SignalEvent.class));
		}

		@Override
		protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
			return true;
		}

	}

}
