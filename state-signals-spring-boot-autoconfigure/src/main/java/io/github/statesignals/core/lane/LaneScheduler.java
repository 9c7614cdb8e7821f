package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

import io.github.statesignals.transport.LogText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schedules batches of lanes on an executor, with as few of its threads as they need:
 * waking a thread takes longer than most handlers. While tasks are long, each ready batch
 * gets a thread. While they are short, one thread runs batch after batch, and a timer
 * checks that it is not blocked.
 * <p>
 * A batch is <em>ready</em> (in the queue), then <em>running</em> (polled by exactly one
 * thread), then over; a lane that has more tasks submits its next batch. A thread is
 * <em>requested</em> from the executor, <em>working</em>, and over when it finds the
 * queue empty. The invariants:
 * <ul>
 * <li><b>No batch is lost.</b> It is added to the queue before its submitter looks for a
 * thread, and a thread looks into the queue again after it is no longer counted. So
 * either the submitter finds no thread and requests one, or the thread that it found
 * polls the batch or requests its successor. The same holds for {@code starting}: the
 * thread that it was set for has not polled yet. A batch that waits for {@code gathering}
 * is seen by the task that was given to {@code afterRead}, which resets the flag first.
 * If the executor refuses a thread, batches stay ready until the next submit, or the
 * timer requests one again.</li>
 * <li><b>At most {@code concurrency} threads.</b> A thread is counted before it is
 * requested, by the one caller that has set {@code starting}, and compared with the limit
 * after that: two callers cannot take the same place.</li>
 * <li><b>A blocked thread is found.</b> While a batch is ready that no thread was
 * requested for, {@code watching} is set and the timer looks every
 * {@link #WATCH_INTERVAL}. If no batch has started since it last looked, tasks count as
 * long, and threads are requested. After {@link #close()} tasks always count as
 * long.</li>
 * </ul>
 */
public final class LaneScheduler {

	private static final Logger logger = LoggerFactory.getLogger(LaneScheduler.class);

	// About the cost of waking a thread: a shorter task is better run by the thread that
	// is awake.
	private static final long SHORT_NANOS = 10_000;

	private static final long LONG_NANOS = 100 * SHORT_NANOS;

	// The weight of one batch in the average is 1 to this.
	private static final int WEIGHT = 16;

	// Short tasks wait at most twice this for a task that is unexpectedly long. A shorter
	// interval does not help: looking needs a processor as well.
	private static final Duration WATCH_INTERVAL = Duration.ofMillis(4);

	// After this number of looks at an empty queue the watch ends.
	private static final int IDLE_LOOKS = 12;

	// After this number of submits a thread is requested although more may follow: the
	// first are handled while the others are read.
	private static final int GATHERED = 8;

	// After this time a thread is requested again that the executor has refused.
	private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

	// Messages count as coming one at a time after this number of them, if none came
	// while one before was handled.
	private static final int CALM = 16;

	// Messages that wait behind each other are read in a shorter time.
	private static final long APART_NANOS = 20_000;

	// More than waking a thread and a short task take together.
	private static final long AWAKE_NANOS = 50_000;

	// After this number of batches their answers are sent while the others run.
	private static final int FIRST_ANSWERS = 48;

	private static final boolean SINGLE_PROCESSOR = Runtime.getRuntime().availableProcessors() == 1;

	private final Queue<IntSupplier> ready = new ConcurrentLinkedQueue<>();

	// The threads that are requested or working.
	private final AtomicInteger threads = new AtomicInteger();

	// Set while a thread is requested that does not work yet.
	private final AtomicBoolean starting = new AtomicBoolean();

	// Set while batches are gathered, until everything that was read has been submitted.
	private final AtomicBoolean gathering = new AtomicBoolean();

	private final AtomicInteger gathered = new AtomicInteger();

	// Set while the timer looks for blocked threads.
	private final AtomicBoolean watching = new AtomicBoolean();

	// Set while the timer is to request a thread again.
	private final AtomicBoolean retrying = new AtomicBoolean();

	// The number of batches that have started.
	private final AtomicInteger started = new AtomicInteger();

	private final Executor executor;

	private final Executor afterRead;

	private final BooleanSupplier eventLoop;

	private final Timer timer;

	private final int concurrency;

	// The average duration of a task, about: concurrent updates may be lost. Long, until
	// more is known.
	private volatile long averageNanos = LONG_NANOS;

	private volatile boolean closed;

	// The number of messages that came one at a time, about: concurrent updates may be
	// lost.
	private int calm;

	private long lastReadNanos;

	// The number of started batches when gathering began.
	private int startedBeforeRead;

	// The number of started batches when the watch last looked. Used by the holder of
	// watching only.
	private int startedBefore;

	private int idleLooks;

	// The executor must not run threads' work in the calling thread. afterRead runs a
	// task after all messages that were read together have been submitted, or at once.
	// eventLoop: whether the calling thread receives messages and also sends them.
	public LaneScheduler(Executor executor, Executor afterRead, BooleanSupplier eventLoop, Timer timer,
			int concurrency) {
		this.executor = executor;
		this.afterRead = afterRead;
		this.eventLoop = eventLoop;
		this.timer = timer;
		this.concurrency = concurrency;
	}

	// Never blocks and never refuses.
	void submit(IntSupplier batch) {
		this.ready.add(batch);
		boolean working = this.threads.get() > 0;
		if (working && this.calm > 0 && !this.gathering.get()) {
			this.calm = 0;
		}
		if (working && isShort()) {
			watch();
		}
		else if (this.gathering.compareAndSet(false, true)) {
			this.startedBeforeRead = this.started.get();
			this.afterRead.execute(this::startGathered);
		}
		else {
			gather();
		}
	}

	private void gather() {
		if (this.gathered.incrementAndGet() == GATHERED) {
			start();
		}
	}

	// Queues the next batch of a lane behind the others. The calling thread, which runs a
	// batch, polls the queue afterwards.
	void resubmit(IntSupplier batch) {
		this.ready.add(batch);
	}

	// A lane that waits or runs has one more task: messages overlap. If the executor has
	// refused a thread before, it may have one now.
	void onTaskAdded() {
		if (this.calm > 0) {
			this.calm = 0;
		}
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

	// From here on each ready batch gets a thread.
	void close() {
		this.closed = true;
		start();
	}

	int threads() {
		return this.threads.get();
	}

	private boolean isShort() {
		return this.averageNanos < SHORT_NANOS && !this.closed;
	}

	private void startGathered() {
		this.gathered.set(0);
		this.gathering.set(false);
		start();
		// Not only short tasks: where the event loop sleeps, a task takes the time to
		// wake it. What the event loop has to send comes before, while the thread wakes.
		if (this.averageNanos < AWAKE_NANOS / 2) {
			this.afterRead.execute(this::stayAwake);
		}
	}

	// If messages come one at a time, the answer is about to be sent, for which the event
	// loop would be woken: that takes longer than the handler. If they do not, it reads
	// the next ones instead.
	private void stayAwake() {
		long before = this.timer.nanoTime();
		long now = before;
		this.calm = (now - this.lastReadNanos > APART_NANOS) ? this.calm + 1 : 0;
		if (this.calm > CALM && this.eventLoop.getAsBoolean()) {
			while (this.threads.get() > 0 && this.started.get() - this.startedBeforeRead < FIRST_ANSWERS
					&& now - before < AWAKE_NANOS) {
				spin();
				now = this.timer.nanoTime();
			}
		}
		this.lastReadNanos = now;
	}

	private static void spin() {
		if (SINGLE_PROCESSOR) {
			Thread.yield();
		}
		else {
			Thread.onSpinWait();
		}
	}

	// Unless a thread is requested that does not work yet: that one requests the next.
	private void start() {
		while (!this.ready.isEmpty() && hasFreeThread() && this.starting.compareAndSet(false, true)) {
			// Only the caller that has set the flag adds a thread: now it is certain.
			if (hasFreeThread()) {
				requestThread();
				return;
			}
			this.starting.set(false);
			// A thread that ended meanwhile has seen the flag and requested no other.
		}
	}

	private boolean hasFreeThread() {
		return this.threads.get() < this.concurrency;
	}

	private void requestThread() {
		this.threads.incrementAndGet();
		try {
			this.executor.execute(this::work);
		}
		catch (RuntimeException | Error ex) {
			// An Error: no more threads can be created.
			this.threads.decrementAndGet();
			this.starting.set(false);
			if (this.retrying.compareAndSet(false, true)) {
				this.timer.schedule(RETRY_INTERVAL, this::retry);
				logger.error("The executor refuses to run signal handlers", ex);
			}
		}
	}

	private void retry() {
		this.retrying.set(false);
		start();
	}

	private void work() {
		this.starting.set(false);
		long before = System.nanoTime();
		for (IntSupplier batch = this.ready.poll(); batch != null; batch = this.ready.poll()) {
			this.started.incrementAndGet();
			if (!this.ready.isEmpty()) {
				if (isShort()) {
					watch();
				}
				else {
					start();
				}
			}
			int tasks = run(batch);
			long after = System.nanoTime();
			long average = this.averageNanos;
			this.averageNanos = average + ((after - before) / Math.max(tasks, 1) - average) / WEIGHT;
			before = after;
		}
		this.threads.decrementAndGet();
		// For batches that came while this thread was counted and had polled the last.
		start();
	}

	private static int run(IntSupplier batch) {
		// The interrupt flag of the task before is not for this one.
		Thread.interrupted();
		try {
			return batch.getAsInt();
		}
		catch (Throwable ex) {
			logger.error("A task failed that should have handled its own failure", LogText.loggable(ex));
			return 1;
		}
	}

	private void watch() {
		if (!this.watching.get() && this.watching.compareAndSet(false, true)) {
			this.startedBefore = this.started.get();
			this.idleLooks = 0;
			this.timer.schedule(WATCH_INTERVAL, this::look);
		}
	}

	private void look() {
		int startedNow = this.started.get();
		boolean waiting = !this.ready.isEmpty();
		if (waiting && startedNow == this.startedBefore) {
			this.averageNanos = LONG_NANOS;
			this.watching.set(false);
			start();
			return;
		}
		this.startedBefore = startedNow;
		this.idleLooks = waiting ? 0 : this.idleLooks + 1;
		if (this.idleLooks < IDLE_LOOKS) {
			this.timer.schedule(WATCH_INTERVAL, this::look);
			return;
		}
		this.watching.set(false);
		if (!this.ready.isEmpty()) {
			watch();
		}
	}

}
