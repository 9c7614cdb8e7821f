package io.github.statesignals.test;

import java.lang.reflect.Method;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * Passes a scenario to test methods, and closes it after the test.
 */
final class SignalScenarioParameterResolver implements ParameterResolver {

	private static final Namespace NAMESPACE = Namespace.create(SignalScenarioParameterResolver.class);

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
		return parameter.getParameter().getType() == SignalScenario.class
				&& parameter.getDeclaringExecutable() instanceof Method;
	}

	@Override
	public Object resolveParameter(ParameterContext parameter, ExtensionContext extension) {
		// A nested class may have another context.
		return extension.getStore(NAMESPACE)
			.computeIfAbsent(SpringExtension.getApplicationContext(extension), SignalScenario::exclusive,
					SignalScenario.class);
	}

}
