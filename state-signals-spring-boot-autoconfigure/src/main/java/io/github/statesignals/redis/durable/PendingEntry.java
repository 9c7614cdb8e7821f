package io.github.statesignals.redis.durable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.durable.PendingSignal.Content;
import io.github.statesignals.redis.durable.PendingSignal.State;

/**
 * An entry of the stream that is delivered and not acknowledged.
 */
final class PendingEntry {

	private final Identity identity;

	// The same array for all entries that were read with it.
	private final byte[] token;

	@GuardedBy("this")
	private final List<PendingSignal> signals = new ArrayList<>();

	// The number of signals that have to be acknowledged before the entry is.
	@GuardedBy("this")
	private int open;

	PendingEntry(Identity identity, byte[] token) {
		this.identity = identity;
		this.token = token;
	}

	String id() {
		return this.identity.id();
	}

	Identity identity() {
		return this.identity;
	}

	byte[] token() {
		return this.token;
	}

	// In place of those that were discarded. Returns the signals to deliver.
	synchronized List<PendingSignal> add(Map<Integer, ? extends Content> contents) {
		List<PendingSignal> added = new ArrayList<>();
		contents.forEach((number, content) -> added.add(new PendingSignal(this, number, content)));
		int before = this.signals.size();
		this.signals.removeIf((signal) -> signal.state() == State.DISCARDED);
		this.open += added.size() + this.signals.size() - before;
		if (this.open == 0) {
			added.add(new PendingSignal(this, 0, new PendingSignal.Settled()));
			this.open = 1;
		}
		this.signals.addAll(added);
		return added;
	}

	// False if it was discarded.
	synchronized boolean begin(PendingSignal signal) {
		if (signal.state() == State.DELIVERED) {
			signal.state(State.BEGUN);
		}
		return signal.state() != State.DISCARDED;
	}

	synchronized boolean abandon(PendingSignal signal) {
		if (signal.state() == State.ACKNOWLEDGED || signal.state() == State.DISCARDED) {
			return false;
		}
		signal.state(State.DISCARDED);
		return true;
	}

	synchronized List<PendingSignal> abandonAll() {
		return this.signals.stream().filter(this::abandon).toList();
	}

	synchronized boolean acknowledge(PendingSignal signal) {
		signal.state(State.ACKNOWLEDGED);
		return --this.open == 0;
	}

	// Discards the signals that no handler has begun: they are to be read again.
	synchronized List<PendingSignal> discard() {
		List<PendingSignal> delivered = this.signals.stream()
			.filter((signal) -> signal.state() == State.DELIVERED)
			.toList();
		delivered.forEach((signal) -> signal.state(State.DISCARDED));
		return delivered;
	}

	// Notes that Redis has not stored the acknowledgement of a signal, which is to be
	// read again. Returns whether all of them are.
	synchronized boolean refuse(PendingSignal signal) {
		signal.state(State.DISCARDED);
		this.open++;
		return isDiscarded();
	}

	synchronized boolean isDiscarded() {
		return this.signals.stream().allMatch((signal) -> signal.state() == State.DISCARDED);
	}

	// Whether none of its signals has to be read again.
	synchronized boolean isComplete() {
		return this.signals.stream().noneMatch((signal) -> signal.state() == State.DISCARDED);
	}

	synchronized boolean hasBegun(PendingSignal signal) {
		return signal.state() == State.BEGUN;
	}

	// Whether a signal of the entry is in the hands of a handler, or was.
	synchronized boolean hasBegun(int number) {
		return this.signals.stream()
			.anyMatch((signal) -> signal.number() == number && signal.state() != State.DISCARDED);
	}

	// A hash of its signals belongs to it: ids are not unique if Redis loses entries.
	record Identity(String id, int hash) {
	}

}
