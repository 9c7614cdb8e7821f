package io.github.statesignals.autoconfigure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalGatewayFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationBeanNameGenerator;
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
		packages(registry).stream()
			.flatMap((basePackage) -> scanner.findCandidateComponents(basePackage).stream())
			.forEach((candidate) -> register(candidate, registry));
	}

	// None that is within another one: it would be scanned twice.
	private Set<String> packages(BeanDefinitionRegistry registry) {
		Set<String> all = new TreeSet<>(scannedPackages(registry, this.environment));
		if (AutoConfigurationPackages.has(this.beanFactory)) {
			all.addAll(AutoConfigurationPackages.get(this.beanFactory));
		}
		return all.stream()
			.filter((name) -> all.stream()
				.noneMatch((other) -> other.isEmpty() ? !name.isEmpty() : name.startsWith(other + ".")))
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	// Also those of @SpringBootApplication(scanBasePackages = ...).
	private static Set<String> scannedPackages(BeanDefinitionRegistry registry, Environment environment) {
		Set<String> packages = new LinkedHashSet<>();
		for (String name : registry.getBeanDefinitionNames()) {
			if (registry.getBeanDefinition(name) instanceof AnnotatedBeanDefinition definition) {
				AnnotationMetadata metadata = definition.getMetadata();
				for (AnnotationAttributes scan : metadata.getMergedRepeatableAnnotationAttributes(ComponentScan.class,
						ComponentScans.class, false)) {
					int before = packages.size();
					for (String named : scan.getStringArray("basePackages")) {
						packages
							.addAll(List.of(StringUtils.tokenizeToStringArray(environment.resolvePlaceholders(named),
									ConfigurableApplicationContext.CONFIG_LOCATION_DELIMITERS)));
					}
					for (Class<?> type : scan.getClassArray("basePackageClasses")) {
						packages.add(ClassUtils.getPackageName(type));
					}
					if (packages.size() == before) {
						packages.add(ClassUtils.getPackageName(metadata.getClassName()));
					}
				}
			}
		}
		return packages;
	}

	private void register(BeanDefinition candidate, BeanDefinitionRegistry registry) {
		String className = String.valueOf(candidate.getBeanClassName());
		Class<?> gateway = ClassUtils.resolveClassName(className, this.resourceLoader.getClassLoader());
		String beanName = AnnotationBeanNameGenerator.INSTANCE.generateBeanName(candidate, registry);
		if (!registry.containsBeanDefinition(beanName)) {
			registry.registerBeanDefinition(beanName, definition(gateway));
			logger.debug("Signal gateway {} is bean '{}'", className, beanName);
		}
	}

	private <T> RootBeanDefinition definition(Class<T> gateway) {
		return new RootBeanDefinition(gateway,
				() -> this.beanFactory.getBean(SignalGatewayFactory.class).create(gateway));
	}

	/**
	 * Finds interfaces, which component scanning excludes.
	 */
	private static final class Scanner extends ClassPathScanningCandidateComponentProvider {

		Scanner(Environment environment) {
			super(false, environment);
			addIncludeFilter(new AnnotationTypeFilter(SignalGateway.class, true, true));
		}

		@Override
		protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
			return definition.getMetadata().isInterface() && definition.getMetadata().isIndependent()
					&& !definition.getMetadata().isAnnotation();
		}

	}

}
