package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.core.lane.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Times when a publish on a durable channel asks for the answers that are stored, for the
 * notice of an answer can be lost: after a second, then in intervals that double up to a
 * minute, and when its timeout has passed. It times out only after that, at the latest
 * {@link #LIMIT} later.
 */
final class StoredAnswers {

	private static final Duration FIRST = Duration.ofSeconds(1);

	private static final Duration LONGEST = Duration.ofMinutes(1);

	// The longest time that a publish waits for Redis after its timeout.
	static final Duration LIMIT = Duration.ofSeconds(2);

	private final Timer timer;

	private final Duration timeout;

	private final long startNanos;

	private final Supplier<CompletableFuture<?>> recall;

	private final Runnable timeOut;

	@GuardedBy("this")
	private Duration interval = FIRST;

	@GuardedBy("this")
	private @Nullable CompletableFuture<?> recalled;

	@GuardedBy("this")
	private Runnable cancel = () -> {
	};

	@GuardedBy("this")
	private boolean cancelled;

	StoredAnswers(Timer timer, Duration timeout, Supplier<CompletableFuture<?>> recall, Runnable timeOut) {
		this.timer = timer;
		this.timeout = timeout;
		this.startNanos = timer.nanoTime();
		this.recall = recall;
		this.timeOut = timeOut;
	}

	// Nearly every publish ends before the first time.
	synchronized void start(Timeouts<StoredAnswers> first) {
		boolean sooner = !this.timeout.isNegative() && this.timeout.compareTo(FIRST) < 0;
		Consumer<StoredAnswers> stop = first.start(this, sooner ? this.timeout : FIRST);
		this.cancel = () -> stop.accept(this);
	}

	long startNanos() {
		return this.startNanos;
	}

	synchronized void cancel() {
		this.cancelled = true;
		this.cancel.run();
	}

	@GuardedBy("this")
	private Duration next() {
		Duration remaining = remaining();
		return (this.timeout.isNegative() || remaining.compareTo(this.interval) > 0) ? this.interval : remaining;
	}

	private Duration remaining() {
		return this.timeout.minusNanos(this.timer.nanoTime() - this.startNanos);
	}

	void onTimer() {
		boolean last;
		synchronized (this) {
			if (this.cancelled) {
				return;
			}
			last = !this.timeout.isNegative() && (remaining().isNegative() || remaining().isZero());
			if (last) {
				this.cancel = this.timer.schedule(LIMIT, this.timeOut);
			}
			else {
				this.interval = (LONGEST.compareTo(this.interval.multipliedBy(2)) < 0) ? LONGEST
						: this.interval.multipliedBy(2);
				this.cancel = this.timer.schedule(next(), this::onTimer);
				if (this.recalled != null && !this.recalled.isDone()) {
					return;
				}
			}
		}
		CompletableFuture<?> asked = this.recall.get();
		synchronized (this) {
			this.recalled = asked;
		}
		if (last) {
			asked.whenComplete((counted, ex) -> this.timeOut.run());
		}
	}

}
