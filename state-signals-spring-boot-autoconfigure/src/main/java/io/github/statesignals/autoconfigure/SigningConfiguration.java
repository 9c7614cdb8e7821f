package io.github.statesignals.autoconfigure;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.signing.MessageSigner;
import io.github.statesignals.signing.SigningMode;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * Configures the signer of messages, which is created if those of any channel are signed.
 * Not by a condition: signing can be turned on after beans were processed ahead of time.
 */
@Configuration(proxyBeanMethods = false)
class SigningConfiguration {

	@Bean
	@Lazy
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
	@Lazy
	SigningKeys stateSignalsSigningKeys(StateSignalsProperties properties) {
		if (properties.protocol().extensions() == Extensions.OFF) {
			throw new SignalStartException("Signatures need the extensions of the protocol, which are off",
					"Set state-signals.protocol.extensions to negotiated or always, or remove state-signals.signing.mode "
							+ "and state-signals.channels.<name>.signing.");
		}
		return new SigningKeys(properties.signing());
	}

}
