package io.github.statesignals.sample;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Figures}.
 */
class FiguresTests {

	@Test
	void survivesAMessage() {
		Figures figures = new Figures().with("samples", 31).with("cores-mean", 0.987).with("cores-max", 1.0);
		assertThat(figures.toMessage()).isEqualTo("samples=31 cores-mean=0.99 cores-max=1.00");
		assertThat(Figures.parse(figures.toMessage())).isEqualTo(figures);
	}

	@Test
	void findsNoneInAnotherMessage() {
		assertThat(Figures.parse("has no figures").values()).isEmpty();
		assertThat(Figures.parse(null).values()).isEmpty();
	}

}
