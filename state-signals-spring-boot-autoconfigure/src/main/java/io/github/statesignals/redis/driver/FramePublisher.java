package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.Frame.Message;
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Sends messages in the order of the calls, and those that wait for the same Redis
 * channel together, in batches, on one thread.
 * <p>
 * While the driver is not connected, it has one message only: the others can be
 * cancelled, each by itself.
 */
abstract class FramePublisher implements RedisPublisher, Runnable {

	private static final Logger logger = LoggerFactory.getLogger(FramePublisher.class);

	static final String THREADS = "state-signals-publish-";

	// The driver encodes a batch into one buffer. One that exceeds the processors' caches
	// costs both sides more than further batches do.
	private static final int BATCH_BYTES = 256 * 1024;

	@GuardedBy("this")
	private final FrameQueue queue = new FrameQueue();

	@GuardedBy("this")
	private State state = State.IDLE;

	private final UnconfirmedBytes unconfirmed;

	// How often the driver's connection was lost.
	private final AtomicInteger losses = new AtomicInteger();

	private final Consumer<Frame> onCancelled = this::cancelled;

	private final Executor executor;

	private final int batch;

	private final PublishFailures failures;

	// The executor has one thread, which may refuse tasks after the publisher is closed.
	// The driver is given at most batch frames together, and none after BATCH_BYTES.
	FramePublisher(Executor executor, int batch, PublishSettings settings) {
		this.executor = executor;
		this.batch = batch;
		this.failures = settings.failures();
		this.unconfirmed = new UnconfirmedBytes(settings.capacity());
	}

	static ExecutorService newThread(String prefix) {
		CustomizableThreadFactory threads = new CustomizableThreadFactory(prefix);
		threads.setDaemon(true);
		return Executors.newSingleThreadExecutor(threads);
	}

	// A replica confirms messages.
	static void warnIfReplica(@Nullable Object hello) {
		if (!(hello instanceof List<?> fields)) {
			return;
		}
		for (Object field : fields) {
			if (field instanceof byte[] text && new String(text, StandardCharsets.US_ASCII).equals("replica")) {
				logger.warn("Signals and responses of this application do not reach clients of the master. {}",
						ConnectProblem.REPLICA.remedy());
			}
		}
	}

	// Sends frames in their order; one thread calls this at a time. The future of a frame
	// completes with the number of receivers, or with the driver's exception. Cancelling
	// it prevents the sending, if that has not happened.
	abstract List<? extends CompletableFuture<Long>> dispatch(List<Frame> frames);

	// Whether the driver sends at once.
	abstract boolean isConnected();

	abstract void disconnect();

	@Override
	public final CompletableFuture<?> publish(byte[] channel, Payload payload,
			BiConsumer<@Nullable Object, @Nullable Throwable> onSent) {
		return publish(new Message(channel, payload, onSent, this.onCancelled), true);
	}

	@Override
	public final CompletableFuture<?> publish(byte[] channel, byte[] payload) {
		return publish(new Message(channel, new Payload.Written(payload, true), NOT_CALLED_BACK, this.onCancelled),
				false);
	}

	private CompletableFuture<?> publish(Message message, boolean limited) {
		boolean closed;
		boolean admitted = false;
		boolean idle = false;
		synchronized (this) {
			closed = this.state == State.CLOSED;
			if (!closed && (!limited || this.unconfirmed.admit(message))) {
				admitted = true;
				idle = add(message);
			}
		}
		if (!admitted) {
			message.fail(closed ? closing() : this.unconfirmed.refuse());
		}
		else if (idle) {
			onThread(this);
		}
		return message;
	}

	// Returns whether the sending has to begin.
	@GuardedBy("this")
	private boolean add(Message message) {
		message.position(this.unconfirmed.admitted());
		this.queue.add(message);
		if (this.state != State.IDLE) {
			return false;
		}
		this.state = State.SENDING;
		return true;
	}

	@Override
	public final synchronized CompletableFuture<?> last() {
		return this.queue.last();
	}

	@Override
	public final long confirmedBytes() {
		return this.unconfirmed.confirmed();
	}

	@Override
	public final boolean isHalfFull() {
		return this.unconfirmed.isHalfFull();
	}

	private static SignalNotSentException closing() {
		return new SignalNotSentException("the connection is being closed", null);
	}

	@Override
	public final void run() {
		for (List<Frame> next = poll(); !next.isEmpty(); next = poll()) {
			send(next);
		}
	}

	// Takes the next messages from the queue, or ends the sending.
	private synchronized List<Frame> poll() {
		List<Frame> frames = new ArrayList<>(Math.min(this.batch, this.queue.size()));
		if (this.state == State.SENDING && isFull()) {
			this.state = State.WAITING;
			return frames;
		}
		int bytes = 0;
		while (frames.size() < this.batch && bytes < BATCH_BYTES && this.state == State.SENDING) {
			boolean connected = isConnected();
			Frame next = this.queue.poll(connected, frames.isEmpty());
			if (next != null) {
				frames.add(next);
				bytes += next.bytes();
				this.state = connected ? State.SENDING : State.WAITING;
			}
			else {
				this.state = frames.isEmpty() ? State.IDLE : State.SENDING;
				break;
			}
		}
		return frames;
	}

	// Confirmations come in the order of sending. Without batches they may not, and there
	// is nothing to gain.
	@GuardedBy("this")
	private boolean isFull() {
		return this.batch > 1 && this.queue.isFull();
	}

	private void send(List<Frame> frames) {
		int before = this.losses.get();
		List<? extends CompletableFuture<Long>> sending;
		try {
			sending = dispatch(frames);
		}
		catch (RuntimeException | Error ex) {
			sending = Collections.nCopies(frames.size(), CompletableFuture.failedFuture(ex));
		}
		for (int i = 0; i < frames.size(); i++) {
			sent(frames.get(i), sending.get(i));
		}
		if (this.losses.get() != before) {
			cancelUnrepeatable();
		}
	}

	private void sent(Frame frame, CompletableFuture<Long> sending) {
		frame.sending(sending);
		if (frame.isDone()) {
			sending.cancel(false);
		}
		boolean done = sending.isDone();
		sending.whenComplete((receivers, ex) -> {
			// A driver that fails unsent messages holds locks. A message that is
			// recalled may complete on this thread.
			if (done || (ex == null && !Thread.holdsLock(this))) {
				complete(frame, receivers, ex);
			}
			else {
				onThread(() -> complete(frame, receivers, ex));
			}
		});
	}

	private void complete(Frame frame, @Nullable Long receivers, @Nullable Throwable ex) {
		boolean more;
		synchronized (this) {
			if (!this.queue.remove(frame)) {
				return;
			}
			more = resume();
		}
		if (more) {
			onThread(this);
		}
		RuntimeException failure = (ex != null) ? failure(ex, frame) : null;
		// An error of Redis confirms all earlier messages, too.
		if (failure == null || failure instanceof SignalNotSentException) {
			this.unconfirmed.confirm(frame.position());
		}
		for (Message message : frame.messages()) {
			if (failure == null) {
				message.confirm(receivers);
			}
			else {
				message.fail(failure);
			}
		}
	}

	private RuntimeException failure(Throwable ex, Frame frame) {
		if (ex instanceof SignalNotSentException unsent) {
			return unsent;
		}
		try {
			return this.failures.translate(ex, frame.channel());
		}
		catch (RuntimeException | Error failed) {
			// Callers wait for the messages all the same.
			return new DataAccessResourceFailureException("Redis may not have taken it: " + ex, ex);
		}
	}

	// The driver is connected again, has confirmed a batch, or messages were recalled.
	@GuardedBy("this")
	private boolean resume() {
		if (this.state == State.SENDING || this.state == State.CLOSED || isFull()) {
			return false;
		}
		this.state = (this.queue.size() > 0) ? State.SENDING : State.IDLE;
		return this.state == State.SENDING;
	}

	private void cancelled(Frame frame) {
		CompletableFuture<Long> sending = frame.sending();
		if (sending == null || sending.isDone()) {
			return;
		}
		if (frame.isDone()) {
			sending.cancel(false);
		}
		else if (!isConnected()) {
			recall();
		}
	}

	// The driver repeats commands without a reply when it is connected again:
	// all of a frame, or nothing.
	private void recall() {
		boolean more;
		synchronized (this) {
			more = this.state != State.CLOSED && this.queue.recall() && resume();
		}
		if (more) {
			onThread(this);
		}
	}

	// The driver calls it before it is connected again.
	final void connectionLost() {
		this.losses.incrementAndGet();
		cancelUnrepeatable();
	}

	// The driver would repeat them, and an answer to the second one would count for the
	// next signal.
	private void cancelUnrepeatable() {
		inFlight().stream().filter((frame) -> !frame.isRepeatable()).forEach(Frame::cancel);
	}

	private synchronized List<Frame> inFlight() {
		return this.queue.inFlight();
	}

	private void onThread(Runnable task) {
		execute(this.executor, task);
	}

	static void execute(Executor executor, Runnable task) {
		try {
			executor.execute(task);
		}
		catch (RejectedExecutionException ex) {
			// It was closed meanwhile.
			task.run();
		}
	}

	@Override
	public final void close() {
		List<Message> unsent;
		synchronized (this) {
			this.state = State.CLOSED;
			unsent = this.queue.drain();
		}
		try {
			disconnect();
		}
		finally {
			unsent.forEach((message) -> message.fail(closing()));
			// The driver need not complete its commands when its connection is closed.
			inFlight().forEach((frame) -> complete(frame, null, new CancellationException()));
		}
	}

	private enum State {

		// Waiting: until the driver is connected again, or has confirmed a batch.
		IDLE, SENDING, WAITING, CLOSED

	}

}
