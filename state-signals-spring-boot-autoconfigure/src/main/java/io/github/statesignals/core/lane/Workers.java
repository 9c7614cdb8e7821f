package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs turns of work on an executor, with no more of its threads than they need: waking a
 * thread takes longer than most handlers. While work is long, there is a thread for each
 * turn. While it is short, one thread takes turn after turn; should it be held up, which
 * is looked after, there are more again.
 */
public final class Workers {

	private static final Logger logger = LoggerFactory.getLogger(Workers.class);

	/**
	 * About what it takes to wake a thread: shorter work is better done by the one that
	 * is awake.
	 */
	private static final long SHORT_NANOS = 10_000;

	private static final long LONG_NANOS = 100 * SHORT_NANOS;

	/**
	 * How much a turn counts in the average: one in so many.
	 */
	private static final int WEIGHT = 16;

	/**
	 * How long short work may be held up by work that is unexpectedly long, at the most
	 * twice. Shorter is not better: whoever looks needs a processor for it.
	 */
	private static final Duration WATCH_INTERVAL = Duration.ofMillis(4);

	/**
	 * So often nothing waits before nobody looks any more.
	 */
	private static final int IDLE_LOOKS = 12;

	/**
	 * So many turns may come in one go before a thread is woken for them.
	 */
	private static final int TOGETHER = 64;

	private final Queue<IntSupplier> ready = new ConcurrentLinkedQueue<>();

	/**
	 * How many threads there are, or have been asked for.
	 */
	private final AtomicInteger threads = new AtomicInteger();

	/**
	 * Whether a thread has been asked for that does not run yet.
	 */
	private final AtomicBoolean waking = new AtomicBoolean();

	/**
	 * Whether the first of those that come together has come.
	 */
	private final AtomicBoolean gathering = new AtomicBoolean();

	private final AtomicInteger gathered = new AtomicInteger();

	private final AtomicBoolean watched = new AtomicBoolean();

	/**
	 * How many turns have begun.
	 */
	private final AtomicInteger begun = new AtomicInteger();

	private final Executor executor;

	private final Executor together;

	private final Timer timer;

	private final int concurrency;

	/**
	 * How long a piece of work takes, about: who writes last is right. Long, until more
	 * is known.
	 */
	private volatile long averageNanos = LONG_NANOS;

	private volatile boolean closed;

	/**
	 * What the watch saw last. Its own.
	 */
	private int begunBefore;

	private int idleLooks;

	/**
	 * Create workers.
	 * @param executor runs the work; must not run it in the calling thread
	 * @param together runs a task when all that comes in one go has come, or at once
	 * @param timer looks after work that is held up
	 * @param concurrency how many threads to hold at once
	 */
	public Workers(Executor executor, Executor together, Timer timer, int concurrency) {
		this.executor = executor;
		this.together = together;
		this.timer = timer;
		this.concurrency = concurrency;
	}

	/**
	 * Take a turn, as soon as there is a thread for it. Never blocks, and never refuses.
	 * @param turn does some work, and says how many pieces it was
	 */
	void submit(IntSupplier turn) {
		this.ready.add(turn);
		if (this.threads.get() > 0 && isShort()) {
			watch();
		}
		else if (this.gathering.compareAndSet(false, true)) {
			this.together.execute(this::startGathered);
		}
		else {
			gather();
		}
	}

	private void gather() {
		if (this.gathered.incrementAndGet() == TOGETHER) {
			start();
		}
	}

	/**
	 * Take another turn after those that wait: the thread that calls this sees to it.
	 * @param turn the turn that it is in
	 */
	void resubmit(IntSupplier turn) {
		this.ready.add(turn);
	}

	/**
	 * There is more to do in a turn that waits. See to it: an executor that refused
	 * before may be less busy now.
	 */
	void nudge() {
		if (this.threads.get() > 0) {
			return;
		}
		if (this.gathering.get()) {
			gather();
		}
		else {
			start();
		}
	}

	/**
	 * Nobody looks after what is held up any more: each turn gets a thread.
	 */
	void close() {
		this.closed = true;
		start();
	}

	private boolean isShort() {
		return this.averageNanos < SHORT_NANOS && !this.closed;
	}

	private void startGathered() {
		this.gathered.set(0);
		this.gathering.set(false);
		start();
	}

	/**
	 * Start a thread if something waits, unless one is on its way that has not looked
	 * yet. That one starts the next, if there is more to do.
	 */
	private void start() {
		if (this.ready.isEmpty() || this.threads.get() >= this.concurrency || !this.waking.compareAndSet(false, true)) {
			return;
		}
		this.threads.incrementAndGet();
		try {
			this.executor.execute(this::work);
		}
		catch (RuntimeException | Error ex) {
			// An Error: no more threads can be created.
			this.threads.decrementAndGet();
			this.waking.set(false);
			logger.error("The executor refuses to run signal handlers", ex);
		}
	}

	private void work() {
		this.waking.set(false);
		long before = System.nanoTime();
		for (IntSupplier turn = this.ready.poll(); turn != null; turn = this.ready.poll()) {
			this.begun.incrementAndGet();
			if (!this.ready.isEmpty()) {
				if (isShort()) {
					watch();
				}
				else {
					start();
				}
			}
			int pieces = run(turn);
			long after = System.nanoTime();
			long average = this.averageNanos;
			this.averageNanos = average + ((after - before) / Math.max(pieces, 1) - average) / WEIGHT;
			before = after;
		}
		this.threads.decrementAndGet();
		// What came while this thread was counted, but had looked already.
		start();
	}

	private static int run(IntSupplier turn) {
		// What the one before did to the thread is not for this one.
		Thread.interrupted();
		try {
			return turn.getAsInt();
		}
		catch (Throwable ex) {
			logger.error("A task failed that should have handled its own failure", ex);
			return 1;
		}
	}

	private void watch() {
		if (!this.watched.get() && this.watched.compareAndSet(false, true)) {
			this.begunBefore = this.begun.get();
			this.idleLooks = 0;
			this.timer.schedule(WATCH_INTERVAL, this::look);
		}
	}

	private void look() {
		int begunNow = this.begun.get();
		boolean waiting = !this.ready.isEmpty();
		if (waiting && begunNow == this.begunBefore) {
			this.averageNanos = LONG_NANOS;
			this.watched.set(false);
			start();
			return;
		}
		this.begunBefore = begunNow;
		this.idleLooks = waiting ? 0 : this.idleLooks + 1;
		if (this.idleLooks < IDLE_LOOKS) {
			this.timer.schedule(WATCH_INTERVAL, this::look);
			return;
		}
		this.watched.set(false);
		if (!this.ready.isEmpty()) {
			watch();
		}
	}

}
