package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.statesignals.Response;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.github.statesignals.redis.durable.StreamAcknowledgements.Acknowledgement;
import io.github.statesignals.redis.durable.StreamAcknowledgements.PendingEntry;
import io.github.statesignals.redis.durable.StreamAcknowledgements.PendingSignal;
import io.github.statesignals.transport.DurableSignalTransport.Listener;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import io.github.statesignals.wire.ReceivedMessage;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the signals of a durable channel for one responder, in order: first those that
 * were delivered before and not acknowledged. Of all applications that have a responder
 * of the name one reads, which is who holds the lease; the others stand by.
 */
final class StreamReader {

	private static final Logger logger = LoggerFactory.getLogger(RedisStreamSignalTransport.class);

	/**
	 * After so long without a word from who holds it the lease is free.
	 */
	static final Duration LEASE = Duration.ofSeconds(10);

	/**
	 * Shorter than any driver waits for a reply, and than the lease.
	 */
	private static final Duration BLOCK = Duration.ofSeconds(1);

	/**
	 * With a lease older than this nothing is read: it could end meanwhile.
	 */
	private static final Duration READABLE = LEASE.minus(BLOCK).minus(Duration.ofSeconds(2));

	private static final int COUNT = 32;

	/**
	 * So many may be waiting for their handlers; then nothing more is read.
	 */
	private static final int LIMIT = 1_024;

	private static final String FIRST = "0-0";

	private static final long LEASE_OF_ANOTHER = 0;

	private static final long LEASE_WAS_FREE = 1;

	private static final long LEASE_WITH_NEXT_TOKEN = 3;

	private static final long GROUP_LOST = 2;

	private static final long FIELD_LOST = 3;

	private static final String UNCERTAIN = "?";

	private static final byte[] NO_ANSWER = {};

	private final String channel;

	private final String name;

	private final StreamKeys keys;

	private final byte[] nameBytes;

	/**
	 * What we hold the lease with: another one for each time that somebody else may have
	 * read in between, so that what we had before is not acknowledged.
	 */
	private byte[] token = newToken();

	private byte[] nextToken = newToken();

	private final byte[] leaseMillis = StreamPublisher.number(LEASE.toMillis());

	private final byte[] retentionMillis;

	/**
	 * On a connection of its own, for it blocks.
	 */
	private final StreamClient reads;

	private final RedisStreamConnection connection;

	private final Listener listener;

	private final StreamAcknowledgements acknowledgements;

	/**
	 * The entries that are not acknowledged, by their ids.
	 */
	private final Map<String, PendingEntry> unacknowledged = new HashMap<>();

	/**
	 * What was read and the listener had no room for.
	 */
	private final Deque<PendingSignal> offered = new ArrayDeque<>();

	/**
	 * How many signals were read and not acknowledged.
	 */
	private int outstanding;

	/**
	 * Completes when signals are kept for it, or it is told that they can't be.
	 */
	private volatile CompletableFuture<Void> registration = new CompletableFuture<>();

	private volatile @Nullable Throwable registrationFailure;

	private boolean registered;

	/**
	 * Its field among the registered ones, as Redis had it last; empty before it is
	 * registered.
	 */
	private String field = "";

	/**
	 * The last entry of those that may have been answered although they are delivered
	 * now: the group was lost, and goes on further back.
	 */
	private String answeredBefore = FIRST;

	private boolean leased;

	private long leasedNanos;

	/**
	 * After which id to read what was delivered before; {@code null}: all of that is
	 * read.
	 */
	private @Nullable String after = FIRST;

	/**
	 * The last entry of those that were delivered before and are read now.
	 */
	private @Nullable String lastRead;

	private boolean reading;

	private final FailureLog failures = new FailureLog();

	private boolean stopped;

	/**
	 * The first entry that was delivered to somebody, and not to us, when the lease was
	 * renewed last.
	 */
	private @Nullable String unknownBefore;

	StreamReader(String channel, String name, RedisStreamConnection connection, StreamClient reads, Listener listener) {
		this.channel = channel;
		this.name = name;
		this.nameBytes = RedisChannel.bytes(name);
		this.keys = StreamKeys.of(channel);
		this.connection = connection;
		this.retentionMillis = StreamPublisher.number(connection.retention(channel).toMillis());
		this.reads = reads;
		this.listener = listener;
		this.acknowledgements = new StreamAcknowledgements(this::acknowledge, connection::retry,
				connection.codec().maxPayload());
	}

	/**
	 * Do what there is to do from time to time: have signals kept, take or renew the
	 * lease.
	 */
	void tick() {
		boolean due;
		this.reads.endOverdue();
		synchronized (this) {
			if (this.stopped) {
				return;
			}
			due = this.registered;
		}
		if (due) {
			takeLease();
		}
		else {
			register();
		}
	}

	private void register() {
		String known;
		synchronized (this) {
			known = this.field;
		}
		this.connection.registry().register(this.channel, false, Map.of(this.name, known)).whenComplete((reply, ex) -> {
			this.registrationFailure = ex;
			if (ex == null) {
				onRegistered(RedisStreamConnection.number(reply.get(0)), RedisStreamConnection.text(reply.get(1)));
			}
			else if (isRefused(ex)) {
				CompletableFuture<Void> refused = this.registration;
				this.registration = new CompletableFuture<>();
				refused.completeExceptionally(RedisExceptions.translate(ex));
			}
		});
	}

	private boolean isRefused(Throwable ex) {
		if (!RedisExceptions.isFinal(ex) || isGone(ex)) {
			return false;
		}
		this.failures.log("Redis refuses to let '" + this.name + "' read channel '" + this.channel + "'", ex);
		return true;
	}

	private static boolean isGone(Throwable ex) {
		return RedisExceptions.reason(ex).startsWith("NOGROUP");
	}

	private void onRegistered(long state, String field) {
		synchronized (this) {
			this.registered = true;
			noteField(field);
		}
		if (state == GROUP_LOST) {
			logger.warn("Redis has lost the consumer group of '{}' on channel '{}': what the stream still has "
					+ "is read again, other signals may be lost", this.name, this.channel);
			this.listener.onConnected(true);
		}
		else if (state == FIELD_LOST) {
			logger.warn("Redis has lost that '{}' is a responder of channel '{}'; it is registered again", this.name,
					this.channel);
		}
		this.registration.complete(null);
		this.listener.onRegistered(this.channel, this.name);
		takeLease();
	}

	private void noteField(String field) {
		this.field = field;
		int restored = field.indexOf(' ');
		if (restored >= 0) {
			noteAnsweredBefore(field.substring(restored + 1));
		}
	}

	private void noteAnsweredBefore(String entry) {
		if (StreamKeys.isBefore(this.answeredBefore, entry)) {
			this.answeredBefore = entry;
		}
	}

	/**
	 * Whether signals are kept for it.
	 * @return completes when they are, or exceptionally when Redis refuses to
	 */
	CompletableFuture<Void> registration() {
		return this.registration;
	}

	@Nullable Throwable registrationFailure() {
		return this.registrationFailure;
	}

	private static byte[] newToken() {
		return RedisChannel.bytes(UUID.randomUUID().toString());
	}

	private void takeLease() {
		long asked = System.nanoTime();
		byte[] current;
		byte[] next;
		synchronized (this) {
			current = this.token;
			next = this.nextToken;
		}
		this.connection
			.eval(StreamScript.LEASE,
					List.of(this.keys.lease(this.name), this.keys.log(), this.keys.dropped(this.name),
							this.keys.reader(this.name), this.keys.responders()),
					List.of(current, next, this.leaseMillis, this.nameBytes))
			.whenComplete((reply, ex) -> {
				if (ex == null) {
					onLease(reply, next, asked);
				}
				else {
					isRefused(ex);
				}
			});
	}

	private void onLease(List<?> reply, byte[] next, long asked) {
		long state = RedisStreamConnection.number(reply.get(0));
		onField(RedisStreamConnection.text(reply.get(3)));
		String pending = RedisStreamConnection.text(reply.get(1));
		if (state == LEASE_OF_ANOTHER) {
			loseLease();
			return;
		}
		tellDropped((List<?>) reply.get(2));
		synchronized (this) {
			if (pending.equals("-")) {
				// Redis has lost it all, or somebody has removed us.
				this.registered = false;
			}
			this.leasedNanos = asked;
			if (state == LEASE_WITH_NEXT_TOKEN && next == this.nextToken) {
				beginAnew();
			}
			boolean unknown = !pending.isEmpty() && !this.unacknowledged.containsKey(pending);
			if (!this.leased || state == LEASE_WAS_FREE || (unknown && pending.equals(this.unknownBefore))) {
				// Somebody else may have been here; or a reply was lost, or came to
				// nobody.
				this.after = FIRST;
			}
			this.unknownBefore = unknown ? pending : null;
			if (!this.leased) {
				logger.debug("Reading channel '{}' for '{}'", this.channel, this.name);
			}
			this.leased = true;
		}
		read();
	}

	private synchronized void onField(String current) {
		if (current.isEmpty() || (current.startsWith(UNCERTAIN) && !this.field.startsWith(UNCERTAIN))) {
			// Redis has lost it, or since when it is registered.
			this.registered = false;
		}
		else {
			noteField(current);
		}
	}

	// Somebody else has read: what we have is answered, or read again.
	private void beginAnew() {
		this.token = this.nextToken;
		this.nextToken = newToken();
		this.after = FIRST;
		dropOffered();
		this.unacknowledged.clear();
	}

	// What handlers are busy with they finish; the rest is read again by whoever may.
	private void dropOffered() {
		this.offered.forEach((signal) -> this.unacknowledged.remove(signal.entry().id()));
		this.outstanding -= this.offered.size();
		this.offered.clear();
	}

	private void tellDropped(List<?> dropped) {
		for (int i = 0; i + 1 < dropped.size(); i += 2) {
			this.listener.onDropped(this.channel, RedisStreamConnection.text(dropped.get(i)), this.name,
					RedisStreamConnection.number(dropped.get(i + 1)));
		}
	}

	private synchronized void loseLease() {
		if (this.leased) {
			logger.info("Another instance reads channel '{}' for '{}' now; this one stands by", this.channel,
					this.name);
		}
		this.leased = false;
		dropOffered();
	}

	private synchronized void read() {
		if (this.stopped || !this.registered || !this.leased || this.reading || !this.offered.isEmpty()
				|| this.outstanding >= LIMIT || System.nanoTime() - this.leasedNanos > READABLE.toNanos()) {
			return;
		}
		this.reading = true;
		String from = this.after;
		byte[] token = this.token;
		this.reads
			.call((commands) -> commands.read(this.keys.log(), this.name, from, COUNT, BLOCK),
					BLOCK.plus(RedisStreamConnection.TIMEOUT))
			.thenCompose((read) -> (from != null || mayBeAnswered(read)) ? withoutAnswered(from, read, token)
					: CompletableFuture.completedFuture(signals(read, token, Set.of())))
			.whenComplete((read, ex) -> {
				if (ex == null) {
					onRead(from, token, read);
				}
				else {
					onReadFailed(ex);
				}
			});
	}

	private static List<PendingSignal> signals(List<Entry> read, byte[] token, Set<String> answered) {
		List<PendingSignal> signals = new ArrayList<>();
		read.forEach((entry) -> add(entry, token, answered, signals));
		return signals;
	}

	private static void add(Entry entry, byte[] token, Set<String> answered, List<PendingSignal> signals) {
		if (entry.lines() == null) {
			signals.add(new PendingSignal(new PendingEntry(entry.id(), token, 1), 0, null));
			return;
		}
		List<byte[]> bodies = SignalCodec.splitLines(entry.lines());
		List<Integer> numbers = new ArrayList<>(bodies.size());
		for (int i = 0; i < bodies.size(); i++) {
			if (answered.isEmpty() || !answered.contains(StreamKeys.signal(entry.id(), i))) {
				numbers.add(i);
			}
		}
		if (numbers.isEmpty()) {
			// Only to acknowledge it.
			signals.add(new PendingSignal(new PendingEntry(entry.id(), token, 1), -1, NO_ANSWER));
			return;
		}
		PendingEntry pending = new PendingEntry(entry.id(), token, numbers.size());
		numbers.forEach((number) -> signals.add(new PendingSignal(pending, number, bodies.get(number))));
	}

	// Entries come in order: those that do not were delivered before.
	private synchronized boolean mayBeAnswered(List<Entry> read) {
		if (read.isEmpty()) {
			return false;
		}
		boolean again = !StreamKeys.isBefore(this.answeredBefore, read.get(0).id());
		noteAnsweredBefore(read.get(read.size() - 1).id());
		return again;
	}

	// Of what was delivered before, a part may have been answered.
	private CompletableFuture<List<PendingSignal>> withoutAnswered(@Nullable String from, List<Entry> read,
			byte[] token) {
		List<Entry> unknown;
		synchronized (this) {
			unknown = read.stream().filter((entry) -> !this.unacknowledged.containsKey(entry.id())).toList();
		}
		List<String> ids = new ArrayList<>();
		for (Entry entry : unknown) {
			int size = (entry.lines() != null) ? SignalCodec.splitLines(entry.lines()).size() : 0;
			IntStream.range(0, size).forEach((number) -> ids.add(StreamKeys.signal(entry.id(), number)));
		}
		if (from != null && !read.isEmpty()) {
			this.lastRead = read.get(read.size() - 1).id();
		}
		if (ids.isEmpty()) {
			return CompletableFuture.completedFuture(signals(unknown, token, Set.of()));
		}
		return this.connection
			.eval(StreamScript.ANSWERED, ids.stream().map(this.keys::answers).toList(),
					ids.stream().map((id) -> StreamKeys.field(id, this.name)).toList())
			.thenApply((numbers) -> {
				Set<String> answered = new HashSet<>();
				numbers.forEach((number) -> answered.add(ids.get((int) RedisStreamConnection.number(number) - 1)));
				return signals(unknown, token, answered);
			});
	}

	private void onRead(@Nullable String from, byte[] token, List<PendingSignal> read) {
		synchronized (this) {
			this.reading = false;
			if (this.stopped) {
				return;
			}
			if (!this.leased || System.nanoTime() - this.leasedNanos > LEASE.toNanos()) {
				// Whoever has the lease now reads it again.
				loseLease();
				return;
			}
			// Else somebody else has read since it was asked for, and it is read again.
			if (token == this.token) {
				accept(from, read);
			}
		}
		// Waking handlers comes first.
		this.connection.afterReceiving(this::read);
	}

	private void accept(@Nullable String from, List<PendingSignal> read) {
		if (from != null && from.equals(this.after)) {
			this.after = this.lastRead;
			this.lastRead = null;
		}
		for (PendingSignal signal : read) {
			this.unacknowledged.put(signal.entry().id(), signal.entry());
			this.offered.add(signal);
		}
		this.outstanding += read.size();
		offer();
	}

	private void onReadFailed(Throwable ex) {
		synchronized (this) {
			this.reading = false;
			// What was delivered meanwhile, and never came.
			this.after = FIRST;
			isRefused(ex);
			if (isGone(ex)) {
				this.registered = false;
			}
			if (this.stopped) {
				return;
			}
		}
		logger.debug("Could not read channel '{}' for '{}'; trying again", this.channel, this.name, ex);
		this.connection.retry(this::tick);
	}

	private synchronized void offer() {
		for (PendingSignal next = this.offered.peek(); next != null; next = this.offered.peek()) {
			if (this.stopped) {
				return;
			}
			if (!deliver(next)) {
				this.connection.retrySoon(() -> {
					offer();
					read();
				});
				return;
			}
			this.offered.poll();
		}
	}

	private boolean deliver(PendingSignal signal) {
		Kept receipt = new Kept(signal);
		byte[] body = signal.body();
		if (body == null) {
			this.listener.onDropped(this.channel, "", this.name, 1);
			receipt.acknowledge(null, null);
			return true;
		}
		if (signal.number() < 0) {
			receipt.acknowledge(null, null);
			return true;
		}
		ReceivedMessage message = this.connection.codec().readSignal(body);
		if (message instanceof MalformedMessage malformed) {
			return deliverUnreadable(malformed, receipt);
		}
		ReceivedSignal received = (ReceivedSignal) message;
		SignalExtension extension = received.extension();
		receipt.replyTo = (extension != null) ? extension.replyTo() : null;
		return this.listener.onStoredSignal(this.channel, this.name, received.signal(), extension, receipt);
	}

	// It is answered, or it would be outstanding until its retention has passed.
	private boolean deliverUnreadable(MalformedMessage malformed, Kept receipt) {
		UnreadableSignal signal = (malformed.signal() != null) ? malformed.signal()
				: new UnreadableSignal(null, null, null, null, malformed.problem());
		receipt.replyTo = (signal.extension() != null) ? signal.extension().replyTo() : null;
		if (!this.listener.onUnreadable(this.channel, this.name, signal, receipt)) {
			return false;
		}
		this.listener.onMalformed(this.keys.prefix() + "log", malformed.problem());
		return true;
	}

	private CompletableFuture<Boolean> acknowledge(List<Acknowledgement> acknowledged) {
		List<byte[]> entries = new ArrayList<>();
		Map<String, List<byte[]>> kept = new LinkedHashMap<>();
		Map<String, List<byte[]>> sent = new LinkedHashMap<>();
		for (Acknowledgement next : acknowledged) {
			String entry = next.signal().entry().id();
			if (next.isLast()) {
				entries.add(RedisChannel.bytes(entry));
			}
			List<byte[]> fields = kept.computeIfAbsent(StreamKeys.second(entry), (second) -> new ArrayList<>());
			fields.add(StreamKeys.field(next.signal().id(), this.name));
			fields.add(next.answer());
			if (next.answer().length > 0) {
				sent.computeIfAbsent(next.address(), (address) -> new ArrayList<>()).add(next.answer());
			}
		}
		List<byte[]> keys = new ArrayList<>(
				List.of(this.keys.log(), this.keys.lease(this.name), this.keys.reader(this.name)));
		byte[] token = acknowledged.get(0).signal().entry().token();
		List<byte[]> arguments = new ArrayList<>(List.of(this.nameBytes, token, this.leaseMillis, this.retentionMillis,
				StreamPublisher.number(entries.size())));
		arguments.addAll(entries);
		kept.forEach((second, fields) -> {
			keys.add(this.keys.answersOf(second));
			arguments.add(StreamPublisher.number(fields.size()));
			arguments.addAll(fields);
		});
		sent.forEach((address, answers) -> {
			arguments.add(RedisChannel.bytes(address));
			arguments.add(SignalCodec.joinLines(answers));
		});
		return this.connection.eval(StreamScript.ACKNOWLEDGE, keys, arguments)
			.thenApply((reply) -> RedisStreamConnection.number(reply.get(0)) == 1);
	}

	private void onAcknowledged(Acknowledgement acknowledged, boolean held) {
		PendingEntry entry = acknowledged.signal().entry();
		boolean room;
		synchronized (this) {
			if (acknowledged.isLast() || !held) {
				this.unacknowledged.remove(entry.id(), entry);
			}
			boolean full = this.outstanding >= LIMIT;
			this.outstanding--;
			room = full && this.outstanding < LIMIT;
			if (!held && entry.token() == this.token) {
				loseLease();
			}
		}
		if (room) {
			read();
		}
	}

	/**
	 * Read nothing more.
	 * @return completes when what was acknowledged is kept, and the lease given back
	 */
	CompletableFuture<?> stop() {
		synchronized (this) {
			this.stopped = true;
			this.offered.clear();
		}
		this.registration.complete(null);
		// What is delivered to nobody is pending before the next one looks.
		return this.reads.close()
			.thenCompose((closed) -> this.acknowledgements.idle())
			.thenCompose((idle) -> release());
	}

	private synchronized CompletableFuture<?> release() {
		return this.connection.eval(StreamScript.RELEASE, List.of(this.keys.lease(this.name)), List.of(this.token));
	}

	/**
	 * What one signal is acknowledged with.
	 */
	private final class Kept implements Receipt {

		private final PendingSignal signal;

		private @Nullable String replyTo;

		private @Nullable CompletableFuture<@Nullable Object> acknowledged;

		Kept(PendingSignal signal) {
			this.signal = signal;
		}

		@Override
		public CompletableFuture<?> acknowledge(@Nullable Response response, @Nullable ResponseExtension extension) {
			StreamReader reader = StreamReader.this;
			synchronized (this) {
				if (this.acknowledged != null) {
					// A listener has answered, and a handler does, too: the first one
					// counts.
					return this.acknowledged;
				}
				this.acknowledged = new CompletableFuture<>();
			}
			byte[] body = (response != null) ? reader.connection.codec().write(response, extension) : NO_ANSWER;
			Acknowledgement added = reader.acknowledgements.add(this.signal, body,
					reader.connection.address(reader.channel, this.replyTo));
			CompletableFuture<@Nullable Object> acknowledged = this.acknowledged;
			added.thenAccept((held) -> {
				reader.onAcknowledged(added, held);
				acknowledged.complete(null);
			});
			return acknowledged;
		}

	}

}
