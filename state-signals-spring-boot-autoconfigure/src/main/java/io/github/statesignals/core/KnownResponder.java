package io.github.statesignals.core;

import org.jspecify.annotations.Nullable;

/**
 * A subscriber, as its subscription describes it.
 *
 * @param understands whether it supports the extensions
 * @param address where it takes probes, if it does
 * @param seal the {@link LeaveSeal} with which it will leave, if it has one
 * @param contested whether different seals came under its id: one of them is forged, or
 * the responder has come back, so that none is proof
 */
record KnownResponder(boolean understands, @Nullable String address, @Nullable String seal, boolean contested) {

	static final KnownResponder LEGACY = new KnownResponder(false, null, null, false);

	private static final int LONGEST = 256;

	KnownResponder(ResponseExtension extension) {
		this(true, bounded(extension.address()), bounded(extension.seal()), false);
	}

	private static @Nullable String bounded(@Nullable String text) {
		return (text != null && text.length() <= LONGEST) ? text : null;
	}

	/**
	 * Adds a further subscription under the same id. It takes nothing back: anybody can
	 * send one in its name.
	 * @param further the further subscription
	 * @return what is known of the responder now
	 */
	KnownResponder merge(KnownResponder further) {
		boolean differs = this.seal != null && further.seal != null && !this.seal.equals(further.seal);
		return new KnownResponder(this.understands || further.understands,
				(this.address != null) ? this.address : further.address,
				(further.seal != null) ? further.seal : this.seal, this.contested || differs);
	}

	/**
	 * Whether an announcement of leaving is proved to be the responder's own.
	 * @param key the key that it reveals, if it does
	 * @return {@code false} if that is not certain
	 */
	boolean isLeave(@Nullable String key) {
		return key != null && this.seal != null && !this.contested && LeaveSeal.opens(key, this.seal);
	}

}
