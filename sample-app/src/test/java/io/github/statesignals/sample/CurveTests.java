package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Curve}.
 */
class CurveTests {

	@Test
	void isReadFromTheMessageThatItIsWrittenTo() {
		Curve curve = Curve.of("cores", 100, List.of(0.0, 0.98, 1.006));
		assertThat(Curve.parse("pid=7 samples=3 " + curve.toMessage())).contains(curve);
		assertThat(curve.values()).containsExactly(new BigDecimal("0.00"), new BigDecimal("0.98"),
				new BigDecimal("1.01"));
	}

	@Test
	void addsNoFiguresToTheMessage() {
		String message = "samples=3 " + Curve.of("ms", 100, List.of(1.0, 2.0)).toMessage();
		assertThat(Figures.parse(message).values()).containsOnlyKeys("samples");
		assertThat(Curve.remove(message)).isEqualTo("samples=3");
	}

	@Test
	void hasTheMeanOfNeighboursWhereThereAreManySamples() {
		List<Double> samples = IntStream.range(0, 3 * Curve.MOST).mapToObj((i) -> (double) i).toList();
		Curve curve = Curve.of("MiB", 100, samples);
		assertThat(curve.values()).hasSize(90).startsWith(new BigDecimal("1.50"));
		assertThat(curve.intervalMillis()).isEqualTo(400);
		assertThat(Curve.parse(curve.toMessage())).contains(curve);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "curve(ms,100):", "curve(ms,100):1,", "curve(<b>,100):1", "curve(ms,9999999999):1",
			"curve(ms,100):1e9", "curve(ms,100):11111111111111111111", "curve(ms,100):1.0000000" })
	void ignoresOtherMessages(String message) {
		assertThat(Curve.parse(message)).isEmpty();
	}

	@Test
	void ignoresALongerOne() {
		assertThat(Curve.parse("curve(ms,100):1" + ",1".repeat(Curve.MOST))).isEmpty();
	}

}
