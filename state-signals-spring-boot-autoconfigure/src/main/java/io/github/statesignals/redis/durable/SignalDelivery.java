package io.github.statesignals.redis.durable;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.redis.RedisChannel;
import io.github.statesignals.redis.RedisChannel.Address;
import io.github.statesignals.redis.durable.PendingSignal.Deleted;
import io.github.statesignals.redis.durable.PendingSignal.Foreign;
import io.github.statesignals.redis.durable.PendingSignal.Line;
import io.github.statesignals.signing.ChannelSigner.StoredPlace;
import io.github.statesignals.transport.DurableSignalTransport.Receipt;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport.UnreadableSignal;
import io.github.statesignals.wire.ReceivedMessage.UnverifiedMessage;
import io.github.statesignals.wire.ReceivedMessage;
import io.github.statesignals.wire.ReceivedMessage.MalformedMessage;
import io.github.statesignals.wire.ReceivedMessage.ReceivedSignal;
import io.github.statesignals.wire.FrameLine;
import io.github.statesignals.wire.FrameLine.Written;
import io.github.statesignals.wire.SignalCodec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class SignalDelivery {

	private static final Logger logger = LoggerFactory.getLogger(SignalDelivery.class);

	private static final FrameLine NO_ANSWER = new Written(new byte[0]);

	// Another client may store an entry under any id.
	private static final int MILLIS_DIGITS = 18;

	// Of more, the numbers are forgotten.
	private static final int PUBLISHERS = 1_024;

	private final RedisChannel channel;

	private final String responder;

	private final String source;

	private final GuardedListener listener;

	private final Reader reader;

	// The last number of each publisher. Used by one thread at a time.
	private final Map<String, Long> numbers = new HashMap<>();

	SignalDelivery(RedisChannel channel, String responder, String source, GuardedListener listener, Reader reader) {
		this.channel = channel;
		this.responder = responder;
		this.source = source;
		this.listener = listener;
		this.reader = reader;
	}

	boolean deliver(PendingSignal signal) {
		StoredReceipt receipt = new StoredReceipt(signal);
		if (signal.content() instanceof Line line) {
			StoredPlace place = new StoredPlace(this.responder, signal.entry().id(), signal.number());
			return deliver(this.channel.codec().readStoredSignal(line.json(), place), receipt);
		}
		if (signal.content() instanceof Deleted) {
			this.listener.call((to) -> to.onDropped(this.channel.name(), "", this.responder, 1));
		}
		else if (signal.content() instanceof Foreign foreign) {
			this.listener.onMalformed(this.source, foreign.problem());
		}
		receipt.acknowledge(null, null);
		return true;
	}

	private boolean deliver(ReceivedMessage message, StoredReceipt receipt) {
		if (message instanceof UnverifiedMessage unverified) {
			this.listener.onUnverified(this.channel.name(), unverified.sender(), unverified.problem(),
					unverified.message() == null);
			if (unverified.message() != null) {
				return deliver(unverified.message(), receipt);
			}
			// Without an id, which may be that of another signal: this may be a copy.
			receipt.acknowledge(new Response(this.responder, "", "", Acknowledgement.FAILURE,
					"The signal is refused: " + unverified.problem()), null);
			return true;
		}
		if (message instanceof MalformedMessage malformed) {
			return deliverUnreadable(malformed, receipt);
		}
		ReceivedSignal read = (ReceivedSignal) message;
		SignalExtension extension = read.extension();
		if (extension != null && isAfterGap(read.signal().publisherId(), extension.sequence())) {
			this.reader.readAgain();
			return false;
		}
		receipt.replyTo = (extension != null) ? extension.replyTo() : null;
		return this.listener
			.accept((to) -> to.onStoredSignal(this.channel.name(), this.responder, read.signal(), extension, receipt));
	}

	// An instance that was frozen may have read those before it when its lease had
	// expired: they are pending, and come first when all is read again. Once for a gap.
	private boolean isAfterGap(String publisherId, long number) {
		if (this.numbers.size() >= PUBLISHERS) {
			this.numbers.clear();
		}
		long last = this.numbers.getOrDefault(publisherId, number);
		boolean gap = last > 0 && number - 1 > last;
		this.numbers.put(publisherId, Math.max(last, gap ? number - 1 : number));
		return gap;
	}

	// It is answered, or it would be outstanding until its retention has passed.
	private boolean deliverUnreadable(MalformedMessage malformed, StoredReceipt receipt) {
		UnreadableSignal signal = Objects.requireNonNullElseGet(malformed.signal(),
				() -> new UnreadableSignal(null, null, null, null, malformed.problem()));
		receipt.replyTo = (signal.extension() != null) ? signal.extension().replyTo() : null;
		if (!this.listener.accept((to) -> to.onUnreadable(this.channel.name(), this.responder, signal, receipt))) {
			return false;
		}
		this.listener.onMalformed(this.source, malformed.problem());
		return true;
	}

	void fail(PendingSignal signal, String reason) {
		StoredReceipt receipt = new StoredReceipt(signal);
		ReceivedSignal read = (signal.content() instanceof Line line) ? read(this.channel.codec(), line.json()) : null;
		SignalExtension extension = (read != null) ? read.extension() : null;
		receipt.replyTo = (extension != null) ? extension.replyTo() : null;
		receipt.acknowledge(
				new Response(this.responder, (read != null) ? read.signal().publisherId() : "",
						(read != null) ? read.signal().event() : "", Acknowledgement.FAILURE,
						"The signal can't be delivered: " + reason),
				new ResponseExtension((extension != null) ? extension.id() : null));
		this.listener.onMalformed(this.source, "it could not be delivered, and was set aside");
	}

	// Reading it may have failed.
	static @Nullable ReceivedSignal read(SignalCodec codec, byte[] json) {
		try {
			return (codec.readStoredSignal(json, null) instanceof ReceivedSignal read) ? read : null;
		}
		catch (RuntimeException | StackOverflowError ex) {
			logger.debug("A signal that could not be delivered can't be read", ex);
			return null;
		}
	}

	interface Reader {

		// False if it is not this instance's to handle any more.
		boolean begin(PendingSignal signal);

		// The signal and those behind it are read again.
		void release(PendingSignal signal);

		// The answer in JSON is empty if there is none.
		CompletableFuture<?> acknowledge(PendingSignal signal, FrameLine answer, byte[] address);

		boolean isActive();

		// Reads on, if there is capacity.
		void read();

		// Discards the signals that no handler has begun, and reads all pending ones.
		void readAgain();

		void giveUp();

	}

	private final class StoredReceipt implements Receipt {

		private final PendingSignal signal;

		private @Nullable String replyTo;

		@GuardedBy("this")
		private @Nullable CompletableFuture<?> acknowledged;

		StoredReceipt(PendingSignal signal) {
			this.signal = signal;
		}

		@Override
		public boolean begin() {
			return SignalDelivery.this.reader.begin(this.signal);
		}

		@Override
		public boolean release() {
			SignalDelivery.this.reader.release(this.signal);
			return true;
		}

		@Override
		public long storedMillis() {
			String id = this.signal.entry().id();
			String millis = id.substring(0, Math.max(id.indexOf('-'), 0));
			return (!millis.isEmpty() && millis.length() <= MILLIS_DIGITS) ? Long.parseLong(millis)
					: SignalExtension.NONE;
		}

		// The first answer counts: a listener may have answered before a handler does.
		@Override
		public synchronized CompletableFuture<?> acknowledge(@Nullable Response response,
				@Nullable ResponseExtension extension) {
			if (this.acknowledged == null) {
				RedisChannel channel = SignalDelivery.this.channel;
				Address address = channel.address(this.replyTo);
				FrameLine answer = (response != null) ? channel.line(response, extension, address) : NO_ANSWER;
				this.acknowledged = SignalDelivery.this.reader.acknowledge(this.signal, answer, address.name());
			}
			return this.acknowledged;
		}

	}

}
