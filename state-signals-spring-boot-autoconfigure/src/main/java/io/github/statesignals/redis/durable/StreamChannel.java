package io.github.statesignals.redis.durable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Signal;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.redis.durable.store.StreamStore.Purpose;
import io.github.statesignals.redis.durable.store.Trimming;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.DurableSignalTransport.StoredSignal;
import io.github.statesignals.wire.SignalCodec;

/**
 * One durable channel: publishing, stored answers, registered responders, and a reader
 * for each responder of this application.
 */
final class StreamChannel {

	private final StreamStore store;

	private final StreamServices services;

	private final StreamRegistry registry;

	private final RedisChannel target;

	private final StreamPublisher publisher;

	private final StreamAnswers answers;

	private final LostGroups lost;

	private final FailureLog failures = new FailureLog();

	private final AtomicBoolean trimming = new AtomicBoolean();

	@GuardedBy("readers")
	private final Map<String, StreamReader> readers = new LinkedHashMap<>();

	@GuardedBy("readers")
	private boolean stopped;

	StreamChannel(RedisChannel target, StreamStore store, StreamServices services) {
		this.store = store;
		this.services = services;
		this.target = target;
		this.registry = new StreamRegistry(target.name(), store, services.listener(), services.retries().scheduler());
		this.publisher = new StreamPublisher(store, services);
		this.answers = new StreamAnswers(store, codec(), services);
		this.lost = new LostGroups(target.name());
	}

	SignalCodec codec() {
		return this.target.codec();
	}

	StreamStore store() {
		return this.store;
	}

	StreamRegistry registry() {
		return this.registry;
	}

	CompletableFuture<StoredSignal> publish(Signal signal, byte[] json) {
		return this.publisher.publish(signal, json);
	}

	CompletableFuture<List<StoredAnswer>> recall(String id, Collection<String> responders) {
		return this.answers.recall(id, responders);
	}

	void tick() {
		// A responder may have left while its announcement could not be sent.
		updateReaders();
		readers().forEach(StreamReader::tick);
		this.registry.refresh();
		this.lost.log();
	}

	void trim() {
		if (this.trimming.compareAndSet(false, true)) {
			continueTrimming();
		}
	}

	private void continueTrimming() {
		this.store.checkPermissions(Purpose.TRIMMING)
			.thenCompose((checked) -> this.store.trim())
			.whenComplete((trimming, ex) -> {
				if (trimming == Trimming.MORE) {
					this.services.retries().later(this::continueTrimming);
					return;
				}
				this.trimming.set(false);
				if (trimming != Trimming.NOT_DUE) {
					this.failures.log("Channel '" + this.target.name() + "' is not trimmed, so that its stream grows",
							ex);
				}
			});
	}

	// Stops the readers of responders that left, and returns the new ones.
	Collection<StreamReader> updateReaders() {
		Collection<String> names = this.services.listener().responders(this.target.name());
		List<StreamReader> added = new ArrayList<>();
		Map<String, StreamReader> left = new LinkedHashMap<>();
		synchronized (this.readers) {
			if (this.stopped) {
				return added;
			}
			left.putAll(this.readers);
			left.keySet().removeAll(names);
			this.readers.keySet().retainAll(names);
			names.forEach((responder) -> this.readers.computeIfAbsent(responder, (created) -> {
				StreamReader reader = new StreamReader(this.target, created, this.store, this.services, this.lost);
				added.add(reader);
				return reader;
			}));
		}
		left.values().forEach(StreamReader::stop);
		added.forEach(StreamReader::tick);
		return added;
	}

	List<StreamReader> readers() {
		synchronized (this.readers) {
			return List.copyOf(this.readers.values());
		}
	}

	boolean isRegistered(String responder) {
		synchronized (this.readers) {
			StreamReader reader = this.readers.get(responder);
			return reader != null && reader.registration().completion().isDone();
		}
	}

	// Completes when acknowledgements and signals are stored, and the leases are
	// released.
	CompletableFuture<?> stop() {
		synchronized (this.readers) {
			this.stopped = true;
		}
		return CompletableFuture
			.allOf(Stream.concat(readers().stream().map(StreamReader::stop), Stream.of(this.publisher.idle()))
				.toArray(CompletableFuture[]::new));
	}

	void close() {
		readers().forEach(StreamReader::close);
		this.publisher.close();
		this.answers.close();
	}

}
