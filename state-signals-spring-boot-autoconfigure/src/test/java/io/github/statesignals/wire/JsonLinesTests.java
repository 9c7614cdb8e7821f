package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class JsonLinesTests {

	static Stream<List<String>> texts() {
		return Stream.of(List.of("{}"), List.of("{\"a\": 1}", "{}"), List.of("x", "", "z"),
				List.of("1", "2", "3", "4"));
	}

	@ParameterizedTest
	@MethodSource("texts")
	void splitsTheLinesThatWereJoined(List<String> texts) {
		byte[] lines = JsonLines.join(texts.stream().map((text) -> text.getBytes(StandardCharsets.UTF_8)).toList());
		assertThat(new String(lines, StandardCharsets.UTF_8)).isEqualTo(String.join("\n", texts));
		assertThat(JsonLines.split(lines).stream().map((text) -> new String(text, StandardCharsets.UTF_8)).toList())
			.isEqualTo(texts);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\n}", "{\"a\": [\n{},\n{}\n]\n}", "{}\n", "\n{}", "{\n}\n{}", "" })
	void oneFormattedTextIsNotSeveral(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		assertThat(JsonLines.isSeveral(bytes, JsonLines.lineEnd(bytes, 0))).isFalse();
	}

	@Test
	void objectsOnSeparateLinesAreSeveral() {
		byte[] bytes = "{\"a\": 1}\n{}".getBytes(StandardCharsets.UTF_8);
		assertThat(JsonLines.isSeveral(bytes, JsonLines.lineEnd(bytes, 0))).isTrue();
		assertThat(JsonLines.isSeveral(Arrays.copyOf(bytes, bytes.length - 2), 8)).isFalse();
	}

}
