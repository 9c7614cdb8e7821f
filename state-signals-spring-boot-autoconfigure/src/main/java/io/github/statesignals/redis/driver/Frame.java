package io.github.statesignals.redis.driver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import io.github.statesignals.transport.SignalTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the messages that are sent together, one on each line. Not safe for use by many
 * threads until it is sent.
 */
final class Frame {

	private static final Logger logger = LoggerFactory.getLogger(RedisPublisher.class);

	// Most often there is one.
	private final List<Message> messages = new ArrayList<>(1);

	// At most.
	private int bytes;

	private final long batch;

	private volatile @Nullable CompletableFuture<Long> sending;

	Frame(long batch) {
		this.batch = batch;
	}

	boolean accepts(Message message, boolean joined) {
		if (this.messages.isEmpty() || message.isDone()) {
			return true;
		}
		Message first = this.messages.get(0);
		return joined && first.joinable && message.joinable && this.messages.size() < SignalTransport.MAX_FRAME_MESSAGES
				&& this.bytes + 1 + message.payload.size() <= SignalTransport.MAX_FRAME_BYTES
				&& Arrays.equals(first.channel, message.channel);
	}

	// From now on, cancelling a message reports that it may be sent. A message that was
	// cancelled before is left out.
	void add(Message message) {
		message.frame = this;
		if (!message.isDone()) {
			this.bytes += (this.messages.isEmpty() ? 0 : 1) + message.payload.size();
			this.messages.add(message);
		}
	}

	int bytes() {
		return this.bytes;
	}

	byte[] channel() {
		return this.messages.get(0).channel;
	}

	byte[] write() {
		Payload first = this.messages.get(0).payload;
		if (this.messages.size() == 1) {
			return first.write(List.of(first));
		}
		List<Payload> payloads = new ArrayList<>(this.messages.size());
		this.messages.forEach((message) -> payloads.add(message.payload));
		return first.write(payloads);
	}

	List<Message> messages() {
		return this.messages;
	}

	// That of its last message.
	long position() {
		return this.messages.get(this.messages.size() - 1).position;
	}

	long batch() {
		return this.batch;
	}

	boolean isDone() {
		for (Message message : this.messages) {
			if (!message.isDone()) {
				return false;
			}
		}
		return true;
	}

	// Others are sent alone.
	boolean isRepeatable() {
		return this.messages.get(0).payload.isRepeatable();
	}

	void sending(CompletableFuture<Long> sending) {
		this.sending = sending;
	}

	@Nullable CompletableFuture<Long> sending() {
		return this.sending;
	}

	// Returns false if the sending has ended already.
	boolean cancel() {
		CompletableFuture<Long> current = this.sending;
		return current != null && current.cancel(false);
	}

	// Completes when Redis has confirmed it.
	static final class Message extends CompletableFuture<Long> {

		private final byte[] channel;

		private final Payload payload;

		private final boolean joinable;

		private final BiConsumer<@Nullable Object, @Nullable Throwable> onSent;

		private final Consumer<Frame> onCancelled;

		// Its end among the bytes of all messages.
		private long position;

		private volatile @Nullable Frame frame;

		Message(byte[] channel, Payload payload, BiConsumer<@Nullable Object, @Nullable Throwable> onSent,
				Consumer<Frame> onCancelled) {
			this.channel = channel;
			this.payload = payload;
			this.joinable = !(payload instanceof Payload.Written);
			this.onSent = onSent;
			this.onCancelled = onCancelled;
		}

		Message recalled() {
			this.frame = null;
			return this;
		}

		int size() {
			return this.channel.length + this.payload.size();
		}

		void position(long position) {
			this.position = position;
		}

		void confirm(@Nullable Long receivers) {
			notify(receivers, null);
			complete(receivers);
		}

		void fail(RuntimeException failure) {
			notify(null, failure);
			completeExceptionally(failure);
		}

		// One that fails must not take the other messages of its frame with it.
		private void notify(@Nullable Long receivers, @Nullable Throwable ex) {
			try {
				this.onSent.accept(receivers, ex);
			}
			catch (RuntimeException | Error failed) {
				logger.debug("The end of a message could not be processed", failed);
			}
		}

		// False while the driver has it: it may be sent.
		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			Frame current = this.frame;
			if (cancelled && current != null) {
				this.onCancelled.accept(current);
			}
			return cancelled && this.frame == null;
		}

	}

}
