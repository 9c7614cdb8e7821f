package io.github.statesignals.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.core.ResponseExtension;
import io.github.statesignals.core.SignalExtension;
import io.github.statesignals.core.SignalTransport.Listener;
import io.github.statesignals.core.SignalTransport.Receipt;
import io.github.statesignals.redis.SignalCodec.HeardSignal;
import io.github.statesignals.redis.StreamAcknowledgements.Acknowledgement;
import io.github.statesignals.redis.StreamCommands.Entry;
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

	private static final int COUNT = 256;

	/**
	 * So many may be waiting for their handlers; then nothing more is read.
	 */
	private static final int LIMIT = 1_024;

	private static final String FIRST = "0-0";

	private static final byte[] NO_ANSWER = { '0' };

	private final String channel;

	private final String name;

	private final StreamKeys keys;

	private final byte[] nameBytes;

	private final byte[] token = RedisChannel.bytes(UUID.randomUUID().toString());

	private final byte[] leaseMillis = StreamPublisher.number(LEASE.toMillis());

	private final byte[] retentionMillis;

	private final StreamClient client;

	/**
	 * On a connection of its own, for it blocks.
	 */
	private final StreamClient reads;

	private final RedisStreamConnection connection;

	private final Listener listener;

	private final StreamAcknowledgements acknowledgements;

	/**
	 * What the listener has and has not acknowledged.
	 */
	private final Set<String> unacknowledged = new HashSet<>();

	/**
	 * What was read and the listener had no room for.
	 */
	private final Deque<Entry> offered = new ArrayDeque<>();

	/**
	 * Completes when signals are kept for it, or it is told that they can't be.
	 */
	private volatile CompletableFuture<Void> registration = new CompletableFuture<>();

	private boolean registered;

	private boolean registeredBefore;

	private boolean leased;

	private long leasedNanos;

	/**
	 * After which id to read what was delivered before; {@code null}: all of that is
	 * read.
	 */
	private @Nullable String after = FIRST;

	private boolean reading;

	private boolean stopped;

	/**
	 * How many entries were read, and were when the lease was renewed last.
	 */
	private long entries;

	private long entriesBefore;

	StreamReader(String channel, String name, RedisStreamConnection connection, StreamClient client, StreamClient reads,
			Listener listener) {
		this.channel = channel;
		this.name = name;
		this.nameBytes = RedisChannel.bytes(name);
		this.keys = StreamKeys.of(channel);
		this.connection = connection;
		this.retentionMillis = StreamPublisher.number(connection.retention(channel).toMillis());
		this.client = client;
		this.reads = reads;
		this.listener = listener;
		this.acknowledgements = new StreamAcknowledgements(this::acknowledge, connection::retry);
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
		call(StreamScript.REGISTER, List.of(this.keys.log(), this.keys.responders()), List.of(this.nameBytes))
			.whenComplete((reply, ex) -> {
				if (ex == null) {
					onRegistered(RedisStreamConnection.number(reply.get(0)) == 1);
				}
				else if (RedisExceptions.isFinal(ex)) {
					CompletableFuture<Void> refused = this.registration;
					this.registration = new CompletableFuture<>();
					refused.completeExceptionally(RedisExceptions.translate(ex));
				}
			});
	}

	private void onRegistered(boolean made) {
		boolean lost;
		synchronized (this) {
			lost = this.registeredBefore && made;
			this.registered = true;
			this.registeredBefore = true;
		}
		if (lost) {
			logger.warn("Redis has lost what it kept for '{}' on channel '{}'; signals are kept from now on", this.name,
					this.channel);
			this.listener.onConnected(true);
		}
		this.registration.complete(null);
		this.listener.onRegistered(this.channel, this.name);
		takeLease();
	}

	/**
	 * Whether signals are kept for it.
	 * @return completes when they are, or exceptionally when Redis refuses to
	 */
	CompletableFuture<Void> registration() {
		return this.registration;
	}

	private void takeLease() {
		long asked = System.nanoTime();
		call(StreamScript.LEASE, List.of(this.keys.lease(this.name), this.keys.log(), this.keys.dropped(this.name)),
				List.of(this.token, this.leaseMillis, this.nameBytes))
			.whenComplete((reply, ex) -> {
				if (ex == null) {
					onLease(reply, asked);
				}
			});
	}

	private void onLease(List<?> reply, long asked) {
		long state = RedisStreamConnection.number(reply.get(0));
		long pending = RedisStreamConnection.number(reply.get(1));
		if (state == 0) {
			loseLease();
			return;
		}
		tellDropped((List<?>) reply.get(2));
		synchronized (this) {
			if (pending < 0) {
				// Redis has lost it all, or somebody has removed us.
				this.registered = false;
			}
			this.leasedNanos = asked;
			boolean quiet = this.entries == this.entriesBefore;
			this.entriesBefore = this.entries;
			if (!this.leased || state == 1 || (quiet && pending > this.unacknowledged.size() + this.offered.size())) {
				// Somebody else may have been here; or a reply was lost, or came to
				// nobody.
				this.after = FIRST;
			}
			if (!this.leased) {
				logger.debug("Reading channel '{}' for '{}'", this.channel, this.name);
			}
			this.leased = true;
		}
		read();
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
		this.offered.clear();
	}

	private synchronized void read() {
		if (this.stopped || !this.registered || !this.leased || this.reading || !this.offered.isEmpty()
				|| this.unacknowledged.size() >= LIMIT) {
			return;
		}
		this.reading = true;
		String from = this.after;
		this.reads
			.call((commands) -> commands.read(this.keys.log(), this.name, from, COUNT, BLOCK),
					BLOCK.plus(RedisStreamConnection.TIMEOUT))
			.whenComplete((read, ex) -> {
				if (ex == null) {
					onRead(from, read);
				}
				else {
					onReadFailed(ex);
				}
			});
	}

	private void onRead(@Nullable String from, List<Entry> read) {
		synchronized (this) {
			this.reading = false;
			this.entries += read.size();
			if (!this.leased || System.nanoTime() - this.leasedNanos > LEASE.toNanos()) {
				// Whoever has the lease now reads it again.
				loseLease();
				return;
			}
			if (from != null && from.equals(this.after)) {
				this.after = read.isEmpty() ? null : read.get(read.size() - 1).id();
			}
			for (Entry entry : read) {
				if (!this.unacknowledged.contains(entry.id())) {
					this.offered.add(entry);
				}
			}
			offer();
		}
		read();
	}

	private void onReadFailed(Throwable ex) {
		synchronized (this) {
			this.reading = false;
			// What was delivered meanwhile, and never came.
			this.after = FIRST;
			if (RedisExceptions.reason(ex).startsWith("NOGROUP")) {
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
		for (Entry next = this.offered.peek(); next != null; next = this.offered.peek()) {
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

	private boolean deliver(Entry entry) {
		byte[] body = entry.body();
		Kept receipt = new Kept(entry.id());
		this.unacknowledged.add(entry.id());
		if (body == null) {
			this.listener.onDropped(this.channel, "", this.name, 1);
			receipt.acknowledge(null, null);
			return true;
		}
		HeardSignal heard;
		try {
			heard = this.connection.codec().readSignal(body);
		}
		catch (MalformedPayloadException ex) {
			this.listener.onMalformed(this.keys.prefix() + "log", String.valueOf(ex.getMessage()));
			receipt.acknowledge(null, null);
			return true;
		}
		SignalExtension extension = heard.extension();
		receipt.replyTo = (extension != null) ? extension.replyTo() : null;
		boolean taken = this.listener.onKeptSignal(this.channel, this.name, heard.signal(), extension, receipt);
		if (!taken) {
			this.unacknowledged.remove(entry.id());
		}
		return taken;
	}

	private CompletableFuture<Boolean> acknowledge(List<Acknowledgement> acknowledged) {
		List<byte[]> keys = new ArrayList<>(List.of(this.keys.log(), this.keys.lease(this.name)));
		List<byte[]> arguments = new ArrayList<>(4 + 4 * acknowledged.size());
		arguments.add(this.nameBytes);
		arguments.add(this.token);
		arguments.add(this.leaseMillis);
		arguments.add(this.retentionMillis);
		Map<String, byte[]> seconds = new HashMap<>();
		for (Acknowledgement next : acknowledged) {
			arguments.add(RedisChannel.bytes(next.id()));
			arguments
				.add((next.answer().length > 0) ? seconds.computeIfAbsent(StreamKeys.second(next.id()), (second) -> {
					keys.add(this.keys.answers(next.id()));
					return StreamPublisher.number(keys.size() - 2);
				}) : NO_ANSWER);
			arguments.add(next.answer());
			arguments.add(next.address());
		}
		return call(StreamScript.ACKNOWLEDGE, keys, arguments)
			.thenApply((reply) -> RedisStreamConnection.number(reply.get(0)) == 1);
	}

	private CompletableFuture<List<?>> call(StreamScript script, List<byte[]> keys, List<byte[]> arguments) {
		return this.client.call((commands) -> commands.eval(script, keys, arguments), RedisStreamConnection.TIMEOUT);
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
		this.reads.close();
		return this.acknowledgements.idle()
			.thenCompose(
					(idle) -> call(StreamScript.RELEASE, List.of(this.keys.lease(this.name)), List.of(this.token)));
	}

	/**
	 * What one signal is acknowledged with.
	 */
	private final class Kept implements Receipt {

		private final String id;

		private @Nullable String replyTo;

		Kept(String id) {
			this.id = id;
		}

		@Override
		public CompletableFuture<?> acknowledge(@Nullable Response response, @Nullable ResponseExtension extension) {
			StreamReader reader = StreamReader.this;
			byte[] body = (response != null) ? reader.connection.codec().write(response, extension) : new byte[0];
			CompletableFuture<Boolean> kept = reader.acknowledgements.add(this.id, body,
					reader.connection.address(reader.channel, this.replyTo));
			return kept.thenAccept((held) -> {
				synchronized (reader) {
					reader.unacknowledged.remove(this.id);
					if (!held) {
						reader.loseLease();
					}
				}
				reader.read();
			});
		}

	}

}
