package io.github.statesignals.core.publish.membership;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.transport.ResponseExtension;
import org.jspecify.annotations.Nullable;

/**
 * A responder as one exporter knows it. Only while it is subscribed, it has answered
 * signals, or missed them, or is silent. Used by one thread at a time.
 */
final class Subscriber {

	private final String id;

	private State state = State.ABSENT;

	private KnownResponder description = KnownResponder.EXPECTED;

	private long sinceMillis;

	// Present if it has not answered the last signals.
	private @Nullable AtomicInteger missed;

	// Whether it has answered a signal as a legacy peer.
	private boolean responding;

	// Present if it was awaited in vain, and has not answered as a legacy peer.
	private @Nullable Silence silence;

	Subscriber(String id) {
		this.id = id;
	}

	void become(State next, KnownResponder description) {
		if (next != State.SUBSCRIBED) {
			this.missed = null;
			this.responding = false;
			this.silence = null;
		}
		else if (this.state != next || this.description == KnownResponder.EXPECTED) {
			this.sinceMillis = System.currentTimeMillis();
		}
		this.state = next;
		this.description = description;
	}

	AtomicInteger miss() {
		if (this.missed == null) {
			this.missed = new AtomicInteger();
		}
		return this.missed;
	}

	void answer() {
		this.missed = null;
	}

	void answerAsLegacyPeer() {
		this.responding = isSubscribed();
		this.silence = null;
	}

	void awaitInVain(Silence further) {
		if (isSubscribed() && !this.responding) {
			this.silence = (this.silence != null) ? this.silence.longer(further) : further;
		}
	}

	String id() {
		return this.id;
	}

	State state() {
		return this.state;
	}

	boolean isSubscribed() {
		return this.state == State.SUBSCRIBED;
	}

	KnownResponder description() {
		return this.description;
	}

	// With a further subscription; without an extension it is that of a legacy peer.
	KnownResponder merge(@Nullable ResponseExtension extension) {
		return this.description.merge((extension != null) ? new KnownResponder(extension) : KnownResponder.LEGACY);
	}

	boolean hasMissed() {
		return this.missed != null;
	}

	boolean isMissing(AtomicInteger missed) {
		return this.missed == missed;
	}

	// Whether a publication would await it in vain, too. One that supports extensions by
	// now is probed.
	boolean isSilent(long number, Duration timeout) {
		return this.silence != null && !this.description.isExtended() && this.silence.covers(number, timeout);
	}

	// The memory that it takes in a state.
	long bytes(State state) {
		return (this.state == state) ? this.description.bytes(this.id) : 0;
	}

	SubscriberStatus status() {
		return new SubscriberStatus(this.id, Instant.ofEpochMilli(this.sinceMillis),
				this.description.trust().name().toLowerCase(Locale.ROOT));
	}

	enum State {

		// It has not subscribed, or has left.
		ABSENT,

		// It is awaited.
		SUBSCRIBED,

		// It is not awaited, because it did not answer. When it does, it is subscribed as
		// before: an answer does not describe it.
		LOST

	}

}
