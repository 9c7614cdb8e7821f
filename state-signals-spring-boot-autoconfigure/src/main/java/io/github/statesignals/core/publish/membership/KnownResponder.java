package io.github.statesignals.core.publish.membership;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber, as its subscriptions describe it. Any client can send one in its name, so
 * that a further one takes nothing back.
 *
 * @param trust how far its subscriptions can be trusted
 * @param addresses where it takes probes, if it does; several if one of them is forged
 * @param seal the {@link LeaveSeal} with which it will leave, if it has one
 */
public record KnownResponder(Trust trust, List<String> addresses, @Nullable String seal) {

	// One that is subscribed from the start, before its own subscription.
	static final KnownResponder EXPECTED = new KnownResponder(Trust.EXPECTED, List.of(), null);

	public static final KnownResponder LEGACY = new KnownResponder(Trust.LEGACY, List.of(), null);

	private static final int LONGEST = 256;

	private static final int OBJECTS = 200;

	private static final int ADDRESSES = 8;

	public KnownResponder(ResponseExtension extension) {
		this(Trust.EXTENDED, listed(bounded(extension.address())), bounded(extension.seal()));
	}

	private static List<String> listed(@Nullable String address) {
		return (address != null) ? List.of(address) : List.of();
	}

	private static @Nullable String bounded(@Nullable String text) {
		return (text != null && text.length() <= LONGEST) ? text : null;
	}

	// Estimates the memory that it takes, with its id.
	long bytes(String responderId) {
		long bytes = OBJECTS + 2L * responderId.length();
		for (String address : this.addresses) {
			bytes += OBJECTS + 2L * address.length();
		}
		return bytes + ((this.seal != null) ? 2L * this.seal.length() : 0);
	}

	boolean isExtended() {
		return this.trust == Trust.EXTENDED || this.trust == Trust.CONTESTED;
	}

	public boolean isProbed() {
		return !this.addresses.isEmpty();
	}

	boolean isContested() {
		return this.trust == Trust.CONTESTED;
	}

	public boolean isDisputed() {
		return this.trust == Trust.DISPUTED;
	}

	// Adds a further subscription under the same id. Returns itself if that adds nothing.
	public KnownResponder merge(KnownResponder further) {
		if (this.trust == Trust.EXPECTED) {
			return further;
		}
		if (!further.isExtended()) {
			// One without an extension may be forged.
			return this;
		}
		if (this.trust == Trust.LEGACY) {
			// Either may be forged. One that takes probes can answer one.
			return further.isProbed() ? further.with(Trust.DISPUTED) : this;
		}
		List<String> merged = new ArrayList<>(this.addresses);
		for (String address : further.addresses) {
			if (!merged.contains(address) && merged.size() < ADDRESSES) {
				merged.add(address);
			}
		}
		boolean differs = this.seal != null && further.seal != null && !this.seal.equals(further.seal);
		boolean contested = isContested() || further.isContested() || differs || merged.size() > 1;
		Trust merging = contested ? Trust.CONTESTED : Trust.EXTENDED;
		Trust trusted = isDisputed() ? Trust.DISPUTED : merging;
		String newest = (further.seal != null) ? further.seal : this.seal;
		boolean same = trusted == this.trust && merged.size() == this.addresses.size()
				&& Objects.equals(newest, this.seal);
		return same ? this : new KnownResponder(trusted, List.copyOf(merged), newest);
	}

	// It has answered a probe. Its announcements of leaving are no proof all the same.
	KnownResponder confirmed() {
		return with(Trust.CONTESTED);
	}

	private KnownResponder with(Trust trust) {
		return new KnownResponder(trust, this.addresses, this.seal);
	}

	// Whether it is proved by the key that an announcement of leaving is the responder's
	// own.
	public boolean isLeave(@Nullable String key) {
		return key != null && this.seal != null && this.trust == Trust.EXTENDED && LeaveSeal.opens(key, this.seal);
	}

	// How far the subscriptions of a responder can be trusted.
	enum Trust {

		// It has not subscribed yet.
		EXPECTED,

		// It subscribed without an extension.
		LEGACY,

		// It subscribed without an extension, and then with one: a legacy peer until it
		// answers a probe.
		DISPUTED,

		// It subscribed with an extension.
		EXTENDED,

		// Different addresses or seals came under its id: some are forged, so that none
		// is proof.
		CONTESTED

	}

}
