package io.github.statesignals.core.responder;

import java.util.Set;

import io.github.statesignals.Signal;
import io.github.statesignals.core.EngineServices;
import io.github.statesignals.core.EngineSettings;
import org.jspecify.annotations.Nullable;

/**
 * The publisher and the tag that a responder is locked on.
 */
final class SignalLocks {

	private final boolean receiveOwn;

	// The ids of this application's exporters.
	private final Set<String> own;

	private final String name;

	private final String channel;

	private final boolean durable;

	private volatile @Nullable String publisher;

	private volatile @Nullable String tag;

	SignalLocks(String name, String channel, boolean durable, EngineServices services) {
		EngineSettings.Responders settings = services.settings().responders();
		this.name = name;
		this.channel = channel;
		this.durable = durable;
		this.publisher = settings.lockPublisher();
		this.tag = settings.lockTag();
		this.receiveOwn = settings.receiveOwn();
		this.own = services.ownIds();
		if (this.publisher != null || this.tag != null) {
			checkLockable();
		}
	}

	void lockPublisher(String publisherId) {
		checkLockable();
		this.publisher = publisherId;
	}

	void lockTag(String tag) {
		checkLockable();
		this.tag = tag;
	}

	void unlock() {
		this.publisher = null;
		this.tag = null;
	}

	private void checkLockable() {
		if (this.durable) {
			throw new IllegalStateException(
					("Responder '%s' can't be locked: every signal of the durable channel '%s' is stored for it, and awaits "
							+ "its answer. Give those signals a separate channel, or the handler a condition, and "
							+ "remove state-signals.responder.lock-publisher and lock-tag")
						.formatted(this.name, this.channel));
		}
	}

	@Nullable String publisher() {
		return this.publisher;
	}

	@Nullable String tag() {
		return this.tag;
	}

	boolean acceptsPublisher(String publisherId) {
		String locked = this.publisher;
		return locked == null || locked.equals(publisherId);
	}

	boolean accepts(Signal signal) {
		String locked = this.tag;
		return acceptsPublisher(signal.publisherId()) && (locked == null || locked.equals(signal.tag()))
				&& (this.receiveOwn || !this.own.contains(signal.publisherId()));
	}

}
