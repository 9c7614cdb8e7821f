package io.github.statesignals.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AsciiBytesTests {

	private final Random random = new Random(42);

	@Test
	void comparesRangesOfAnyLength() {
		for (int i = 0; i < 20_000; i++) {
			byte[] others = ascii("x".repeat(this.random.nextInt(40)));
			int start = this.random.nextInt(others.length + 1);
			int end = start + this.random.nextInt(others.length - start + 1);
			byte[] bytes = Arrays.copyOfRange(others, start, end);
			assertThat(AsciiBytes.same(bytes, others, start, end)).isTrue();
			assertThat(AsciiBytes.same(Arrays.copyOf(bytes, bytes.length + 1), others, start, end)).isFalse();
			if (bytes.length > 0) {
				bytes[this.random.nextInt(bytes.length)] ^= (byte) (1 << this.random.nextInt(8));
				assertThat(AsciiBytes.same(bytes, others, start, end)).isFalse();
			}
		}
	}

	@Test
	void findsTheFirstByteThatIsNotPlain() {
		for (int i = 0; i < 20_000; i++) {
			byte[] bytes = ascii("~! a[]#Z\u007f".repeat(5));
			for (int more = this.random.nextInt(3); more > 0; more--) {
				bytes[this.random.nextInt(bytes.length)] = (byte) this.random.nextInt(256);
			}
			int start = this.random.nextInt(bytes.length + 1);
			int end = start + this.random.nextInt(bytes.length - start + 1);
			int first = start;
			while (first < end && bytes[first] >= ' ' && "\"\\".indexOf(bytes[first]) < 0) {
				first++;
			}
			assertThat(AsciiBytes.plainEnd(bytes, start, end)).isEqualTo(first);
		}
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
