package io.github.statesignals.autoconfigure;

import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.statesignals.DurableChannels;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalGatewayFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.handler.OnSignalMethodProcessor;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Analyzes a missing bean of the starter. Ordered before Boot's analyzer, which does not
 * know the reason.
 */
@Order(Ordered.HIGHEST_PRECEDENCE + 100)
final class MissingSignalBeanFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final Set<Class<?>> TYPES = Set.of(SignalExporter.class, SignalExporterFactory.class,
			SignalResponder.class, SignalResponderFactory.class, SignalGatewayFactory.class, DurableChannels.class);

	private final BeanFactory beanFactory;

	private final Environment environment;

	MissingSignalBeanFailureAnalyzer(BeanFactory beanFactory, Environment environment) {
		this.beanFactory = beanFactory;
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = (cause.getResolvableType() != null) ? cause.getResolvableType().resolve() : null;
		// If there are several, a name or qualifier is wrong.
		if (type == null || cause.getNumberOfBeansFound() > 0) {
			return null;
		}
		boolean gateway = AnnotatedElementUtils.hasAnnotation(type, SignalGateway.class);
		if (!gateway && !TYPES.contains(type)) {
			return null;
		}
		String problem = "%s required a bean of type '%s' that could not be found: "
			.formatted(Objects.requireNonNullElse(description, "A component"), type.getName());
		return isPresent(SignalGatewayFactory.class) ? (gateway ? unscanned(problem, type, cause) : null)
				: withoutSignals(problem, cause);
	}

	private FailureAnalysis withoutSignals(String problem, NoSuchBeanDefinitionException cause) {
		if (!SignalsEnabledCondition.isEnabled(this.environment)) {
			return new FailureAnalysis(problem + "'state-signals.enabled' is false.",
					"Set 'state-signals.enabled=true', or inject an ObjectProvider, which may be empty.", cause);
		}
		if (isPresent(StateSignalsAutoConfiguration.class)) {
			return new FailureAnalysis(problem + "no RedisConnectionFactory was found to send and receive signals.",
					OnSignalMethodProcessor.NO_CONNECTION_FACTORY, cause);
		}
		return new FailureAnalysis(problem + "StateSignalsAutoConfiguration is not applied.",
				"Annotate the application with @SpringBootApplication or @EnableAutoConfiguration and do not exclude "
						+ "StateSignalsAutoConfiguration. In a test of a slice of the application, add "
						+ "@AutoConfigureSignals of state-signals-spring-boot-test, or replace the bean (@MockitoBean).",
				cause);
	}

	private FailureAnalysis unscanned(String problem, Class<?> type, NoSuchBeanDefinitionException cause) {
		List<String> packages = AutoConfigurationPackages.has(this.beanFactory)
				? AutoConfigurationPackages.get(this.beanFactory) : List.of();
		return new FailureAnalysis(problem
				+ "no scanned package has the @SignalGateway interface (%s, and those that @ComponentScan names)."
					.formatted(packages.isEmpty() ? "none" : String.join(", ", packages)),
				"Move it there, add its package to 'scanBasePackages' of @SpringBootApplication, or define a bean: "
						+ "@Bean %1$s gateway(SignalGatewayFactory gateways) { return gateways.create(%1$s.class); }"
							.formatted(type.getSimpleName()),
				cause);
	}

	private boolean isPresent(Class<?> type) {
		return this.beanFactory instanceof ListableBeanFactory beans
				&& BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, type, true, false).length > 0;
	}

}
