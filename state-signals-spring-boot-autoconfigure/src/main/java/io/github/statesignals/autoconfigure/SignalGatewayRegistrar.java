package io.github.statesignals.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.statesignals.SignalGateway;
import io.github.statesignals.handler.DefaultSignalGatewayFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationBeanNameGenerator;
import org.springframework.context.annotation.AnnotationConfigUtils;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScans;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Registers a bean for each {@link SignalGateway} interface in packages with component
 * scanning.
 */
final class SignalGatewayRegistrar implements ImportBeanDefinitionRegistrar {

	private static final Logger logger = LoggerFactory.getLogger(SignalGatewayRegistrar.class);

	private final BeanFactory beanFactory;

	private final Environment environment;

	private final ResourceLoader resourceLoader;

	SignalGatewayRegistrar(BeanFactory beanFactory, Environment environment, ResourceLoader resourceLoader) {
		this.beanFactory = beanFactory;
		this.environment = environment;
		this.resourceLoader = resourceLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata importingClassMetadata, BeanDefinitionRegistry registry) {
		Scanner scanner = new Scanner(this.environment);
		scanner.setResourceLoader(this.resourceLoader);
		for (String scanned : packages(registry)) {
			for (BeanDefinition candidate : scanner.findCandidateComponents(scanned)) {
				register(candidate, registry);
			}
		}
	}

	// Also those of @SpringBootApplication(scanBasePackages = ...), and none that is
	// within another one: it would be scanned twice.
	private List<String> packages(BeanDefinitionRegistry registry) {
		Set<String> all = new TreeSet<>();
		for (String name : registry.getBeanDefinitionNames()) {
			// The class of a @Bean method has a definition, too.
			if (registry.getBeanDefinition(name) instanceof AnnotatedBeanDefinition definition
					&& definition.getFactoryMethodMetadata() == null) {
				addScannedPackages(definition.getMetadata(), all);
			}
		}
		if (AutoConfigurationPackages.has(this.beanFactory)) {
			all.addAll(AutoConfigurationPackages.get(this.beanFactory));
		}
		List<String> outermost = new ArrayList<>(all);
		for (String outer : all) {
			outermost.removeIf((name) -> name.startsWith(outer + ".") || (outer.isEmpty() && !name.isEmpty()));
		}
		return outermost;
	}

	private void addScannedPackages(AnnotationMetadata metadata, Set<String> packages) {
		for (AnnotationAttributes scan : metadata.getMergedRepeatableAnnotationAttributes(ComponentScan.class,
				ComponentScans.class, false)) {
			List<String> named = new ArrayList<>();
			for (String declared : scan.getStringArray("basePackages")) {
				named.addAll(List.of(StringUtils.tokenizeToStringArray(this.environment.resolvePlaceholders(declared),
						ConfigurableApplicationContext.CONFIG_LOCATION_DELIMITERS)));
			}
			for (Class<?> type : scan.getClassArray("basePackageClasses")) {
				named.add(ClassUtils.getPackageName(type));
			}
			packages.addAll(named.isEmpty() ? List.of(ClassUtils.getPackageName(metadata.getClassName())) : named);
		}
	}

	private void register(BeanDefinition candidate, BeanDefinitionRegistry registry) {
		String className = String.valueOf(candidate.getBeanClassName());
		if (!((AnnotatedBeanDefinition) candidate).getMetadata().isInterface()) {
			throw new FailureAnalyzedException(
					"@SignalGateway is on the class %s, which is no interface.".formatted(className),
					"Make it an interface: the starter implements it as a bean. Or remove the annotation.");
		}
		Class<?> gateway = ClassUtils.resolveClassName(className, this.resourceLoader.getClassLoader());
		String beanName = AnnotationBeanNameGenerator.INSTANCE.generateBeanName(candidate, registry);
		if (registry.containsBeanDefinition(beanName) && !isOfType(beanName, gateway)) {
			// Of another component: such as a gateway of the same simple name.
			beanName = className;
		}
		if (!registry.containsBeanDefinition(beanName)) {
			registry.registerBeanDefinition(beanName, definition(gateway, candidate));
			logger.debug("Signal gateway {} is bean '{}'", className, beanName);
		}
	}

	// Without creating any bean.
	private boolean isOfType(String beanName, Class<?> gateway) {
		return this.beanFactory instanceof ListableBeanFactory beans
				&& List.of(beans.getBeanNamesForType(gateway, true, false)).contains(beanName);
	}

	// Not by a supplier, which can't be processed ahead of time.
	private static RootBeanDefinition definition(Class<?> gateway, BeanDefinition candidate) {
		AnnotationConfigUtils.processCommonDefinitionAnnotations((AnnotatedBeanDefinition) candidate);
		RootBeanDefinition definition = new RootBeanDefinition();
		definition.overrideFrom(candidate);
		definition.setQualifiedElement(gateway);
		definition.setBeanClass(DefaultSignalGatewayFactory.class);
		definition.setFactoryMethodName("createBean");
		definition.setTargetType(gateway);
		definition.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
		definition.getConstructorArgumentValues().addIndexedArgumentValue(1, gateway);
		return definition;
	}

	// Finds interfaces, which component scanning excludes, and annotated classes, which
	// are refused.
	private static final class Scanner extends ClassPathScanningCandidateComponentProvider {

		Scanner(Environment environment) {
			super(false, environment);
			addIncludeFilter(new AnnotationTypeFilter(SignalGateway.class, true, true));
		}

		@Override
		protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
			AnnotationMetadata metadata = definition.getMetadata();
			return metadata.isInterface() ? metadata.isIndependent() && !metadata.isAnnotation()
					: metadata.hasAnnotation(SignalGateway.class.getName());
		}

	}

}
