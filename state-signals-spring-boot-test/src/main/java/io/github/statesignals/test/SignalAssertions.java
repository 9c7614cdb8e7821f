package io.github.statesignals.test;

import io.github.statesignals.SignalResult;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of the assertions about results.
 *
 * @since 0.1.0
 */
public final class SignalAssertions {

	private SignalAssertions() {
	}

	/**
	 * Creates assertions about a result.
	 * @param result the result
	 * @return the assertions
	 */
	public static SignalResultAssert assertThat(@Nullable SignalResult result) {
		return new SignalResultAssert(result);
	}

}
