package io.github.statesignals.wire;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Holds one object for reuse. Nearly always one thread takes it, and finds the one that
 * it gave back; a concurrent one gets a new object.
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
		T object = this.spare.getAndSet(null);
		return (object != null) ? object : this.factory.get();
	}

	void giveBack(T object) {
		this.spare.set(object);
	}

}
