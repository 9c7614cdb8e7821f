package io.github.statesignals.redis.durable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.wire.ReceivedMessage;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Redis for the answers that are stored. One batch is in flight at a time, and what
 * is asked for meanwhile goes out together after it: however many publishes ask, Redis
 * has one script at a time to run for them.
 */
final class StreamAnswers {

	private static final Logger logger = LoggerFactory.getLogger(RedisStreamSignalTransport.class);

	/**
	 * The number of answers that are asked for together: a script blocks Redis.
	 */
	private static final int BATCH = 1_000;

	private static final int ATTEMPTS = 10;

	@GuardedBy("this")
	private final Deque<Request> queue = new ArrayDeque<>();

	private final BiFunction<List<byte[]>, List<byte[]>, CompletableFuture<List<?>>> recall;

	private final SignalCodec codec;

	private final Consumer<Runnable> retries;

	private final FailureLog failures = new FailureLog();

	@GuardedBy("this")
	private List<Request> inFlight = List.of();

	@GuardedBy("this")
	private boolean busy;

	@GuardedBy("this")
	private boolean closed;

	/**
	 * Create it.
	 * @param recall runs the script, with its keys and arguments
	 * @param codec reads the answers
	 * @param retries runs what failed again, after a while
	 */
	StreamAnswers(BiFunction<List<byte[]>, List<byte[]>, CompletableFuture<List<?>>> recall, SignalCodec codec,
			Consumer<Runnable> retries) {
		this.recall = recall;
		this.codec = codec;
		this.retries = retries;
	}

	/**
	 * Asks for the answers to a signal.
	 * @param channel the channel's name
	 * @param id the id of the signal
	 * @param responders the names of the responders
	 * @return completes with those that are stored, or exceptionally
	 */
	CompletableFuture<List<StoredAnswer>> recall(String channel, String id, Collection<String> responders) {
		byte[] key = StreamKeys.of(channel).answers(id);
		Request request = new Request(channel, key,
				responders.stream().map((name) -> StreamKeys.field(id, name)).toList());
		synchronized (this) {
			if (this.closed) {
				return CompletableFuture.failedFuture(RedisStreamConnection.notConnected());
			}
			this.queue.add(request);
			if (this.busy) {
				return request;
			}
			this.busy = true;
		}
		flush();
		return request;
	}

	private void flush() {
		List<Request> batch = new ArrayList<>();
		synchronized (this) {
			int size = 0;
			// All keys of a script have one slot, which is the channel's.
			for (Request next = this.queue.peek(); next != null
					&& (batch.isEmpty() || (size + next.fields.size() <= BATCH
							&& next.channel.equals(batch.get(0).channel))); next = this.queue.peek()) {
				batch.add(this.queue.remove());
				size += next.fields.size();
			}
			this.inFlight = batch;
			if (batch.isEmpty()) {
				this.busy = false;
				return;
			}
		}
		send(batch, 1);
	}

	private void send(List<Request> batch, int attempt) {
		List<byte[]> keys = new ArrayList<>();
		List<byte[]> fields = new ArrayList<>();
		for (Request request : batch) {
			request.fields.forEach((field) -> keys.add(request.key));
			fields.addAll(request.fields);
		}
		this.recall.apply(keys, fields).whenComplete((reply, ex) -> {
			this.failures.log("Could not read stored answers of channel '" + batch.get(0).channel + "'", ex);
			if (ex == null) {
				complete(batch, reply);
			}
			else if (RedisExceptions.isFinal(ex) || attempt == ATTEMPTS
					|| batch.stream().allMatch(CompletableFuture::isDone)) {
				batch.forEach((request) -> request.completeExceptionally(RedisExceptions.translate(ex)));
			}
			else {
				this.retries.accept(() -> send(batch, attempt + 1));
				return;
			}
			flush();
		});
	}

	private void complete(List<Request> batch, List<?> reply) {
		int at = 0;
		for (Request request : batch) {
			List<StoredAnswer> answers = new ArrayList<>();
			for (Object answer : reply.subList(at, at + request.fields.size())) {
				ReceivedResponse read = read(this.codec, answer);
				if (read != null) {
					answers.add(new StoredAnswer(read.response(), read.extension()));
				}
			}
			at += request.fields.size();
			request.complete(answers);
		}
	}

	/**
	 * Reads an answer that is stored.
	 * @param codec reads the answer
	 * @param answer the answer in JSON
	 * @return the answer, or {@code null} if there is none
	 */
	static @Nullable ReceivedResponse read(SignalCodec codec, @Nullable Object answer) {
		byte[] body = (answer instanceof byte[] bytes) ? bytes : RedisChannel.bytes(RedisStreamConnection.text(answer));
		if (body.length == 0) {
			return null;
		}
		ReceivedMessage message = codec.readResponse(body);
		if (message instanceof MalformedMessage malformed) {
			logger.debug("A stored answer can't be read: {}", malformed.problem());
			return malformed.response();
		}
		return (ReceivedResponse) message;
	}

	/**
	 * Fails what has no reply yet.
	 */
	void close() {
		List<Request> abandoned;
		synchronized (this) {
			this.closed = true;
			abandoned = new ArrayList<>(this.inFlight);
			abandoned.addAll(this.queue);
			this.queue.clear();
		}
		abandoned.forEach((request) -> request.completeExceptionally(RedisStreamConnection.notConnected()));
	}

	private static final class Request extends CompletableFuture<List<StoredAnswer>> {

		private final String channel;

		private final byte[] key;

		private final List<byte[]> fields;

		Request(String channel, byte[] key, List<byte[]> fields) {
			this.channel = channel;
			this.key = key;
			this.fields = fields;
		}

	}

}
