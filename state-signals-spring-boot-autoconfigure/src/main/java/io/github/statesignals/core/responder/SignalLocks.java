package io.github.statesignals.core.responder;

import java.util.function.Predicate;

import io.github.statesignals.Signal;
import io.github.statesignals.core.EngineSettings;
import org.jspecify.annotations.Nullable;

/**
 * The publisher and the tag that a responder is locked on.
 */
final class SignalLocks {

	/**
	 * Whether a publisher id is one whose signals are skipped.
	 */
	private final Predicate<String> skipped;

	private volatile @Nullable String publisher;

	private volatile @Nullable String tag;

	SignalLocks(EngineSettings.Responders settings, Predicate<String> own) {
		this.publisher = settings.lockPublisher();
		this.tag = settings.lockTag();
		this.skipped = settings.receiveOwn() ? (publisherId) -> false : own;
	}

	void lockPublisher(String publisherId) {
		this.publisher = publisherId;
	}

	void lockTag(String tag) {
		this.tag = tag;
	}

	void unlock() {
		this.publisher = null;
		this.tag = null;
	}

	boolean isLocked() {
		return this.publisher != null || isTagLocked();
	}

	boolean isTagLocked() {
		return this.tag != null;
	}

	boolean acceptsPublisher(String publisherId) {
		String locked = this.publisher;
		return locked == null || locked.equals(publisherId);
	}

	boolean accepts(Signal signal) {
		String locked = this.tag;
		return acceptsPublisher(signal.publisherId()) && (locked == null || locked.equals(signal.tag()))
				&& !this.skipped.test(signal.publisherId());
	}

}
