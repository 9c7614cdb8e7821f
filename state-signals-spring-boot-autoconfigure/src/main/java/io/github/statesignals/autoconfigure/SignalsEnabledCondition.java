package io.github.statesignals.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Binds {@code state-signals.enabled} as all other properties: 'on' is true, and any
 * other text fails the start. Boot's condition would take both for false.
 */
final class SignalsEnabledCondition extends SpringBootCondition {

	private static final String PROPERTY = "state-signals.enabled";

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean enabled = isEnabled(context.getEnvironment());
		return new ConditionOutcome(enabled, ConditionMessage.of("%s is %s", PROPERTY, enabled));
	}

	static boolean isEnabled(Environment environment) {
		return Binder.get(environment).bind(PROPERTY, boolean.class).orElse(true);
	}

}
