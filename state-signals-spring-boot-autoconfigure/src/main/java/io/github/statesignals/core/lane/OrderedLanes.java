package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks with workers: those of one key in order and one at a time, those of
 * different keys side by side, however many there are. A task is over when the stage it
 * returns completes; until then it holds its lane but no thread.
 * <p>
 * A lane exists while it has something to do, so keys may come and go without end.
 */
public final class OrderedLanes {

	private static final Logger logger = LoggerFactory.getLogger(OrderedLanes.class);

	/**
	 * After so many tasks a busy lane lets others have its thread.
	 */
	private static final int BATCH = 64;

	/**
	 * More tasks than these are only counted.
	 */
	private static final int DESCRIBED = 10;

	private final ConcurrentHashMap<Object, Lane> lanes = new ConcurrentHashMap<>();

	private final Workers workers;

	private final int capacity;

	private final int totalCapacity;

	private final @Nullable TaskWatch watch;

	/**
	 * How many tasks wait in all lanes.
	 */
	private final AtomicInteger waiting = new AtomicInteger();

	private final ReentrantLock idleLock = new ReentrantLock();

	private final Condition idle = this.idleLock.newCondition();

	/**
	 * Create lanes.
	 * @param workers run the tasks
	 * @param capacity how many tasks may wait in one lane
	 * @param totalCapacity how many tasks may wait in all of them
	 */
	public OrderedLanes(Workers workers, int capacity, int totalCapacity) {
		this(workers, capacity, totalCapacity, null);
	}

	/**
	 * Creates lanes that are watched.
	 * @param workers run the tasks
	 * @param capacity how many tasks may wait in one lane
	 * @param totalCapacity how many tasks may wait in all of them
	 * @param watch logs tasks that hold a lane for long, by their string; {@code null}:
	 * none are
	 */
	public OrderedLanes(Workers workers, int capacity, int totalCapacity, @Nullable TaskWatch watch) {
		this.workers = workers;
		this.capacity = capacity;
		this.totalCapacity = totalCapacity;
		this.watch = watch;
	}

	/**
	 * Queue a task. Never blocks.
	 * @param key the lane
	 * @param task the task
	 * @return {@code false} when the lane, or all of them, are full and the task was not
	 * taken
	 */
	public boolean submit(Object key, Supplier<@Nullable CompletableFuture<?>> task) {
		Lane lane = laneOf(key);
		Offer offer = lane.offer(task);
		while (offer == Offer.RETIRED) {
			this.lanes.remove(key, lane);
			lane = laneOf(key);
			offer = lane.offer(task);
		}
		if (offer == Offer.FIRST) {
			this.workers.submit(lane);
			if (this.watch != null) {
				this.watch.watch(this);
			}
		}
		else {
			this.workers.nudge();
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
	public void execute(Runnable task) {
		this.workers.submit(() -> {
			task.run();
			return 1;
		});
	}

	/**
	 * Wait until there is nothing to do.
	 * @param timeout how long to wait at the most
	 * @return {@code false} when there still was
	 * @throws InterruptedException if the thread is interrupted
	 */
	public boolean awaitIdle(Duration timeout) throws InterruptedException {
		long remaining = TimeUnit.NANOSECONDS.convert(timeout);
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
	 * Nobody looks after what is held up any more: each lane gets a thread.
	 */
	public void close() {
		this.workers.close();
	}

	/**
	 * How many lanes have something to do.
	 * @return the number
	 */
	int size() {
		return this.lanes.size();
	}

	/**
	 * Returns the tasks that have begun and are not over.
	 * @return a snapshot
	 */
	List<Object> running() {
		List<Object> running = new ArrayList<>();
		for (Lane lane : this.lanes.values()) {
			Object task = lane.running();
			if (task != null) {
				running.add(task);
			}
		}
		return running;
	}

	/**
	 * Describes the tasks that are not over.
	 * @return those that run, by their strings, and how many wait
	 */
	public String unfinished() {
		List<Object> running = running();
		List<String> parts = new ArrayList<>(running.stream().limit(DESCRIBED).map(Object::toString).toList());
		if (running.size() > DESCRIBED) {
			parts.add((running.size() - DESCRIBED) + " more");
		}
		int waiting = this.waiting.get();
		if (waiting > 0) {
			parts.add(waiting + " waiting");
		}
		return String.join(", ", parts);
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

	private final class Lane implements IntSupplier {

		private final Object key;

		@GuardedBy("this")
		private final Queue<Supplier<@Nullable CompletableFuture<?>>> tasks = new ArrayDeque<>(4);

		@GuardedBy("this")
		private @Nullable Object running;

		@GuardedBy("this")
		private boolean scheduled;

		@GuardedBy("this")
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
		public int getAsInt() {
			for (int i = 0; i < BATCH; i++) {
				Supplier<@Nullable CompletableFuture<?>> task = poll();
				if (task == null) {
					// Retired with its last task: nobody adds to it any more.
					OrderedLanes.this.lanes.remove(this.key, this);
					signalIfIdle();
					return i;
				}
				CompletableFuture<?> stage = start(task);
				if (stage != null && !stage.isDone()) {
					stage.whenComplete((value, ex) -> OrderedLanes.this.workers.submit(this));
					return i + 1;
				}
			}
			OrderedLanes.this.workers.resubmit(this);
			return BATCH;
		}

		private synchronized @Nullable Supplier<@Nullable CompletableFuture<?>> poll() {
			Supplier<@Nullable CompletableFuture<?>> task = this.tasks.poll();
			if (task != null) {
				OrderedLanes.this.waiting.decrementAndGet();
			}
			this.running = task;
			this.retired = task == null;
			return task;
		}

		synchronized @Nullable Object running() {
			return this.running;
		}

		private static @Nullable CompletableFuture<?> start(Supplier<@Nullable CompletableFuture<?>> task) {
			// What the one before did to the thread is not for this one.
			Thread.interrupted();
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
