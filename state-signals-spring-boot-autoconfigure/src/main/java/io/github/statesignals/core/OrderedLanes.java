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

	private final Queue<Lane> ready = new ConcurrentLinkedQueue<>();

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
	boolean submit(Object key, Supplier<CompletableFuture<?>> task) {
		Offer offer = new Offer();
		this.lanes.compute(key, (k, existing) -> {
			Lane lane = (existing != null) ? existing : new Lane(k);
			offer.started = (existing == null) ? lane : null;
			offer.accepted = lane.offer(task);
			return lane;
		});
		if (offer.started != null) {
			schedule(offer.started);
		}
		else if (this.workers.get() == 0 && !this.ready.isEmpty()) {
			// The executor refused before: it may be less busy now.
			startWorker();
		}
		return offer.accepted;
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

	private void schedule(Lane lane) {
		this.ready.add(lane);
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
		Lane lane = this.ready.poll();
		while (lane != null) {
			if (!this.ready.isEmpty()) {
				startWorker();
			}
			runBatch(lane);
			lane = this.ready.poll();
		}
		this.workers.decrementAndGet();
		// A lane that came while this worker was counted, but had looked already.
		if (!this.ready.isEmpty()) {
			startWorker();
		}
	}

	private void runBatch(Lane lane) {
		for (int i = 0; i < BATCH; i++) {
			Supplier<CompletableFuture<?>> task = lane.poll();
			if (task == null) {
				if (retire(lane)) {
					return;
				}
				continue;
			}
			CompletableFuture<?> stage = run(task);
			if (stage != null && !stage.isDone()) {
				stage.whenComplete((value, ex) -> schedule(lane));
				return;
			}
		}
		this.ready.add(lane);
	}

	private @Nullable CompletableFuture<?> run(Supplier<CompletableFuture<?>> task) {
		try {
			return task.get();
		}
		catch (Throwable ex) {
			logger.error("A task failed that should have handled its own failure", ex);
			return null;
		}
	}

	private boolean retire(Lane lane) {
		Lane remaining = this.lanes.computeIfPresent(lane.key, (k, l) -> l.isEmpty() ? null : l);
		if (remaining != null) {
			return false;
		}
		if (this.lanes.isEmpty()) {
			this.idleLock.lock();
			try {
				this.idle.signalAll();
			}
			finally {
				this.idleLock.unlock();
			}
		}
		return true;
	}

	private static final class Offer {

		private @Nullable Lane started;

		private boolean accepted;

	}

	private final class Lane {

		private final Object key;

		private final Queue<Supplier<CompletableFuture<?>>> tasks = new ArrayDeque<>(4);

		Lane(Object key) {
			this.key = key;
		}

		synchronized boolean offer(Supplier<CompletableFuture<?>> task) {
			OrderedLanes lanes = OrderedLanes.this;
			if (this.tasks.size() >= lanes.capacity || lanes.waiting.get() >= lanes.totalCapacity) {
				return false;
			}
			lanes.waiting.incrementAndGet();
			return this.tasks.offer(task);
		}

		synchronized @Nullable Supplier<CompletableFuture<?>> poll() {
			Supplier<CompletableFuture<?>> task = this.tasks.poll();
			if (task != null) {
				OrderedLanes.this.waiting.decrementAndGet();
			}
			return task;
		}

		synchronized boolean isEmpty() {
			return this.tasks.isEmpty();
		}

	}

}
