package io.github.statesignals.handler;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Determines the types of beans from their definitions, without creating the beans.
 */
final class BeanClasses {

	private final ConfigurableListableBeanFactory beanFactory;

	BeanClasses(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * Determines the user's class of a bean, behind its proxies.
	 * @param beanName the bean's name
	 * @return the class, if it is known
	 */
	@Nullable Class<?> targetClass(String beanName) {
		Class<?> type = AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
		// A scoped proxy does not tell its target's class by itself.
		String targetName = ScopedProxyUtils.getTargetBeanName(beanName);
		if (this.beanFactory.containsBeanDefinition(targetName)) {
			Class<?> scopedType = AutoProxyUtils.determineTargetClass(this.beanFactory, targetName);
			return (scopedType != null) ? scopedType : type;
		}
		if (type != null && SpringProxy.class.isAssignableFrom(type) && this.beanFactory.containsSingleton(beanName)
				&& this.beanFactory.isSingleton(beanName)) {
			// The application made the proxy itself.
			return AopProxyUtils.ultimateTargetClass(this.beanFactory.getBean(beanName));
		}
		return type;
	}

	/**
	 * Determines how a bean is a generic type. A lambda knows nothing of that; the
	 * definition of its bean does.
	 * @param beanName the bean's name
	 * @param type the generic type
	 * @return the type with its generics, as far as they are known
	 */
	ResolvableType as(String beanName, Class<?> type) {
		ResolvableType generic = ResolvableType.forClass(targetClass(beanName)).as(type);
		if (generic.getGeneric().resolve() != null) {
			return generic;
		}
		String targetName = ScopedProxyUtils.getTargetBeanName(beanName);
		String definitionName = this.beanFactory.containsBeanDefinition(targetName) ? targetName : beanName;
		try {
			ResolvableType defined = this.beanFactory.getMergedBeanDefinition(definitionName).getResolvableType();
			ResolvableType product = defined.as(FactoryBean.class).getGeneric();
			return ((product != ResolvableType.NONE) ? product : defined).as(type);
		}
		catch (NoSuchBeanDefinitionException ex) {
			return generic;
		}
	}

}
