package io.github.statesignals.autoconfigure;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.signing.MessageSigner;
import io.github.statesignals.signing.SigningMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Configures the signer of messages, if those of any channel are signed.
 */
@Configuration(proxyBeanMethods = false)
@Conditional(SigningConfiguration.OnSigning.class)
class SigningConfiguration {

	@Bean
	MessageSigner stateSignalsMessageSigner(SigningKeys keys, StateSignalsProperties properties) {
		Map<String, SigningMode> modes = new LinkedHashMap<>();
		properties.channels().forEach((name, channel) -> {
			if (channel.signing() != null) {
				modes.put(name, channel.signing());
			}
		});
		MessageSigner signer = new MessageSigner(keys.read(), properties.signing().mode(), modes,
				properties.signing().clockTolerance(), Clock.systemUTC());
		keys.watch(signer::use);
		return signer;
	}

	@Bean(destroyMethod = "close")
	SigningKeys stateSignalsSigningKeys(StateSignalsProperties properties) {
		if (properties.protocol().extensions() == Extensions.OFF) {
			throw new SignalStartException("Signatures need the extensions of the protocol, which are off",
					"Set state-signals.protocol.extensions to negotiated or always, or remove state-signals.signing.mode "
							+ "and state-signals.channels.<name>.signing.");
		}
		return new SigningKeys(properties.signing());
	}

	static final class OnSigning extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Binder binder = Binder.get(context.getEnvironment());
			boolean signing = isOn(binder.bind("state-signals.signing.mode", SigningMode.class).orElse(null));
			for (Channel channel : binder.bind("state-signals.channels", Bindable.mapOf(String.class, Channel.class))
				.orElse(Map.of())
				.values()) {
				signing |= isOn(channel.signing());
			}
			return new ConditionOutcome(signing,
					ConditionMessage.forCondition("Signing").because(signing ? "a channel is signed" : "it is off"));
		}

		private static boolean isOn(@Nullable SigningMode mode) {
			return mode != null && mode != SigningMode.OFF;
		}

	}

}
