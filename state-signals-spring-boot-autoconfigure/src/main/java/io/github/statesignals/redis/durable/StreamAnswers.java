package io.github.statesignals.redis.durable;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.durable.store.StreamStore;
import io.github.statesignals.redis.durable.store.StreamStore.AnswerReference;
import io.github.statesignals.transport.DurableSignalTransport.StoredAnswer;
import io.github.statesignals.transport.LogText;
import io.github.statesignals.wire.ReceivedMessage;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedResponse;
import io.github.statesignals.wire.ReceivedMessage.UnverifiedMessage;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the stored answers of one channel, one batch at a time: a script blocks Redis.
 */
final class StreamAnswers extends BatchQueue<StreamAnswers.Request> {

	private static final Logger logger = LoggerFactory.getLogger(StreamAnswers.class);

	private static final int BATCH = 1_000;

	private static final int ATTEMPTS = 10;

	private final FailureLog failures = new FailureLog();

	private final StreamStore store;

	private final SignalCodec codec;

	private final Retries retries;

	StreamAnswers(StreamStore store, SignalCodec codec, StreamServices services) {
		super(services.eventLoop(), BATCH, BATCH);
		this.store = store;
		this.codec = codec;
		this.retries = services.retries();
	}

	CompletableFuture<List<StoredAnswer>> recall(String id, Collection<String> responders) {
		return add(() -> new Request(responders.stream().map((name) -> new AnswerReference(id, name)).toList()));
	}

	@Override
	long size(Request request) {
		return request.references.size();
	}

	@Override
	void send(List<Request> batch, int attempt) {
		List<AnswerReference> references = batch.stream().flatMap((request) -> request.references.stream()).toList();
		request(() -> this.store.recall(references)).thenApply(this::read).whenComplete((answers, ex) -> {
			if (ex == null) {
				complete(batch, answers);
				sendNext();
			}
			else if (RedisExceptions.isFinal(ex) || attempt == ATTEMPTS
					|| batch.stream().allMatch(CompletableFuture::isDone)) {
				batch.forEach((request) -> request.completeExceptionally(RedisExceptions.translate(ex)));
				sendNext();
			}
			else {
				this.retries.later(() -> send(batch, attempt + 1));
			}
			this.failures.log("Could not read stored answers", ex);
		});
	}

	private List<Optional<StoredAnswer>> read(List<byte[]> answers) {
		return answers.stream().map((answer) -> Optional.ofNullable(read(this.codec, answer))).toList();
	}

	private static void complete(List<Request> batch, List<Optional<StoredAnswer>> answers) {
		int at = 0;
		for (Request request : batch) {
			int end = at + request.references.size();
			request.complete(answers.subList(at, end).stream().flatMap(Optional::stream).toList());
			at = end;
		}
	}

	static @Nullable StoredAnswer read(SignalCodec codec, byte[] answer) {
		if (answer.length == 0) {
			return null;
		}
		ReceivedMessage message = codec.readStoredAnswer(answer);
		if (message instanceof UnverifiedMessage unverified) {
			logger.debug("A stored answer of '{}' is not verified: {}", LogText.printable(unverified.sender()),
					LogText.printable(unverified.problem()));
			message = unverified.message();
		}
		ReceivedResponse read = (message instanceof ReceivedResponse response) ? response : null;
		if (message instanceof MalformedMessage malformed) {
			logger.debug("A stored answer can't be read: {}", malformed.problem());
			read = malformed.response();
		}
		return (read != null) ? new StoredAnswer(read.response(), read.extension()) : null;
	}

	static final class Request extends CompletableFuture<List<StoredAnswer>> {

		private final List<AnswerReference> references;

		Request(List<AnswerReference> references) {
			this.references = references;
		}

	}

}
