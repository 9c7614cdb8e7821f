package io.github.statesignals.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.TestRedisConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Signing;
import io.github.statesignals.signing.KeyRing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.autoconfigure.context.properties.ConfigurationPropertiesReportEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.env.EnvironmentEndpointAutoConfiguration;
import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.NestedExceptionUtils;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The keys of signatures are checked at start, and their secrets are never shown.
 */
@ExtendWith(OutputCaptureExtension.class)
class SigningConfigurationTests {

	private static final String KEYS = "stateSignalsSigningKeys";

	private static final String SECRET = "this-is-a-secret-of-at-least-32-bytes";

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, StateSignalsAutoConfiguration.class,
				StateSignalsSanitizingAutoConfiguration.class, EnvironmentEndpointAutoConfiguration.class,
				ConfigurationPropertiesReportEndpointAutoConfiguration.class))
		.withUserConfiguration(TestRedisConfiguration.class)
		.withPropertyValues("spring.application.name=test", "management.endpoints.web.exposure.include=*",
				"management.endpoint.env.show-values=always", "management.endpoint.configprops.show-values=always");

	@Test
	void noSignerExistsUnlessAChannelIsSigned() {
		this.contextRunner
			.withPropertyValues("state-signals.signing.mode=off", "state-signals.channels.a.signing=off",
					"state-signals.signing.keys.k1.secret=short")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBeanFactory().containsSingleton(KEYS)).isFalse();
			});
		for (String property : new String[] { "signing.mode=verify", "channels.a.signing=require",
				"channels.[a.b].signing=require" }) {
			this.contextRunner
				.withPropertyValues("state-signals." + property, "state-signals.signing.key=k1",
						"state-signals.signing.keys.k1.secret=" + SECRET)
				.run((context) -> {
					assertThat(context).hasSingleBean(SigningKeys.class);
					assertThat(context.getBeanFactory().containsSingleton(KEYS)).isTrue();
				});
		}
	}

	static Stream<Arguments> invalid() {
		return Stream.of(Arguments.of("signing.key=k1",
				"The keys of signatures in 'state-signals.signing' are invalid: 'key' is not set", "signing.key="),
				Arguments.of("", "the key 'k1' that signs is none of the keys []", "signing.keys.k1.secret="),
				Arguments.of("signing.keys.k1.secret=too-short-secret",
						"the secret of key 'k1' has 16 bytes, and needs at least 32", ""),
				Arguments.of("signing.keys.k1.secret=base64:MDEyMzQ1", "the secret of key 'k1' has 6 bytes", ""),
				Arguments.of("signing.keys.k1.secret=base64:too-short-secret!",
						"a secret that begins with 'base64:' is no Base64", ""),
				Arguments.of("signing.keys.k1.secret=too-short-secret${THE_SECRET_OF_THE_KEY}",
						"the secret of key 'k1' has a placeholder, which is not resolved", ""),
				Arguments
					.of("signing.keys.[ ].secret=" + SECRET, "' ' is no id of a key, which consists of letters", ""),
				Arguments.of("signing.keys.k1.events=a", "the key 'k1' has no secret", ""),
				Arguments.of("signing.file=/nowhere/keys.properties", "state-signals.signing.file, and in properties",
						""),
				Arguments.of("protocol.extensions=off", "Signatures need the extensions of the protocol, which are off",
						""));
	}

	@ParameterizedTest
	@MethodSource("invalid")
	void invalidKeysFailTheStartWithTheRemedy(String property, String problem, String unset, CapturedOutput output) {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("state-signals.signing.mode=require");
		if (!unset.equals("signing.key=")) {
			runner = runner.withPropertyValues("state-signals.signing.key=k1");
		}
		else {
			runner = runner.withPropertyValues("state-signals.signing.keys.k1.secret=" + SECRET);
			property = "";
		}
		if (!property.isEmpty()) {
			runner = runner.withPropertyValues("state-signals." + property);
		}
		runner.run((context) -> {
			assertThat(context).hasFailed();
			Throwable failure = NestedExceptionUtils.getRootCause(context.getStartupFailure());
			assertThat(failure).isInstanceOf(FailureAnalyzedException.class);
			FailureAnalysis analysis = ((FailureAnalyzedException) failure).analysis();
			assertThat(analysis.getDescription()).contains(problem);
			assertThat(analysis.getAction()).isNotBlank();
			assertThat(analysis.getDescription() + analysis.getAction()).doesNotContain("too-short-secret")
				.doesNotContain("MDEyMzQ1")
				.doesNotContain(SECRET);
		});
		assertThat(output.getOut()).doesNotContain("too-short-secret").doesNotContain("MDEyMzQ1");
	}

	@Test
	void fileThatCannotBeUsedFailsTheStart(@TempDir Path folder) throws IOException {
		Path file = folder.resolve("keys.properties");
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("state-signals.signing.mode=require",
				"state-signals.signing.file=" + file);
		runner.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessageContaining("of state-signals.signing.file can't be read"));
		Files.writeString(file, "key=k1\nkeys.k1.secret=${THE_SECRET_OF_THE_KEY_WITH_THE_ID_K1}\n");
		runner.run((context) -> assertThat(context).getFailure()
			.rootCause()
			.hasMessageContaining("the secret of key 'k1' has a placeholder, which is not resolved"));
		Files.writeString(file, "key=k1\nkeys.k1.secret=" + SECRET + "\n");
		runner.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(SigningKeys.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "key=k1\nkeys.k1.secret=s3cr3t\\u00zz", "key=k1\nkeys.k1=s3cr3t", "key=k1\nkeys=s3cr3t" })
	void fileOfAnotherFormFailsTheStartAndIsNotShown(String content, @TempDir Path folder) throws IOException {
		Path file = Files.writeString(folder.resolve("keys.properties"), content);
		this.contextRunner
			.withPropertyValues("state-signals.signing.mode=require", "state-signals.signing.file=" + file)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining(file.toString())
				.hasMessageContaining("it is no properties file with 'key' and 'keys.<id>.secret'")
				.hasMessageNotContaining("s3cr3t"));
	}

	@Test
	void fileThatCannotBeReadAgainIsLoggedOnceWithTheCause(@TempDir Path folder, CapturedOutput output)
			throws IOException {
		Path file = folder.resolve("keys.properties");
		Files.writeString(file, "key=k1\nkeys.k1.secret=" + SECRET + "\n");
		List<KeyRing> changed = new ArrayList<>();
		Signing signing = new Signing();
		signing.setFile(file.toFile());
		SigningKeys keys = new SigningKeys(signing);
		keys.read();
		Files.delete(file);
		keys.update(file.toFile(), changed::add);
		keys.update(file.toFile(), changed::add);
		assertThat(output).containsOnlyOnce("The keys of signatures remain as they are")
			.contains("can't be read (java.nio.file.NoSuchFileException: " + file);
		Files.writeString(file, "key=k2\nkeys.k1.secret=" + SECRET + "\n");
		keys.update(file.toFile(), changed::add);
		keys.update(file.toFile(), changed::add);
		assertThat(output).containsOnlyOnce("the key 'k2' that signs is none of the keys [k1]");
		Files.writeString(file, "key=k2\nkeys.k2.secret=" + SECRET + "\n");
		keys.update(file.toFile(), (ring) -> {
			throw new InternalError("not applied");
		});
		assertThat(output).contains("remain as they are: java.lang.InternalError: not applied");
		keys.update(file.toFile(), changed::add);
		keys.update(file.toFile(), changed::add);
		assertThat(changed).singleElement().hasToString("[k2], of which 'k2' signs");
	}

	@Test
	void secretsAreHiddenAlsoWhereValuesAreShown() {
		this.contextRunner
			.withPropertyValues("state-signals.signing.mode=require", "state-signals.signing.key=k1",
					"state-signals.signing.keys.k1.secret=" + SECRET, "state-signals.signing.keys.k1.events=a")
			.withSystemProperties("state-signals.signing.keys.k2.secret=" + SECRET,
					"STATE_SIGNALS_SIGNING_KEYS_K3_SECRET=" + SECRET)
			.run((context) -> {
				JsonMapper json = JsonMapper.builder().build();
				String configuration = json.writeValueAsString(
						context.getBean(ConfigurationPropertiesReportEndpoint.class).configurationProperties());
				assertThat(configuration).contains("k1").contains("clockTolerance").doesNotContain(SECRET);
				String environment = json
					.writeValueAsString(context.getBean(EnvironmentEndpoint.class).environment(null));
				assertThat(environment).contains("state-signals.signing.keys.k1.secret").doesNotContain(SECRET);
				assertThat(context.getBean(StateSignalsProperties.class).getSigning().getKeys().toString())
					.contains("k1")
					.doesNotContain(SECRET);
			});
	}

}
