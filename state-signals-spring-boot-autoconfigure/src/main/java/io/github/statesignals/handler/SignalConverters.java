package io.github.statesignals.handler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.statesignals.Signal;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.converter.Converter;
import org.springframework.util.function.SingletonSupplier;

final class SignalConverters {

	private final ConfigurableListableBeanFactory beanFactory;

	// Created when a handler takes a type that may have a converter.
	private final SingletonSupplier<Map<String, @Nullable Class<?>>> targetsByBean;

	SignalConverters(ConfigurableListableBeanFactory beanFactory, BeanClasses classes) {
		this.beanFactory = beanFactory;
		this.targetsByBean = SingletonSupplier.of(() -> targetsByBean(beanFactory, classes));
	}

	private static Map<String, @Nullable Class<?>> targetsByBean(ConfigurableListableBeanFactory beanFactory,
			BeanClasses classes) {
		Map<String, @Nullable Class<?>> targets = new LinkedHashMap<>();
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beanFactory, Converter.class)) {
			ResolvableType type = classes.as(name, Converter.class);
			if (type.getGeneric(0).resolve() == Signal.class) {
				targets.put(name, type.getGeneric(1).resolve());
			}
		}
		return targets;
	}

	@SuppressWarnings("unchecked")
	@Nullable Converter<Signal, ?> find(Class<?> type) {
		List<Object> found = new ArrayList<>();
		this.targetsByBean.obtain().forEach((name, target) -> {
			if (target == type) {
				Object converter = this.beanFactory.getBean(name);
				if (!converter.equals(null)) {
					InvocableMethods.checkAll(converter.getClass(), Converter.class);
					found.add(converter);
				}
			}
		});
		Object first = (found.size() < 2) ? null
				: this.beanFactory.getBeanProvider(Converter.class)
					.orderedStream()
					.filter((converter) -> found.stream().anyMatch((candidate) -> candidate == converter))
					.findFirst()
					.orElse(null);
		return found.isEmpty() ? null : (Converter<Signal, ?>) ((first != null) ? first : found.get(0));
	}

}
