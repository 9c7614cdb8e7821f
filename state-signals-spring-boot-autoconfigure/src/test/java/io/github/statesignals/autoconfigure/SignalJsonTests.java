package io.github.statesignals.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.transport.SignalTransport;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the JSON of signals and responses as the application's {@link JsonMapper}
 * writes and reads them.
 */
class SignalJsonTests {

	private static final Signal PLAIN = new Signal("p-1", "p", "start", "host");

	private final SignalCodec codec = new SignalCodec(1024);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class,
				StateSignalsJacksonAutoConfiguration.class, JacksonAutoConfiguration.class))
		.withBean(SignalTransport.class, new InMemoryBroker()::transport);

	@ParameterizedTest
	@ValueSource(strings = { "", "spring.jackson.property-naming-strategy=UPPER_CAMEL_CASE",
			"spring.jackson.default-property-inclusion=non_null",
			"spring.jackson.default-property-inclusion=non_default",
			"spring.jackson.deserialization.fail-on-unknown-properties=true",
			"spring.jackson.mapper.sort-properties-alphabetically=true" })
	void areWrittenAndReadAsOnTheWire(String property) {
		Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
		metadata.put("uuid", "5b1f");
		metadata.put("directory", null);
		metadata.put("args", Map.of("interrupt", false));
		metadata.put("list", List.of(1, 2.5));
		this.runner.withPropertyValues(property).run((context) -> {
			JsonMapper mapper = context.getBean(JsonMapper.class);
			for (Signal signal : List.of(PLAIN, PLAIN.withSampleNo(0).withTag("").withMetadata(metadata))) {
				String json = mapper.writeValueAsString(signal);
				assertThat(json).isEqualTo(new String(this.codec.write(signal, null), StandardCharsets.UTF_8));
				assertThat(mapper.readValue(json, Signal.class)).isEqualTo(signal);
			}
			for (Response response : List.of(new Response("r-1-resp", "p-1", "start", 0, "out of disk"),
					new Response("r-1-resp", "p-1", "start", null, null))) {
				String json = mapper.writeValueAsString(response);
				assertThat(json).isEqualTo(new String(this.codec.write(response, null), StandardCharsets.UTF_8));
				assertThat(mapper.readValue(json, Response.class)).isEqualTo(response);
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = {
			"{\"publisher_id\": \"p-1\", \"process_name\": \"p\", \"event\": \"start\", "
					+ "\"runner_host\": \"host\", \"sample_no\": -1, \"tag\": \"No tag specified\"",
			"{\"event\": \"start\", \"runner_host\": \"host\", \"sample_no\": -1, \"tag\": \"No tag specified\", "
					+ "\"publisher_id\": \"p-1\", \"more\": [1], \"metadata\": null, \"process_name\": \"p\"" })
	void areReadInAnyFormOfTheWire(String json) {
		this.runner.withPropertyValues("spring.jackson.deserialization.fail-on-unknown-properties=true")
			.run((context) -> {
				JsonMapper mapper = context.getBean(JsonMapper.class);
				assertThat(mapper.readValue(json + "}", Signal.class)).isEqualTo(PLAIN);
				assertThatExceptionOfType(DatabindException.class)
					.isThrownBy(() -> mapper.readValue(json.replace("publisher_id", "x") + "}", Signal.class))
					.withMessageContaining("publisherId");
			});
	}

}
