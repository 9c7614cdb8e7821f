package io.github.statesignals.autoconfigure;

import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that hides the secrets of signatures in the endpoints {@code env}
 * and {@code configprops}, also where other values are shown.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnClass(SanitizingFunction.class)
public final class StateSignalsSanitizingAutoConfiguration {

	@Bean
	SanitizingFunction stateSignalsSecretSanitizingFunction() {
		return SanitizingFunction.sanitizeValue().ifKeyMatches(StateSignalsSanitizingAutoConfiguration::isSecret);
	}

	// Of an environment variable, too.
	private static boolean isSecret(String key) {
		String letters = UnknownProperties.letters(key);
		return letters.startsWith("statesignalssigningkeys") && letters.endsWith("secret");
	}

}
