package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.core.engine.TruthReceiver;
import io.github.statesignals.core.lane.Timer;
import io.github.statesignals.transport.DurableSignalTransport;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;

/**
 * Stores the signals of one durable channel for the names of responders, as the transport
 * over Redis streams does, on top of an {@link InMemoryBroker}. For one thread, which
 * turns the clock.
 */
public final class InMemoryStore {

	private static final Duration SOON = Duration.ofMillis(1);

	private static final Duration RETRY = Duration.ofMillis(20);

	/**
	 * The time after which another process reads for a responder whose process ended.
	 */
	private static final Duration LEASE = Duration.ofSeconds(1);

	/**
	 * The time after which exporters know a responder that they have not received.
	 */
	private static final Duration REFRESH = Duration.ofSeconds(2);

	private final List<StoringTransport> transports = new ArrayList<>();

	private final List<LogEntry> log = new ArrayList<>();

	private final Map<String, Reader> readers = new LinkedHashMap<>();

	private final String channel;

	private final InMemoryBroker broker;

	private final Timer timer;

	public InMemoryStore(String channel, InMemoryBroker broker, Timer timer) {
		this.channel = channel;
		this.broker = broker;
		this.timer = timer;
	}

	public SignalTransport transport() {
		return new StoringTransport(this.broker.transport());
	}

	private record LogEntry(Signal signal, @Nullable SignalExtension extension, Map<String, StoredAnswer> answers) {
	}

	/**
	 * Reads for one name, by one transport at a time.
	 */
	private final class Reader {

		private final String name;

		private final Set<Integer> acknowledged = new HashSet<>();

		private final List<StoringTransport> candidates = new ArrayList<>();

		private final int first = InMemoryStore.this.log.size();

		private int next = this.first;

		private boolean scheduled;

		Reader(String name) {
			this.name = name;
		}

		void join(StoringTransport transport) {
			if (!this.candidates.contains(transport)) {
				this.candidates.add(transport);
				schedule(SOON);
			}
		}

		void leave(StoringTransport transport) {
			boolean reading = this.candidates.indexOf(transport) == 0;
			this.candidates.remove(transport);
			if (reading) {
				// The next one receives the unacknowledged signals again.
				this.next = this.first;
				schedule(LEASE);
			}
		}

		void schedule(Duration delay) {
			if (!this.scheduled) {
				this.scheduled = true;
				InMemoryStore.this.timer.schedule(delay, this::read);
			}
		}

		private void read() {
			this.scheduled = false;
			while (!this.candidates.isEmpty() && this.next < InMemoryStore.this.log.size()) {
				int place = this.next;
				if (!this.acknowledged.contains(place) && !offer(this.candidates.get(0), place)) {
					schedule(RETRY);
					return;
				}
				this.next++;
			}
		}

		private boolean offer(StoringTransport transport, int place) {
			LogEntry stored = InMemoryStore.this.log.get(place);
			return transport.listener.onStoredSignal(InMemoryStore.this.channel, this.name, stored.signal,
					stored.extension,
					(response, extension) -> acknowledge(transport, stored, place, response, extension));
		}

		private CompletableFuture<?> acknowledge(StoringTransport transport, LogEntry stored, int place,
				@Nullable Response response, @Nullable ResponseExtension extension) {
			if (this.candidates.indexOf(transport) != 0) {
				return CompletableFuture
					.failedFuture(new DataAccessResourceFailureException("Another one reads for '" + this.name + "'"));
			}
			if (this.acknowledged.add(place) && response != null) {
				stored.answers.put(this.name, new StoredAnswer(response, extension));
				String replyTo = (stored.extension != null) ? stored.extension.replyTo() : null;
				return transport.delegate.send(InMemoryStore.this.channel, response, extension, replyTo);
			}
			return CompletableFuture.completedFuture(null);
		}

	}

	private final class StoringTransport extends DelegatingTransport implements DurableSignalTransport {

		private @Nullable TruthReceiver listener;

		private StoringTransport(SignalTransport delegate) {
			super(delegate);
		}

		private void readForAll() {
			TruthReceiver current = this.listener;
			if (current == null) {
				return;
			}
			for (String name : current.responders(InMemoryStore.this.channel)) {
				boolean known = InMemoryStore.this.readers.containsKey(name);
				InMemoryStore.this.readers.computeIfAbsent(name, Reader::new).join(this);
				if (!known) {
					current.onRegistered(InMemoryStore.this.channel, name);
					InMemoryStore.this.timer.schedule(REFRESH,
							() -> InMemoryStore.this.transports.forEach((transport) -> transport.listener
								.onResponders(InMemoryStore.this.channel, List.of(name), List.of())));
				}
			}
		}

		@Override
		public void start(SignalTransport.Listener listener) {
			if (this.listener == null) {
				this.listener = (TruthReceiver) listener;
				InMemoryStore.this.transports.add(this);
				readForAll();
				this.delegate.start(listener);
			}
		}

		@Override
		public void open(String channel) {
			this.delegate.open(channel);
			readForAll();
		}

		@Override
		public void stop() {
			this.listener = null;
			InMemoryStore.this.transports.remove(this);
			InMemoryStore.this.readers.values().forEach((reader) -> reader.leave(this));
			this.delegate.stop();
		}

		@Override
		public boolean isDurable(String channel) {
			return channel.equals(InMemoryStore.this.channel);
		}

		@Override
		public CompletableFuture<?> send(String channel, Signal signal, @Nullable SignalExtension extension) {
			if (Signal.INITIALIZATION.equals(signal.event())) {
				List.copyOf(InMemoryStore.this.readers.keySet())
					.forEach((name) -> later(new Response(name, signal.publisherId(), Signal.INITIALIZATION, 1, null),
							ResponseExtension.UNDERSTOOD));
				return CompletableFuture.completedFuture(null);
			}
			InMemoryStore.this.log.add(new LogEntry(signal, extension, new LinkedHashMap<>()));
			InMemoryStore.this.readers.values().forEach((reader) -> reader.schedule(SOON));
			CompletableFuture<StoredSignal> stored = new CompletableFuture<>();
			StoredSignal id = new StoredSignal(String.valueOf(InMemoryStore.this.log.size() - 1));
			if (Signal.isReserved(signal.event())) {
				stored.complete(id);
			}
			InMemoryStore.this.timer.schedule(SOON, () -> stored.complete(id));
			return stored;
		}

		@Override
		public CompletableFuture<?> send(String channel, Response response, @Nullable ResponseExtension extension,
				@Nullable String replyTo) {
			boolean announced = ALL_EXPORTERS.equals(response.publisherId());
			if (announced && (Signal.SHUTDOWN.equals(response.event())
					|| !InMemoryStore.this.readers.containsKey(response.responderId()))) {
				return CompletableFuture.completedFuture(null);
			}
			return this.delegate.send(channel, response, extension, replyTo);
		}

		@Override
		public CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
			CompletableFuture<List<StoredAnswer>> recalled = new CompletableFuture<>();
			LogEntry stored = InMemoryStore.this.log.get(Integer.parseInt(id));
			InMemoryStore.this.timer.schedule(SOON,
					() -> recalled.complete(stored.answers.entrySet()
						.stream()
						.filter((entry) -> responders.contains(entry.getKey()))
						.map(Map.Entry::getValue)
						.toList()));
			return recalled;
		}

		private void later(Response response, @Nullable ResponseExtension extension) {
			InMemoryStore.this.timer.schedule(SOON, () -> {
				TruthReceiver current = this.listener;
				if (current != null) {
					current.onStoredResponse(InMemoryStore.this.channel, response, extension);
				}
			});
		}

	}

}
