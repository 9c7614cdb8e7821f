package io.github.statesignals.core.exporter;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.core.publish.KnownResponders;
import org.jspecify.annotations.Nullable;

/**
 * Responders that said hello and have yet to subscribe. Most do so by themselves, for
 * they have received an initialization meanwhile; many that start together are asked
 * once.
 */
final class Greeters {

	private static final Duration DELAY = Duration.ofMillis(100);

	private static final int LIMIT = 10_000;

	private final Timer timer;

	private final KnownResponders responders;

	private final Runnable ask;

	private final Set<String> ids = new HashSet<>();

	private @Nullable Runnable cancel;

	Greeters(Timer timer, KnownResponders responders, Runnable ask) {
		this.timer = timer;
		this.responders = responders;
		this.ask = ask;
	}

	synchronized void add(String responderId) {
		if (this.ids.size() < LIMIT) {
			this.ids.add(responderId);
		}
		if (this.cancel == null) {
			this.cancel = this.timer.schedule(DELAY, this::askIfWaiting);
		}
	}

	private void askIfWaiting() {
		boolean waiting;
		synchronized (this) {
			this.cancel = null;
			waiting = this.ids.stream().anyMatch((id) -> !this.responders.isExtended(id));
			this.ids.clear();
		}
		if (waiting) {
			this.ask.run();
		}
	}

	synchronized void clear() {
		this.ids.clear();
		if (this.cancel != null) {
			this.cancel.run();
			this.cancel = null;
		}
	}

}
