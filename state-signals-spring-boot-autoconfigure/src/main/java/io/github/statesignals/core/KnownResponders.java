package io.github.statesignals.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The responders that are subscribed to one exporter, and who waits for how many. Safe
 * for use by many threads; completes futures outside of its lock.
 */
final class KnownResponders {

	private final Set<String> ids = new LinkedHashSet<>();

	private final List<Wait> waits = new ArrayList<>();

	private boolean open;

	/**
	 * Accept subscribers.
	 * @param expected those that are subscribed from the start
	 */
	void open(Collection<String> expected) {
		List<Wait> satisfied;
		synchronized (this) {
			this.open = true;
			this.ids.addAll(expected);
			satisfied = satisfied();
		}
		satisfied.forEach((wait) -> wait.future.complete(true));
	}

	/**
	 * Forget everybody, and accept nobody any more.
	 * @param reason what those learn that are waiting
	 */
	void close(RuntimeException reason) {
		List<Wait> abandoned;
		synchronized (this) {
			this.open = false;
			this.ids.clear();
			abandoned = List.copyOf(this.waits);
			this.waits.clear();
		}
		abandoned.forEach((wait) -> wait.future.completeExceptionally(reason));
	}

	/**
	 * A responder subscribes.
	 * @param responderId its id
	 * @return {@code false} if nobody can subscribe now, or it was subscribed already
	 */
	boolean add(String responderId) {
		List<Wait> satisfied;
		synchronized (this) {
			if (!this.open || !this.ids.add(responderId)) {
				return false;
			}
			satisfied = satisfied();
		}
		satisfied.forEach((wait) -> wait.future.complete(true));
		return true;
	}

	/**
	 * Who is subscribed now.
	 * @return the ids in the order of their subscription
	 */
	synchronized Set<String> snapshot() {
		return Collections.unmodifiableSet(new LinkedHashSet<>(this.ids));
	}

	/**
	 * Wait for subscribers.
	 * @param count how many
	 * @return completes with {@code true} when there are so many
	 */
	CompletableFuture<Boolean> await(int count) {
		Wait wait = new Wait(count, new CompletableFuture<>());
		synchronized (this) {
			this.waits.add(wait);
		}
		wait.future.whenComplete((reached, ex) -> {
			synchronized (this) {
				this.waits.remove(wait);
			}
		});
		return wait.future;
	}

	private List<Wait> satisfied() {
		return this.waits.stream().filter((wait) -> wait.count <= this.ids.size()).toList();
	}

	private record Wait(int count, CompletableFuture<Boolean> future) {
	}

}
