package io.github.statesignals.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks on an executor: those of one key in order and one at a time, those of
 * different keys side by side, whatever executor it is. A task is over when the stage it
 * returns completes; until then it holds its lane but no thread.
 * <p>
 * A lane exists while it has something to do, so keys may come and go without end.
 */
final class OrderedLanes {

	private static final Logger logger = LoggerFactory.getLogger(OrderedLanes.class);

	/**
	 * After so many tasks a busy lane lets others have its thread.
	 */
	private static final int BATCH = 64;

	private final ConcurrentHashMap<Object, Lane> lanes = new ConcurrentHashMap<>();

	/**
	 * The lanes that have something to do, and tasks without one.
	 */
	private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();

	private final AtomicInteger workers = new AtomicInteger();

	/**
	 * Whether a worker has been asked for that does not run yet.
	 */
	private final AtomicBoolean waking = new AtomicBoolean();

	private final Executor executor;

	private final int capacity;

	private final int totalCapacity;

	/**
	 * How many tasks wait in all lanes.
	 */
	private final AtomicInteger waiting = new AtomicInteger();

	private final int concurrency;

	private final ReentrantLock idleLock = new ReentrantLock();

	private final Condition idle = this.idleLock.newCondition();

	/**
	 * Create lanes.
	 * @param executor runs the tasks; must not run them in the calling thread
	 * @param capacity how many tasks may wait in one lane
	 * @param totalCapacity how many tasks may wait in all of them
	 * @param concurrency how many lanes may hold a thread at once; more wait their turn
	 */
	OrderedLanes(Executor executor, int capacity, int totalCapacity, int concurrency) {
		this.executor = executor;
		this.capacity = capacity;
		this.totalCapacity = totalCapacity;
		this.concurrency = concurrency;
	}

	/**
	 * Queue a task. Never blocks.
	 * @param key the lane
	 * @param task the task
	 * @return {@code false} when the lane, or all of them, are full and the task was not
	 * taken
	 */
	boolean submit(Object key, Supplier<@Nullable CompletableFuture<?>> task) {
		Lane lane = laneOf(key);
		Offer offer = lane.offer(task);
		while (offer == Offer.RETIRED) {
			this.lanes.remove(key, lane);
			lane = laneOf(key);
			offer = lane.offer(task);
		}
		if (offer == Offer.FIRST) {
			schedule(lane);
		}
		else if (this.workers.get() == 0 && !this.ready.isEmpty()) {
			// The executor refused before: it may be less busy now.
			startWorker();
		}
		return offer != Offer.REFUSED;
	}

	private Lane laneOf(Object key) {
		Lane lane = this.lanes.get(key);
		if (lane != null) {
			return lane;
		}
		Lane added = new Lane(key);
		lane = this.lanes.putIfAbsent(key, added);
		return (lane != null) ? lane : added;
	}

	/**
	 * Run a task that has no order, as soon as there is a thread for it. Never refuses.
	 * @param task the task
	 */
	void execute(Runnable task) {
		schedule(task);
	}

	/**
	 * Wait until there is nothing to do.
	 * @param timeout how long to wait at the most
	 * @return {@code false} when there still was
	 * @throws InterruptedException if the thread is interrupted
	 */
	boolean awaitIdle(Duration timeout) throws InterruptedException {
		long remaining = timeout.toNanos();
		this.idleLock.lock();
		try {
			while (!this.lanes.isEmpty()) {
				if (remaining <= 0) {
					return false;
				}
				remaining = this.idle.awaitNanos(remaining);
			}
			return true;
		}
		finally {
			this.idleLock.unlock();
		}
	}

	/**
	 * How many lanes have something to do.
	 * @return the number
	 */
	int size() {
		return this.lanes.size();
	}

	private void schedule(Runnable task) {
		this.ready.add(task);
		startWorker();
	}

	/**
	 * Start a worker, unless one is on its way that has not looked yet: waking a thread
	 * takes longer than most tasks. That one starts the next, if there is more to do.
	 */
	private void startWorker() {
		if (this.workers.get() >= this.concurrency || !this.waking.compareAndSet(false, true)) {
			return;
		}
		this.workers.incrementAndGet();
		try {
			this.executor.execute(this::work);
		}
		catch (RuntimeException | Error ex) {
			// An Error: no more threads can be created.
			this.workers.decrementAndGet();
			this.waking.set(false);
			logger.error("The executor refuses to run signal handlers", ex);
		}
	}

	private void work() {
		this.waking.set(false);
		Runnable task = this.ready.poll();
		while (task != null) {
			if (!this.ready.isEmpty()) {
				startWorker();
			}
			run(task);
			task = this.ready.poll();
		}
		this.workers.decrementAndGet();
		// A lane that came while this worker was counted, but had looked already.
		if (!this.ready.isEmpty()) {
			startWorker();
		}
	}

	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.error("A task failed that should have handled its own failure", ex);
		}
	}

	private void signalIfIdle() {
		if (this.lanes.isEmpty()) {
			this.idleLock.lock();
			try {
				this.idle.signalAll();
			}
			finally {
				this.idleLock.unlock();
			}
		}
	}

	/**
	 * What became of a task that a lane was offered.
	 */
	private enum Offer {

		/** It is the first one, so that the lane has to be run. */
		FIRST,

		/** It waits behind others. */
		QUEUED,

		/** Too many wait already. */
		REFUSED,

		/** The lane is no more. */
		RETIRED

	}

	private final class Lane implements Runnable {

		private final Object key;

		private final Queue<Supplier<@Nullable CompletableFuture<?>>> tasks = new ArrayDeque<>(4);

		private boolean scheduled;

		private boolean retired;

		Lane(Object key) {
			this.key = key;
		}

		synchronized Offer offer(Supplier<@Nullable CompletableFuture<?>> task) {
			OrderedLanes all = OrderedLanes.this;
			if (this.retired) {
				return Offer.RETIRED;
			}
			if (this.tasks.size() >= all.capacity || all.waiting.get() >= all.totalCapacity) {
				if (!this.scheduled) {
					// It was made for this task.
					this.retired = true;
					all.lanes.remove(this.key, this);
				}
				return Offer.REFUSED;
			}
			all.waiting.incrementAndGet();
			this.tasks.add(task);
			boolean first = !this.scheduled;
			this.scheduled = true;
			return first ? Offer.FIRST : Offer.QUEUED;
		}

		@Override
		public void run() {
			for (int i = 0; i < BATCH; i++) {
				Supplier<@Nullable CompletableFuture<?>> task = poll();
				if (task == null) {
					// Retired with its last task: nobody adds to it any more.
					OrderedLanes.this.lanes.remove(this.key, this);
					signalIfIdle();
					return;
				}
				CompletableFuture<?> stage = start(task);
				if (stage != null && !stage.isDone()) {
					stage.whenComplete((value, ex) -> schedule(this));
					return;
				}
			}
			OrderedLanes.this.ready.add(this);
		}

		private synchronized @Nullable Supplier<@Nullable CompletableFuture<?>> poll() {
			Supplier<@Nullable CompletableFuture<?>> task = this.tasks.poll();
			if (task != null) {
				OrderedLanes.this.waiting.decrementAndGet();
			}
			this.retired = task == null;
			return task;
		}

		private static @Nullable CompletableFuture<?> start(Supplier<@Nullable CompletableFuture<?>> task) {
			try {
				return task.get();
			}
			catch (Throwable ex) {
				logger.error("A task failed that should have handled its own failure", ex);
				return null;
			}
		}

	}

}
