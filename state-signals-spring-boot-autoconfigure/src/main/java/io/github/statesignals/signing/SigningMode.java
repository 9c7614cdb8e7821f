package io.github.statesignals.signing;

/**
 * Whether the messages of a channel are signed.
 */
public enum SigningMode {

	/**
	 * They are neither signed nor verified.
	 */
	OFF,

	/**
	 * They are signed. Received ones that are not, or not validly, are counted and
	 * logged, and have their effect.
	 */
	VERIFY,

	/**
	 * They are signed. Received ones that are not, or not validly, are refused.
	 */
	REQUIRE

}
