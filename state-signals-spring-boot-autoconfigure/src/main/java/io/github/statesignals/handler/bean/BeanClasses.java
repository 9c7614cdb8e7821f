package io.github.statesignals.handler.bean;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * Determines the types of beans from their definitions, without creating the beans.
 */
public record BeanClasses(ConfigurableListableBeanFactory beanFactory) {

	private static final Logger logger = LoggerFactory.getLogger(BeanClasses.class);

	// As Spring's processor of event listeners does.
	public @Nullable Class<?> definedClass(String beanName) {
		// The class of a scoped proxy is not that of its target.
		String targetName = ScopedProxyUtils.getTargetBeanName(beanName);
		Class<?> scopedType = this.beanFactory.containsBeanDefinition(targetName)
				? AutoProxyUtils.determineTargetClass(this.beanFactory, targetName) : null;
		return (scopedType != null) ? scopedType : AutoProxyUtils.determineTargetClass(this.beanFactory, beanName);
	}

	public @Nullable Class<?> targetClass(String beanName) {
		try {
			Class<?> type = definedClass(beanName);
			if (type != null && SpringProxy.class.isAssignableFrom(type) && this.beanFactory.containsSingleton(beanName)
					&& this.beanFactory.isSingleton(beanName)) {
				// The application made the proxy itself.
				return AopProxyUtils.ultimateTargetClass(this.beanFactory.getBean(beanName));
			}
			return type;
		}
		catch (RuntimeException ex) {
			logger.debug("Could not determine the class of bean '{}'", beanName, ex);
			return null;
		}
	}

	// A lambda or an adapter has no generics, the definition of its bean has.
	public ResolvableType as(String beanName, Class<?> type) {
		ResolvableType generic = ResolvableType.forClass(targetClass(beanName)).as(type);
		if (!generic.hasUnresolvableGenerics()) {
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

	// Spring notices it when the bean is created, which may be with the first signal.
	public @Nullable String unknownScope(String beanName) {
		String targetName = ScopedProxyUtils.getTargetBeanName(beanName);
		String definitionName = this.beanFactory.containsBeanDefinition(targetName) ? targetName : beanName;
		if (!this.beanFactory.containsBeanDefinition(definitionName)) {
			return null;
		}
		BeanDefinition definition = this.beanFactory.getMergedBeanDefinition(definitionName);
		String scope = definition.getScope();
		return (definition.isSingleton() || definition.isPrototype() || scope == null
				|| this.beanFactory.getRegisteredScope(scope) != null) ? null : scope;
	}

	// Not the product of a factory, which may be created later.
	public @Nullable Object created(String beanName) {
		return (this.beanFactory.containsSingleton(beanName) && !this.beanFactory.isFactoryBean(beanName))
				? this.beanFactory.getBean(beanName) : null;
	}

	// A factory method may return null. A bean that is not created yet is not null.
	public boolean isNull(String beanName) {
		Object created = created(beanName);
		return created != null && created.equals(null);
	}

}
