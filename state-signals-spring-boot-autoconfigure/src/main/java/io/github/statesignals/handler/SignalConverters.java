package io.github.statesignals.handler;

import java.util.ArrayList;
import java.util.List;

import io.github.statesignals.Signal;
import io.github.statesignals.handler.bean.BeanClasses;
import io.github.statesignals.handler.bean.InvocableMethods;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.converter.Converter;

record SignalConverters(ConfigurableListableBeanFactory beanFactory, BeanClasses classes) {

	@SuppressWarnings("unchecked")
	@Nullable Converter<Signal, ?> find(Class<?> type, ResolvableType generic) {
		List<Converter<Signal, ?>> found = new ArrayList<>();
		for (String name : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(this.beanFactory, Converter.class)) {
			Object converter = isFor(type, generic, name) ? this.beanFactory.getBean(name) : null;
			if (converter != null && !converter.equals(null)) {
				InvocableMethods.checkAll(converter.getClass(), Converter.class);
				found.add((Converter<Signal, ?>) converter);
			}
		}
		if (found.size() < 2) {
			return found.isEmpty() ? null : found.get(0);
		}
		return this.beanFactory.getBeanProvider(Converter.class)
			.orderedStream()
			.filter(found::contains)
			.findFirst()
			.orElse(found.get(0));
	}

	private boolean isFor(Class<?> type, ResolvableType generic, String beanName) {
		ResolvableType converter = this.classes.as(beanName, Converter.class);
		ResolvableType target = converter.getGeneric(1);
		return converter.getGeneric(0).resolve() == Signal.class && target.resolve() == type
				&& (target.hasUnresolvableGenerics() || generic.isAssignableFrom(target));
	}

}
