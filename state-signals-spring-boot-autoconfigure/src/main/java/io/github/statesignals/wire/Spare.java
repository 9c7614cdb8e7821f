package io.github.statesignals.wire;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Keeps one object to be used again. Nearly always one thread takes it, and finds what it
 * has given back; another that comes meanwhile gets a new one.
 *
 * @param <T> the type of object
 */
final class Spare<T> {

	private final AtomicReference<@Nullable T> spare = new AtomicReference<>();

	private final Supplier<T> factory;

	Spare(Supplier<T> factory) {
		this.factory = factory;
	}

	T take() {
		T kept = this.spare.getAndSet(null);
		return (kept != null) ? kept : this.factory.get();
	}

	void giveBack(T object) {
		this.spare.set(object);
	}

}
