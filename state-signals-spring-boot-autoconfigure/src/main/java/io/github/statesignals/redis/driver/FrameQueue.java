package io.github.statesignals.redis.driver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.redis.driver.Frame.Message;
import org.jspecify.annotations.Nullable;

/**
 * Holds the messages that wait, in the order of sending, and the frames that the driver
 * has. Not safe for use by many threads: {@link FramePublisher} serializes the calls.
 */
final class FrameQueue {

	// The batches that the driver has and Redis has not confirmed: while more is
	// published, it waits here, where it is sent together and can be cancelled.
	private static final int MAX_IN_FLIGHT = 3;

	private final Deque<Message> waiting = new ArrayDeque<>();

	private final Deque<Frame> inFlight = new ArrayDeque<>();

	// The number of batches that were given to the driver.
	private long batches;

	private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

	void add(Message message) {
		this.waiting.add(message);
		this.last = message;
	}

	// Whether or not it was sent.
	CompletableFuture<?> last() {
		return this.last;
	}

	int size() {
		return this.waiting.size();
	}

	// Takes the messages of the next frame: one, unless they are joined. Begins another
	// batch with it, or continues one. Returns null if none waits.
	@Nullable Frame poll(boolean joined, boolean begins) {
		Frame frame = new Frame(this.batches + (begins ? 1 : 0));
		for (Message next = this.waiting.peek(); next != null
				&& frame.accepts(next, joined); next = this.waiting.peek()) {
			this.waiting.remove();
			frame.add(next);
		}
		if (frame.messages().isEmpty()) {
			return null;
		}
		this.batches = frame.batch();
		this.inFlight.add(frame);
		return frame;
	}

	boolean isFull() {
		Frame oldest = this.inFlight.peek();
		return oldest != null && this.batches - oldest.batch() + 1 >= MAX_IN_FLIGHT;
	}

	// Returns false if it was recalled.
	boolean remove(Frame frame) {
		return this.inFlight.remove(frame);
	}

	List<Frame> inFlight() {
		return List.copyOf(this.inFlight);
	}

	// Takes the messages back from the driver. False, and nothing is taken back, while it
	// is being given some.
	boolean recall() {
		if (this.inFlight.stream().anyMatch((frame) -> frame.sending() == null)) {
			return false;
		}
		List<Frame> recalled = new ArrayList<>();
		for (Frame frame : inFlight()) {
			this.inFlight.remove(frame);
			if (frame.isRepeatable() && frame.cancel()) {
				recalled.add(frame);
			}
			else {
				// Redis has just confirmed it, or may have received it: it completes, and
				// is not sent again.
				this.inFlight.add(frame);
			}
		}
		for (int i = recalled.size() - 1; i >= 0; i--) {
			List<Message> messages = recalled.get(i).messages();
			for (int j = messages.size() - 1; j >= 0; j--) {
				this.waiting.addFirst(messages.get(j).recalled());
			}
		}
		return true;
	}

	List<Message> drain() {
		List<Message> drained = List.copyOf(this.waiting);
		this.waiting.clear();
		return drained;
	}

}
