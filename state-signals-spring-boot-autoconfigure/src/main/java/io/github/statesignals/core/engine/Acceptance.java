package io.github.statesignals.core.engine;

import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;

/**
 * Accepts signals between the start and the stop of an application.
 */
final class Acceptance {

	private final ReadWriteLock lock = new ReentrantReadWriteLock();

	// Opened and asked without the lock. Closed under it, so that no signal is being
	// accepted then.
	private volatile boolean open;

	void open() {
		this.open = true;
	}

	// Accepts no more signals. When this returns, none is being accepted either.
	boolean close() {
		this.lock.writeLock().lock();
		try {
			boolean before = this.open;
			this.open = false;
			return before;
		}
		finally {
			this.lock.writeLock().unlock();
		}
	}

	boolean isOpen() {
		return this.open;
	}

	boolean accept(BooleanSupplier acceptance) {
		this.lock.readLock().lock();
		try {
			return this.open && acceptance.getAsBoolean();
		}
		finally {
			this.lock.readLock().unlock();
		}
	}

}
