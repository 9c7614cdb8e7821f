package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.github.statesignals.redis.durable.PendingEntry.Identity;
import io.github.statesignals.redis.durable.PendingSignal.Content;
import io.github.statesignals.redis.durable.PendingSignal.Deleted;
import io.github.statesignals.redis.durable.PendingSignal.Foreign;
import io.github.statesignals.redis.durable.PendingSignal.Line;
import io.github.statesignals.redis.durable.store.Replies;
import io.github.statesignals.redis.durable.store.StreamKeys;
import io.github.statesignals.wire.JsonLines;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ConcurrentLruCache;

/**
 * The signals of one responder that were read and are not acknowledged, and the position
 * to read on from. Entries that were delivered before and not acknowledged are read
 * first. Safe for use by many threads.
 */
final class Backlog {

	private static final String FIRST = "0-0";

	// Another client may have written any text.
	private static final Pattern RESTORED = Pattern.compile(".* (\\d{1,19}-\\d{1,19})");

	private static final int LIMIT = 1_024;

	// The bytes that were read and are not acknowledged. In memory a signal takes several
	// times its size.
	private static final long LIMIT_BYTES = Math.min(8_000_000, Runtime.getRuntime().maxMemory() / 64);

	private static final int MAX_COUNT = 32;

	private static final int ACKNOWLEDGED = 4_096;

	private final String responder;

	@GuardedBy("this")
	private final Map<String, PendingEntry> entries = new HashMap<>();

	// The signals that the listener has not accepted yet.
	@GuardedBy("this")
	private final Deque<PendingSignal> undelivered = new ArrayDeque<>();

	@GuardedBy("this")
	private int outstanding;

	@GuardedBy("this")
	private long outstandingBytes;

	// The size of the entries that were read last, in bytes; as large as possible before
	// the first one.
	@GuardedBy("this")
	private long entryBytes = LIMIT_BYTES;

	@GuardedBy("this")
	private Position position = new Position(FIRST);

	// Entries up to this one may have been answered although they are new to the group,
	// which was lost and continues further back.
	@GuardedBy("this")
	private String answeredBefore = FIRST;

	// The entries that were acknowledged last. A replica that was behind, or a backup,
	// has them again, without their answers; or others with the same ids, if its clock is
	// behind.
	@GuardedBy("this")
	private final ConcurrentLruCache<Identity, Boolean> acknowledged = new ConcurrentLruCache<>(ACKNOWLEDGED,
			(entry) -> true);

	// The first pending entry at the last renewal, if it was not known here.
	@GuardedBy("this")
	private String unknownPending = "";

	Backlog(String responder) {
		this.responder = responder;
	}

	synchronized Position position() {
		return this.position;
	}

	synchronized boolean hasCapacity() {
		return this.undelivered.isEmpty() && !isFull();
	}

	@GuardedBy("this")
	private boolean isFull() {
		return this.outstanding >= LIMIT || this.outstandingBytes >= LIMIT_BYTES;
	}

	// Returns the number of entries to read: Redis can't limit the bytes.
	synchronized int count() {
		long count = (LIMIT_BYTES - this.outstandingBytes) / Math.max(this.entryBytes, 1);
		return (int) Math.max(1, Math.min(count, MAX_COUNT));
	}

	// Grows at once, and shrinks slowly: large entries come together.
	@GuardedBy("this")
	private void noteSizes(List<Entry> read) {
		for (Entry entry : read) {
			long size = (entry.lines() != null) ? entry.lines().length : 0;
			this.entryBytes = Math.max(size, (this.entryBytes * 3 + size) / 4);
		}
	}

	@GuardedBy("this")
	private void remove(PendingSignal signal) {
		this.outstanding--;
		this.outstandingBytes -= signal.content().size();
	}

	synchronized void readPending() {
		this.position = new Position(FIRST);
	}

	// Signals that no handler has begun: they are read again by the instance that holds
	// the lease then.
	synchronized void discard() {
		this.undelivered.clear();
		for (PendingEntry entry : this.entries.values()) {
			for (PendingSignal discarded : entry.discard()) {
				remove(discarded);
			}
		}
		this.entries.values().removeIf(PendingEntry::isDiscarded);
		readPending();
	}

	// Another instance has read, and the signals that handlers have begun can't be
	// acknowledged.
	synchronized void discardAll() {
		discard();
		this.entries.clear();
	}

	// Notes the first pending entry. A reply may have been lost if it is not known here.
	synchronized void checkPending(String first) {
		boolean unknown = !first.isEmpty() && !this.entries.containsKey(first);
		if (unknown && first.equals(this.unknownPending)) {
			readPending();
		}
		this.unknownPending = unknown ? first : "";
	}

	// The field of the responder has the last entry of the time at which the group was
	// lost.
	synchronized void noteRestored(String field) {
		Matcher restored = RESTORED.matcher(field);
		if (restored.matches()) {
			noteAnsweredBefore(restored.group(1));
		}
	}

	@GuardedBy("this")
	private void noteAnsweredBefore(String entry) {
		if (StreamKeys.isBefore(this.answeredBefore, entry)) {
			this.answeredBefore = entry;
		}
	}

	// The signals that were not delivered.
	synchronized Selection select(Position from, List<Entry> read) {
		noteSizes(read);
		Selection selection = new Selection(this.responder, from.after() != null || mayBeAnswered(read));
		for (Entry entry : read) {
			Identity identity = new Identity(entry.id(), Arrays.hashCode(entry.lines()));
			PendingEntry known = known(identity, entry);
			if (this.acknowledged.contains(identity)) {
				selection.contents.put(identity, Selection.SETTLED);
			}
			else if (known == null || !known.isComplete()) {
				selection.contents.put(identity, selection.contents(entry, known));
			}
		}
		selection.last = read.isEmpty() ? null : read.get(read.size() - 1).id();
		return selection;
	}

	// One that Redis has lost, and that has the id of another, is not acknowledged: the
	// other one would be.
	@GuardedBy("this")
	private @Nullable PendingEntry known(Identity identity, Entry read) {
		PendingEntry known = this.entries.get(identity.id());
		if (known == null || read.lines() == null || known.identity().equals(identity)) {
			return known;
		}
		known.abandonAll().forEach(this::remove);
		this.entries.remove(identity.id());
		return null;
	}

	// Entries come in order: otherwise they were delivered before.
	@GuardedBy("this")
	private boolean mayBeAnswered(List<Entry> read) {
		if (read.isEmpty()) {
			return false;
		}
		boolean again = !StreamKeys.isBefore(this.answeredBefore, read.get(0).id());
		noteAnsweredBefore(read.get(read.size() - 1).id());
		return again;
	}

	// None if the position has changed meanwhile: they are read again.
	synchronized void accept(Position from, byte[] token, Selection selection) {
		if (from != this.position) {
			return;
		}
		if (from.after() != null) {
			this.position = new Position(selection.last);
		}
		for (Map.Entry<Identity, Map<Integer, Content>> read : selection.contents.entrySet()) {
			PendingEntry entry = this.entries.computeIfAbsent(read.getKey().id(),
					(id) -> new PendingEntry(read.getKey(), token));
			for (PendingSignal added : entry.add(read.getValue())) {
				this.undelivered.add(added);
				this.outstanding++;
				this.outstandingBytes += added.content().size();
			}
		}
	}

	// Not while others are discarded: the signals behind one that is must not begin.
	synchronized boolean begin(PendingSignal signal) {
		return signal.entry().begin(signal);
	}

	synchronized void abandon(PendingSignal signal) {
		if (signal.entry().abandon(signal)) {
			remove(signal);
			// Unless it is of an earlier lease: those behind it are discarded already.
			if (this.entries.get(signal.entry().id()) == signal.entry()) {
				discard();
			}
		}
	}

	synchronized @Nullable PendingSignal next() {
		return this.undelivered.peek();
	}

	synchronized void delivered(PendingSignal signal) {
		if (this.undelivered.peek() == signal) {
			this.undelivered.remove();
		}
	}

	// Returns whether there is capacity again.
	synchronized boolean acknowledged(AcknowledgedSignal acknowledged, boolean stored) {
		PendingEntry entry = acknowledged.signal().entry();
		if (stored ? acknowledged.answered().isLast() : entry.refuse(acknowledged.signal())) {
			this.entries.remove(entry.id(), entry);
			if (stored) {
				this.acknowledged.get(entry.identity());
			}
		}
		boolean full = isFull();
		remove(acknowledged.signal());
		return full && !isFull();
	}

	/**
	 * A position in the stream, compared by identity: one that was replaced is out of
	 * date.
	 *
	 * @param after reads entries that were delivered before, after this id; {@code null}:
	 * new ones
	 */
	record Position(@Nullable String after) {
	}

	static final class Selection {

		// Of an entry that is only acknowledged, unless signals of it are in flight.
		private static final Map<Integer, Content> SETTLED = Map.of();

		// The signals to deliver of each entry, by number.
		private final Map<Identity, Map<Integer, Content>> contents = new LinkedHashMap<>();

		private final String responder;

		private final boolean answeredPossible;

		private @Nullable String last;

		Selection(String responder, boolean answeredPossible) {
			this.responder = responder;
			this.answeredPossible = answeredPossible;
		}

		private Map<Integer, Content> contents(Entry entry, @Nullable PendingEntry known) {
			if (entry.lines() == null) {
				return Map.of(0, new Deleted());
			}
			if (entry.responder() != null && !this.responder.equals(Replies.text(entry.responder()))) {
				return SETTLED;
			}
			if (hasTooManyLines(entry.lines())) {
				return Map.of(0, new Foreign("the entry has more than %d lines".formatted(StreamPublisher.BATCH)));
			}
			Map<Integer, Content> signals = new LinkedHashMap<>();
			List<byte[]> lines = JsonLines.split(entry.lines());
			for (int number = 0; number < lines.size(); number++) {
				boolean ended = lines.get(number).length == 0;
				if (!ended && (known == null || !known.hasBegun(number))) {
					signals.put(number, new Line(lines.get(number)));
				}
			}
			return signals;
		}

		private static boolean hasTooManyLines(byte[] text) {
			int lines = 1;
			for (byte character : text) {
				lines += (character == '\n') ? 1 : 0;
			}
			return lines > StreamPublisher.BATCH;
		}

		List<String> questionable() {
			List<String> ids = new ArrayList<>();
			if (this.answeredPossible) {
				this.contents.forEach((entry, signals) -> signals.forEach((number, content) -> {
					if (content instanceof Line) {
						ids.add(StreamKeys.signal(entry.id(), number));
					}
				}));
			}
			return ids;
		}

		Selection without(Set<String> answered) {
			this.contents.forEach((entry, signals) -> signals.keySet()
				.removeIf((number) -> answered.contains(StreamKeys.signal(entry.id(), number))));
			return this;
		}

	}

}
