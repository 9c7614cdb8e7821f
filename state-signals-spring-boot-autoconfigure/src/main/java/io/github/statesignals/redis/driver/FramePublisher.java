package io.github.statesignals.redis.driver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.Frame.Message;
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Sends messages in the order of the calls, and those that wait for the same Redis
 * channel together. With a driver that does not block, the calling thread sends what is
 * published while nothing is in flight. A separate thread sends everything else.
 * <p>
 * While the driver is not connected, it has one message only: the others can be
 * cancelled, each by itself.
 */
abstract class FramePublisher implements RedisPublisher {

	@GuardedBy("this")
	private final Deque<Message> queue = new ArrayDeque<>();

	@GuardedBy("this")
	private final Deque<Frame> inFlight = new ArrayDeque<>();

	@GuardedBy("this")
	private State state = State.IDLE;

	private final Consumer<Frame> onCancelled = this::cancelled;

	private final boolean blocking;

	private final PublishFailures failures;

	private final ExecutorService executor;

	FramePublisher(boolean blocking, PublishFailures failures) {
		this.blocking = blocking;
		this.failures = failures;
		CustomizableThreadFactory threads = new CustomizableThreadFactory("state-signals-publish-");
		threads.setDaemon(true);
		this.executor = Executors.newSingleThreadExecutor(threads);
	}

	/**
	 * Sends a payload. One thread calls this at a time.
	 * @return completes with the number of receivers, or with the driver's exception;
	 * cancelling it prevents the sending, if that has not happened
	 */
	abstract CompletableFuture<Long> send(byte[] channel, byte[] payload);

	/**
	 * Returns whether the driver sends at once what it is given.
	 */
	abstract boolean isConnected();

	abstract void disconnect();

	@Override
	public final CompletableFuture<?> publish(byte[] channel, byte[] payload, boolean joinable) {
		Message message = new Message(channel, payload, joinable, this.onCancelled);
		boolean idle;
		synchronized (this) {
			if (this.state == State.CLOSED) {
				message.completeExceptionally(closing());
				return message;
			}
			this.queue.add(message);
			if (this.state != State.IDLE) {
				return message;
			}
			this.state = State.SENDING;
			idle = this.inFlight.isEmpty();
		}
		Frame first = (idle && !this.blocking) ? poll() : null;
		if (first != null) {
			send(first, true);
		}
		if (first == null || sendsMore()) {
			onThread(this::sendQueued);
		}
		return message;
	}

	private static SignalNotSentException closing() {
		return new SignalNotSentException("the connection is being closed", null);
	}

	private void sendQueued() {
		for (Frame next = poll(); next != null; next = poll()) {
			send(next, false);
		}
	}

	private synchronized boolean sendsMore() {
		if (this.state == State.SENDING && this.queue.isEmpty()) {
			this.state = State.IDLE;
		}
		return this.state == State.SENDING;
	}

	// Takes the next messages from the queue, or ends the sending.
	private synchronized @Nullable Frame poll() {
		Message first = (this.state == State.SENDING) ? pollUncancelled() : null;
		if (first == null) {
			if (this.state == State.SENDING) {
				this.state = State.IDLE;
			}
			return null;
		}
		Frame frame = new Frame(first);
		if (!isConnected()) {
			this.state = State.DISCONNECTED;
		}
		else {
			Message next = peekUncancelled();
			while (next != null && frame.accepts(next)) {
				frame.add(next);
				this.queue.remove();
				next = peekUncancelled();
			}
		}
		frame.sent();
		this.inFlight.add(frame);
		return frame;
	}

	@GuardedBy("this")
	private @Nullable Message pollUncancelled() {
		peekUncancelled();
		return this.queue.poll();
	}

	@GuardedBy("this")
	private @Nullable Message peekUncancelled() {
		Message next = this.queue.peek();
		while (next != null && next.isDone()) {
			this.queue.remove();
			next = this.queue.peek();
		}
		return next;
	}

	private void send(Frame frame, boolean onCaller) {
		CompletableFuture<Long> sending;
		try {
			sending = send(frame.channel(), frame.lines());
		}
		catch (RuntimeException ex) {
			sending = CompletableFuture.failedFuture(ex);
		}
		frame.sending(sending);
		if (frame.isDone()) {
			sending.cancel(false);
		}
		Thread sender = Thread.currentThread();
		sending.whenComplete((receivers, ex) -> {
			// A caller holds locks, and so does a driver that fails what it has not sent.
			boolean unlocked = (Thread.currentThread() == sender) ? !onCaller : ex == null;
			if (unlocked) {
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
			if (!this.inFlight.remove(frame)) {
				// It was recalled.
				return;
			}
			more = resume();
		}
		if (more) {
			onThread(this::sendQueued);
		}
		RuntimeException failure = (ex != null) ? failure(ex, frame) : null;
		for (Message message : frame.messages()) {
			if (failure == null) {
				message.complete(receivers);
			}
			else {
				message.completeExceptionally(failure);
			}
		}
	}

	private RuntimeException failure(Throwable ex, Frame frame) {
		return (ex instanceof SignalNotSentException unsent) ? unsent : this.failures.translate(ex, frame.channel());
	}

	// The driver is connected again, or it can be given the next message.
	@GuardedBy("this")
	private boolean resume() {
		if (this.state != State.DISCONNECTED) {
			return false;
		}
		this.state = this.queue.isEmpty() ? State.IDLE : State.SENDING;
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

	// The driver repeats what it has sent without a reply, when it is connected again:
	// all of a frame, or nothing.
	private void recall() {
		List<Frame> recalled;
		boolean more;
		synchronized (this) {
			recalled = new ArrayList<>(this.inFlight);
			if (this.state == State.CLOSED || recalled.stream().anyMatch((frame) -> frame.sending() == null)) {
				return;
			}
			this.inFlight.clear();
			for (int i = recalled.size() - 1; i >= 0; i--) {
				List<Message> messages = recalled.get(i).messages();
				for (int j = messages.size() - 1; j >= 0; j--) {
					this.queue.addFirst(messages.get(j).recalled());
				}
			}
			more = resume() || (this.state == State.IDLE && !this.queue.isEmpty());
			if (more) {
				this.state = State.SENDING;
			}
		}
		for (Frame frame : recalled) {
			CompletableFuture<Long> sending = frame.sending();
			if (sending != null) {
				sending.cancel(false);
			}
		}
		if (more) {
			onThread(this::sendQueued);
		}
	}

	private void onThread(Runnable task) {
		try {
			this.executor.execute(task);
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
			unsent = new ArrayList<>(this.queue);
			this.queue.clear();
		}
		disconnect();
		this.executor.shutdown();
		unsent.forEach((message) -> message.completeExceptionally(closing()));
	}

	private enum State {

		IDLE, SENDING, DISCONNECTED, CLOSED

	}

}
