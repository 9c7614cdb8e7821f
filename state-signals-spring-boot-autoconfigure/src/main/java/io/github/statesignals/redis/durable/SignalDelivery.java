package io.github.statesignals.redis.durable;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Response;
import io.github.statesignals.redis.SignalChannels;
import io.github.statesignals.redis.durable.PendingSignal.Deleted;
import io.github.statesignals.redis.durable.PendingSignal.Foreign;
import io.github.statesignals.redis.durable.PendingSignal.Line;
import io.github.statesignals.signing.ChannelSigner.StoredPlace;
import io.github.statesignals.transport.DurableSignalTransport.Listener;
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

	private final String channel;

	private final String responder;

	private final SignalChannels channels;

	private final String source;

	private final SignalCodec codec;

	private final Listener listener;

	private final Reader reader;

	// The last number of each publisher. Used by one thread at a time.
	private final Map<String, Long> numbers = new HashMap<>();

	private final Address responses;

	private volatile Address known;

	SignalDelivery(String channel, String responder, String source, SignalCodec codec, Listener listener,
			Reader reader) {
		this.channel = channel;
		this.responder = responder;
		this.channels = SignalChannels.of(channel);
		this.responses = new Address(this.channels.responses(), false);
		this.known = this.responses;
		this.source = source;
		this.codec = codec;
		this.listener = listener;
		this.reader = reader;
	}

	boolean deliver(PendingSignal signal) {
		StoredReceipt receipt = new StoredReceipt(signal);
		if (signal.content() instanceof Line line) {
			StoredPlace place = new StoredPlace(this.responder, signal.entry().id(), signal.number());
			return deliver(this.codec.readStoredSignal(line.json(), place), receipt);
		}
		if (signal.content() instanceof Deleted) {
			this.listener.onDropped(this.channel, "", this.responder, 1);
		}
		else if (signal.content() instanceof Foreign foreign) {
			this.listener.onMalformed(this.source, foreign.problem());
		}
		receipt.acknowledge(null, null);
		return true;
	}

	private boolean deliver(ReceivedMessage message, StoredReceipt receipt) {
		if (message instanceof UnverifiedMessage unverified) {
			this.listener.onUnverified(this.channel, unverified.sender(), unverified.problem(),
					unverified.message() == null);
			if (unverified.message() != null) {
				return deliver(unverified.message(), receipt);
			}
			// Without an answer, which the publisher would take for that of its own
			// signal.
			receipt.acknowledge(null, null);
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
		return this.listener.onStoredSignal(this.channel, this.responder, read.signal(), extension, receipt);
	}

	// An instance that was frozen may have read those before it when its lease had
	// expired: they are pending, and come first when all is read again. Once for a gap.
	private boolean isAfterGap(String publisherId, long number) {
		if (this.numbers.size() >= PUBLISHERS) {
			this.numbers.clear();
		}
		long last = this.numbers.getOrDefault(publisherId, number);
		boolean gap = last > 0 && number > last + 1;
		this.numbers.put(publisherId, Math.max(last, gap ? number - 1 : number));
		return gap;
	}

	// It is answered, or it would be outstanding until its retention has passed.
	private boolean deliverUnreadable(MalformedMessage malformed, StoredReceipt receipt) {
		UnreadableSignal signal = Objects.requireNonNullElseGet(malformed.signal(),
				() -> new UnreadableSignal(null, null, null, null, malformed.problem()));
		receipt.replyTo = (signal.extension() != null) ? signal.extension().replyTo() : null;
		if (!this.listener.onUnreadable(this.channel, this.responder, signal, receipt)) {
			return false;
		}
		this.listener.onMalformed(this.source, malformed.problem());
		return true;
	}

	void fail(PendingSignal signal, String reason) {
		StoredReceipt receipt = new StoredReceipt(signal);
		ReceivedSignal read = (signal.content() instanceof Line line) ? read(this.codec, line.json()) : null;
		SignalExtension extension = (read != null) ? read.extension() : null;
		receipt.replyTo = (extension != null) ? extension.replyTo() : null;
		receipt.acknowledge(
				new Response(this.responder, (read != null) ? read.signal().publisherId() : "",
						(read != null) ? read.signal().event() : "", Acknowledgement.FAILURE,
						"The signal can't be delivered: " + reason),
				new ResponseExtension((extension != null) ? extension.id() : null));
		this.listener.onMalformed(this.source, "it could not be delivered, and was set aside");
	}

	// Reading it may be what has failed.
	static @Nullable ReceivedSignal read(SignalCodec codec, byte[] json) {
		try {
			return (codec.readStoredSignal(json, null) instanceof ReceivedSignal read) ? read : null;
		}
		catch (RuntimeException | StackOverflowError ex) {
			logger.debug("A signal that could not be delivered can't be read", ex);
			return null;
		}
	}

	// Where to send answers.
	private record Address(String name, boolean readsCombined) {
	}

	interface Reader {

		// False if it is not this instance's to handle any more.
		boolean begin(PendingSignal signal);

		// The answer in JSON is empty if there is none.
		CompletableFuture<?> acknowledge(PendingSignal signal, FrameLine answer, String address);

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

		private @Nullable CompletableFuture<?> acknowledged;

		StoredReceipt(PendingSignal signal) {
			this.signal = signal;
		}

		@Override
		public boolean begin() {
			return SignalDelivery.this.reader.begin(this.signal);
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
				SignalDelivery delivery = SignalDelivery.this;
				Address address = address();
				FrameLine answer = (response != null) ? line(response, extension, address) : NO_ANSWER;
				this.acknowledged = delivery.reader.acknowledge(this.signal, answer, address.name);
			}
			return this.acknowledged;
		}

		private FrameLine line(Response response, @Nullable ResponseExtension extension, Address address) {
			SignalCodec codec = SignalDelivery.this.codec;
			return address.readsCombined ? codec.line(response, extension)
					: new Written(codec.write(response, extension));
		}

		// Most signals come from the publisher of the one before.
		private Address address() {
			String to = this.replyTo;
			SignalDelivery delivery = SignalDelivery.this;
			Address address = delivery.known;
			if (to != null && to.equals(address.name)) {
				return address;
			}
			if (to == null || !delivery.channels.isReplyTo(to)) {
				return delivery.responses;
			}
			address = new Address(to, delivery.channels.readsCombined(to));
			delivery.known = address;
			return address;
		}

	}

}
