package io.github.statesignals.redis.durable.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.github.statesignals.ResponderBacklog;
import io.github.statesignals.redis.driver.StreamCommands;
import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.redis.durable.store.StoredDeadLetters.StoredDeadLetter;
import io.github.statesignals.wire.JsonLines;
import io.github.statesignals.wire.SignalCodec;
import io.github.statesignals.wire.StoredFrame;
import org.jspecify.annotations.Nullable;

/**
 * The stored state of one durable channel. Each method runs one script, and completes
 * with its reply, on any thread, or exceptionally with the driver's exception.
 */
public final class StreamStore {

	// A lease that is not renewed for this time is free.
	public static final Duration LEASE = Duration.ofSeconds(10);

	// Within this time, every connected application has noticed a loss of responders and
	// has restored those that it knows.
	public static final Duration RESTORING = Duration.ofSeconds(10);

	private static final long DEAD_LETTERS = 1_000;

	private static final Duration TRIM_INTERVAL = Duration.ofSeconds(5);

	// The numbers that one script takes some milliseconds for: meanwhile it blocks Redis.
	private static final long TRIM_SIGNALS = 2_000;

	private static final long TRIM_ENTRIES = 10_000;

	// Within this time, a batch may be sent again.
	private static final Duration BATCH_REMEMBERED = Duration.ofHours(1);

	private static final byte[] NOTHING = {};

	private final StreamKeys keys;

	private final Duration retention;

	private final Start start;

	private final StreamClient client;

	private final KeyRepair repair;

	private final Set<Purpose> permitted = ConcurrentHashMap.newKeySet();

	public StreamStore(String channel, DurableChannel settings, StreamClient client) {
		this.keys = StreamKeys.of(channel);
		this.retention = settings.retention();
		this.start = settings.start();
		this.client = client;
		this.repair = new KeyRepair(this.keys, client);
	}

	public boolean storesLatest() {
		return this.start == Start.LATEST;
	}

	// Returns the key of the stream, as a name for logs.
	public String logName() {
		return this.keys.prefix() + "log";
	}

	public CompletableFuture<?> connect() {
		return this.client.call(CompletableFuture::completedFuture);
	}

	// Unless the producer has added this batch before. latest: the name of each signal
	// among the last signals, or empty; not used if these are not stored. Returns the id
	// of the entry.
	public CompletableFuture<String> publish(String producer, long batch, byte[] signals, List<String> latest) {
		List<byte[]> arguments = arguments(batch, BATCH_REMEMBERED, signals);
		if (storesLatest()) {
			arguments.addAll(arguments(this.retention));
			arguments.addAll(arguments(latest.toArray()));
		}
		return eval(StreamScript.PUBLISH, List.of(this.keys.log(), this.keys.producer(producer), this.keys.latest()),
				arguments)
			.thenApply((reply) -> Replies.text(reply.get(0)));
	}

	// On a separate client: the command blocks. after: the id after which to read entries
	// that were delivered before; null: new entries.
	public CompletableFuture<List<Entry>> read(StreamClient reads, String responder, @Nullable String after, int count,
			Duration block) {
		return this.repair.call(List.of(this.keys.log()),
				() -> reads.call((commands) -> commands.read(this.keys.log(), responder, after, count, block),
						block.plus(StreamClient.TIMEOUT)));
	}

	// Stores and sends answers, and acknowledges entries. The token is that with which
	// the lease was held when all of them were read. False if another instance has held
	// the lease since.
	public CompletableFuture<Boolean> acknowledge(String responder, byte[] token, List<AnsweredSignal> signals,
			SignalCodec codec) {
		List<byte[]> scriptKeys = new ArrayList<>(
				List.of(this.keys.log(), this.keys.lease(responder), this.keys.reader(responder)));
		List<byte[]> entries = signals.stream()
			.filter(AnsweredSignal::isLast)
			.map((last) -> StreamKeys.bytes(last.entry()))
			.toList();
		List<byte[]> arguments = arguments(responder, token, this.retention, entries.size());
		arguments.addAll(entries);
		for (List<AnsweredSignal> run : AnsweredSignal.runs(signals)) {
			AnsweredSignal first = run.get(0);
			scriptKeys.add(this.keys.answers(first.entry()));
			arguments.add(StreamKeys.field(StreamKeys.signal(first.entry(), first.number()), responder));
			StoredFrame answers = codec.writeStored(run.stream().map(AnsweredSignal::answer).toList());
			arguments.add(answers.lines());
			arguments.add(first.hasAnswer() ? first.address() : NOTHING);
			arguments.add((answers.frame() != answers.lines()) ? answers.frame() : NOTHING);
		}
		return eval(StreamScript.ACKNOWLEDGE, scriptKeys, arguments).thenApply(StreamStore::isDone);
	}

	public CompletableFuture<Set<String>> answered(String responder, List<String> signals) {
		return eval(StreamScript.ANSWERED, signals.stream().map(this.keys::answers).toList(),
				signals.stream().map((signal) -> StreamKeys.field(signal, responder)).toList())
			.thenApply((numbers) -> numbers.stream()
				.map((number) -> signals.get((int) Replies.number(number) - 1))
				.collect(Collectors.toSet()));
	}

	// In JSON, in the order of the references, empty where there is none.
	public CompletableFuture<List<byte[]>> recall(List<AnswerReference> references) {
		return eval(StreamScript.RECALL,
				references.stream().map((reference) -> this.keys.answers(reference.signal())).toList(),
				references.stream()
					.map((reference) -> StreamKeys.field(reference.signal(), reference.responder()))
					.toList())
			.thenApply((reply) -> reply.stream().map(Replies::bytes).toList());
	}

	// The fields are those of the responders as they were read last, or empty. Restoring:
	// those that were removed remain removed.
	public CompletableFuture<Map<String, Registration>> register(Map<String, String> fields, boolean restoring) {
		Start first = restoring ? Start.NEW : this.start;
		List<byte[]> arguments = arguments(restoring ? 1 : 0, RESTORING, first.name().toLowerCase(Locale.ROOT),
				this.retention);
		fields.forEach((name, field) -> arguments.addAll(arguments(name, field)));
		return eval(StreamScript.REGISTER,
				List.of(this.keys.log(), this.keys.responders(), this.keys.removed(), this.keys.latest()), arguments)
			.thenApply((reply) -> {
				Map<String, Registration> registrations = new LinkedHashMap<>();
				int at = 0;
				for (String name : fields.keySet()) {
					registrations.put(name, Registration.of(reply, at));
					at += 2;
				}
				return registrations;
			});
	}

	// Takes or renews it. nextToken: the one to hold it with if another instance has held
	// it since. reported: the dropped signals that were reported, as they were returned.
	public CompletableFuture<Lease> lease(String responder, byte[] token, byte[] nextToken,
			Map<String, Long> reported) {
		List<byte[]> arguments = arguments(token, nextToken, LEASE, responder);
		reported.forEach((publisherId, count) -> arguments.addAll(arguments(publisherId, count)));
		return eval(StreamScript.LEASE, List.of(this.keys.lease(responder), this.keys.log(),
				this.keys.dropped(responder), this.keys.reader(responder), this.keys.responders()), arguments)
			.thenApply(Lease::of);
	}

	public CompletableFuture<?> release(String responder, byte[] token) {
		return eval(StreamScript.RELEASE, List.of(this.keys.lease(responder)), List.of(token));
	}

	// Returns whether signals were stored for it.
	public CompletableFuture<Boolean> remove(String responder) {
		return eval(StreamScript.REMOVE,
				List.of(this.keys.log(), this.keys.responders(), this.keys.removed(), this.keys.dropped(responder),
						this.keys.reader(responder), this.keys.lease(responder)),
				arguments(responder))
			.thenApply(StreamStore::isDone);
	}

	// False if there are too many dead letters.
	public CompletableFuture<Boolean> setAside(String responder, String signal, String reason, byte[] json) {
		byte[] head = StreamKeys.bytes(System.currentTimeMillis() + " " + reason.replaceAll("\\s+", " "));
		byte[] letter = JsonLines.join(List.of(head, json));
		return eval(StreamScript.SETASIDE, List.of(this.keys.deadLetters()),
				arguments(StreamKeys.field(signal, responder), letter, this.retention, DEAD_LETTERS))
			.thenApply(StreamStore::isDone);
	}

	public CompletableFuture<StoredDeadLetters> deadLetters(int limit) {
		return eval(StreamScript.DEADLETTERS, List.of(this.keys.deadLetters()), arguments(limit))
			.thenApply(StoredDeadLetters::of);
	}

	public CompletableFuture<Optional<StoredDeadLetter>> deadLetter(String responder, String signal) {
		return eval(StreamScript.DEADLETTERS, List.of(this.keys.deadLetters()),
				arguments(1, StreamKeys.field(signal, responder)))
			.thenApply((reply) -> StoredDeadLetters.of(reply).letters().stream().findFirst());
	}

	// For its responder alone. signed: the signal in JSON where it was signed again.
	// False if there is no such dead letter.
	public CompletableFuture<Boolean> replay(String responder, String signal, byte @Nullable [] signed) {
		List<byte[]> arguments = arguments(StreamKeys.field(signal, responder), responder);
		if (signed != null) {
			arguments.add(signed);
		}
		return eval(StreamScript.REPLAY, List.of(this.keys.log(), this.keys.deadLetters()), arguments)
			.thenApply(StreamStore::isDone);
	}

	// Fails with an error that names all that are missing.
	public CompletableFuture<?> checkPermissions(Purpose purpose) {
		if (this.permitted.contains(purpose)) {
			return CompletableFuture.completedFuture(null);
		}
		return eval(StreamScript.PERMISSIONS,
				List.of(this.keys.log(), this.keys.responders(), this.keys.removed(), this.keys.producer(""),
						this.keys.lease(""), this.keys.reader(""), this.keys.dropped(""), this.keys.answersOf(""),
						this.keys.trimmed(), this.keys.latest(), this.keys.deadLetters()),
				arguments(purpose))
			.thenAccept((reply) -> this.permitted.add(purpose));
	}

	// How Redis persists and evicts keys: see persistence.lua.
	public CompletableFuture<List<String>> persistence() {
		return eval(StreamScript.PERSISTENCE, List.of(this.keys.log()), List.of())
			.thenApply((reply) -> reply.stream().map(Replies::text).toList());
	}

	// Deletes a bounded number of acknowledged and expired signals.
	public CompletableFuture<Trimming> trim() {
		return eval(StreamScript.TRIM, List.of(this.keys.log(), this.keys.trimmed(), this.keys.responders()),
				arguments(TRIM_INTERVAL, this.retention, this.keys.dropped(""), TRIM_SIGNALS, TRIM_ENTRIES))
			.thenApply((reply) -> Trimming.values()[(int) Replies.number(reply.get(0))]);
	}

	// Returns the answers to a signal, and the responders that have not answered.
	public CompletableFuture<Optional<Status>> status(String signal) {
		return eval(StreamScript.STATUS,
				List.of(this.keys.log(), this.keys.responders(), this.keys.removed(), this.keys.answers(signal)),
				arguments(signal, StreamKeys.entry(signal)))
			.thenApply((reply) -> reply.isEmpty() ? Optional.empty() : Optional.of(Status.of(reply)));
	}

	// Returns the signals that responders have not answered, by responder.
	public CompletableFuture<Map<String, ResponderBacklog>> backlog() {
		return eval(StreamScript.BACKLOG, List.of(this.keys.log(), this.keys.responders()), List.of())
			.thenApply(Replies::backlog);
	}

	public CompletableFuture<Responders> responders() {
		return eval(StreamScript.RESPONDERS, List.of(this.keys.responders(), this.keys.removed()), List.of())
			.thenApply(Responders::of);
	}

	private CompletableFuture<List<?>> eval(StreamScript script, List<byte[]> scriptKeys, List<byte[]> arguments) {
		return this.repair.call(scriptKeys, () -> this.client
			.call((StreamCommands commands) -> commands.eval(script.script(), scriptKeys, arguments)));
	}

	private static boolean isDone(List<?> reply) {
		return Replies.number(reply.get(0)) == 1;
	}

	// Times in milliseconds, and all but bytes as text.
	private static List<byte[]> arguments(Object... values) {
		List<byte[]> arguments = new ArrayList<>();
		for (Object value : values) {
			arguments.add(Replies.bytes((value instanceof Duration time) ? time.toMillis() : value));
		}
		return arguments;
	}

	// As permissions.lua names them.
	public enum Purpose {

		EXPORTER, RESPONDER, TRIMMING

	}

	public record AnswerReference(String signal, String responder) {
	}

	/**
	 * The registration of a responder. For the field see {@code register.lua}.
	 */
	public record Registration(Outcome outcome, String field) {

		static Registration of(List<?> reply, int at) {
			return new Registration(Outcome.values()[(int) Replies.number(reply.get(at))],
					Replies.text(reply.get(at + 1)));
		}

		/**
		 * In the order of the numbers in {@code register.lua}.
		 */
		public enum Outcome {

			UNCHANGED, NEW, GROUP_LOST, FIELD_LOST

		}

	}

	/**
	 * The lease of a responder. Dropped has the number of dropped signals by publisher,
	 * again until they are reported.
	 */
	public record Lease(State state, String firstPending, boolean grouped, Map<String, Long> dropped, String field) {

		static Lease of(List<?> reply) {
			String pending = Replies.text(reply.get(1));
			boolean grouped = !pending.equals("-");
			Map<String, Long> dropped = new LinkedHashMap<>();
			List<?> pairs = (List<?>) reply.get(2);
			for (int i = 0; i + 1 < pairs.size(); i += 2) {
				dropped.put(Replies.text(pairs.get(i)), Replies.number(pairs.get(i + 1)));
			}
			return new Lease(State.values()[(int) Replies.number(reply.get(0))], grouped ? pending : "", grouped,
					dropped, Replies.text(reply.get(3)));
		}

		/**
		 * In the order of the numbers in {@code lease.lua}.
		 */
		public enum State {

			HELD_BY_ANOTHER, WAS_FREE, RENEWED, TAKEN_WITH_NEXT_TOKEN

		}

	}

	/**
	 * The status of a signal. Known: it is known which responders it was stored for.
	 */
	public record Status(boolean known, Map<String, byte[]> answers, Set<String> outstanding, Set<String> removed) {

		static Status of(List<?> reply) {
			Status status = new Status(Replies.number(reply.get(0)) == 1, new LinkedHashMap<>(), new LinkedHashSet<>(),
					new LinkedHashSet<>());
			List<?> fields = (List<?>) reply.get(1);
			for (int i = 0; i + 2 < fields.size(); i += 3) {
				String name = Replies.text(fields.get(i));
				switch (Replies.text(fields.get(i + 1))) {
					case "+" -> status.answers.put(name, Replies.bytes(fields.get(i + 2)));
					case "x" -> status.removed.add(name);
					default -> status.outstanding.add(name);
				}
			}
			return status;
		}

	}

	/**
	 * The responders of a channel. The names are known from the position {@code begin}
	 * on; empty: none is.
	 */
	public record Responders(String begin, Map<String, String> registered, Set<String> removed) {

		static Responders of(List<?> reply) {
			List<?> pairs = (List<?>) reply.get(0);
			Map<String, String> registered = new LinkedHashMap<>();
			for (int i = 2; i + 1 < pairs.size(); i += 2) {
				registered.put(Replies.text(pairs.get(i)), Replies.text(pairs.get(i + 1)));
			}
			return new Responders(Replies.text(pairs.get(1)), registered,
					((Collection<?>) reply.get(1)).stream().map(Replies::text).collect(Collectors.toSet()));
		}

	}

}
