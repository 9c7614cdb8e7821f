package io.github.statesignals.core.lane;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.transport.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks by key: those of one key in order and one at a time, those of different keys
 * concurrently. A task is over when the future that it returns completes; until then it
 * holds its lane but no thread.
 * <p>
 * A lane exists while it has tasks, so the number of keys is not limited.
 */
public final class OrderedLanes implements Executor {

	private static final Logger logger = LoggerFactory.getLogger(OrderedLanes.class);

	// The number of tasks after which a busy lane yields its thread to the others.
	private static final int BATCH = 64;

	// The number of tasks that are described; more are only counted.
	private static final int DESCRIBED = 10;

	private final ConcurrentHashMap<Object, Lane> lanes = new ConcurrentHashMap<>();

	private final LaneScheduler scheduler;

	private final int capacity;

	private final Budget memory;

	private final @Nullable TaskWatch watch;

	private final Budget waiting;

	private final Object idle = new Object();

	public OrderedLanes(LaneScheduler scheduler, int capacity, int totalCapacity, Budget memory) {
		this(scheduler, capacity, totalCapacity, memory, null);
	}

	public OrderedLanes(LaneScheduler scheduler, int capacity, int totalCapacity, Budget memory,
			@Nullable TaskWatch watch) {
		this.scheduler = scheduler;
		this.capacity = capacity;
		this.waiting = new Budget(totalCapacity);
		this.memory = memory;
		this.watch = watch;
	}

	// Never blocks. False if the task was refused, because its lane, or all together, are
	// full.
	public boolean submit(Object key, Task task) {
		return submit(key, task, null);
	}

	private boolean submit(Object key, Task task, @Nullable Executor unlocked) {
		Lane lane = this.lanes.computeIfAbsent(key, Lane::new);
		Offer offer = lane.offer(task);
		if (offer == Offer.RETIRED) {
			this.lanes.remove(key, lane);
			return submit(key, task, unlocked);
		}
		if (offer == Offer.REFUSED_AND_RETIRED) {
			remove(key, lane);
		}
		else if (unlocked == null) {
			schedule(lane, offer);
		}
		else {
			unlocked.execute(() -> schedule(lane, offer));
		}
		return offer == Offer.FIRST || offer == Offer.QUEUED;
	}

	private void schedule(Lane lane, Offer offer) {
		if (offer == Offer.FIRST) {
			this.scheduler.submit(lane);
			if (this.watch != null) {
				this.watch.watch(this.lanes.values());
			}
		}
		else {
			this.scheduler.onTaskAdded();
		}
	}

	// Queues a task that is over when it returns. A caller that holds a lock passes an
	// executor that runs calls without it, because tasks are passed to user code.
	public boolean submit(Object key, long bytes, Runnable task, @Nullable Executor unlocked) {
		return submit(key, new Call(task, bytes), unlocked);
	}

	// Runs the task without a lane. Never refuses.
	@Override
	public void execute(Runnable task) {
		this.scheduler.submit(() -> {
			task.run();
			return 1;
		});
	}

	public boolean awaitIdle(Duration timeout) throws InterruptedException {
		long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
		synchronized (this.idle) {
			long remaining = end - System.nanoTime();
			while (!isIdle() && remaining > 0) {
				TimeUnit.NANOSECONDS.timedWait(this.idle, remaining);
				remaining = end - System.nanoTime();
			}
			return isIdle();
		}
	}

	// Removes the lanes that such a thread runs, which are awaited no longer, and returns
	// their tasks.
	public List<Task> abandon(Predicate<Thread> blocked) {
		List<Task> abandoned = new ArrayList<>();
		this.lanes.forEach((key, lane) -> {
			Task task = lane.runningOn(blocked);
			if (task != null) {
				abandoned.add(task);
				remove(key, lane);
			}
		});
		return abandoned;
	}

	// From here on each lane gets a thread. To be called when the timer has stopped.
	public void close() {
		this.scheduler.close();
	}

	int size() {
		return this.lanes.size();
	}

	boolean isIdle() {
		return this.lanes.isEmpty();
	}

	public int waiting() {
		return (int) this.waiting.used();
	}

	public int running() {
		return runningTasks().size();
	}

	public Budget memory() {
		return this.memory;
	}

	public List<Task> runningTasks() {
		List<Task> running = new ArrayList<>();
		for (Lane lane : this.lanes.values()) {
			Task task = lane.get();
			if (task != null) {
				running.add(task);
			}
		}
		return running;
	}

	public String unfinished() {
		List<Task> running = runningTasks();
		List<String> parts = new ArrayList<>(running.stream().limit(DESCRIBED).map(Object::toString).toList());
		if (running.size() > DESCRIBED) {
			parts.add((running.size() - DESCRIBED) + " more");
		}
		int waiting = waiting();
		if (waiting > 0) {
			parts.add(waiting + " waiting");
		}
		return String.join(", ", parts);
	}

	private boolean reserve(Task task) {
		long bytes = task.bytes();
		if (!this.memory.reserve(bytes)) {
			return false;
		}
		if (this.waiting.reserve(1)) {
			return true;
		}
		this.memory.release(bytes);
		return false;
	}

	private void remove(Object key, Lane lane) {
		this.lanes.remove(key, lane);
		if (isIdle()) {
			synchronized (this.idle) {
				this.idle.notifyAll();
			}
		}
	}

	/**
	 * A task of a lane.
	 */
	@FunctionalInterface
	public interface Task {

		/**
		 * Runs the task.
		 * @return completes when the task is over; {@code null} if it is over already
		 */
		@Nullable CompletableFuture<?> run();

		// The thread that goes on with the task after a future, while it does.
		default @Nullable Thread resumedBy() {
			return null;
		}

		// The application stops, and does not wait for the task any longer.
		default void cutOff() {
		}

		// About the bytes that the task takes until it is over, always the same.
		default long bytes() {
			return 0;
		}

	}

	private record Call(Runnable task, long bytes) implements Task {

		@Override
		public @Nullable CompletableFuture<?> run() {
			this.task.run();
			return null;
		}

	}

	// The outcome of offering a task to a lane.
	private enum Offer {

		// It is the first task: the lane has to be submitted.
		FIRST,

		// The lane is scheduled already.
		QUEUED,

		// The lane, or all together, are full.
		REFUSED,

		// The same, and the lane has no other task and has to be removed.
		REFUSED_AND_RETIRED,

		// The lane is retired: another one has to take the task.
		RETIRED

	}

	/**
	 * The states of a lane. Each changes once, from the first to the last; a lane whose
	 * first task is refused is never scheduled.
	 */
	private enum LaneState {

		// Has no task yet.
		NEW,

		// Is ready or running in the scheduler, or its task awaits a future.
		SCHEDULED,

		// Takes no task any more.
		RETIRED

	}

	private final class Lane implements IntSupplier, Supplier<@Nullable Task> {

		private final Object key;

		@GuardedBy("this")
		private final Queue<Task> tasks = new ArrayDeque<>(4);

		@GuardedBy("this")
		private @Nullable Task running;

		// Absent while the task awaits a future.
		@GuardedBy("this")
		private @Nullable Thread thread;

		@GuardedBy("this")
		private LaneState state = LaneState.NEW;

		Lane(Object key) {
			this.key = key;
		}

		synchronized Offer offer(Task task) {
			OrderedLanes all = OrderedLanes.this;
			if (this.state == LaneState.RETIRED) {
				return Offer.RETIRED;
			}
			boolean first = this.state == LaneState.NEW;
			if (this.tasks.size() >= all.capacity || !all.reserve(task)) {
				if (!first) {
					return Offer.REFUSED;
				}
				this.state = LaneState.RETIRED;
				return Offer.REFUSED_AND_RETIRED;
			}
			this.tasks.add(task);
			this.state = LaneState.SCHEDULED;
			return first ? Offer.FIRST : Offer.QUEUED;
		}

		@Override
		public int getAsInt() {
			for (int i = 0; i < BATCH; i++) {
				Task task = poll();
				if (task == null) {
					remove(this.key, this);
					return i;
				}
				CompletableFuture<?> stage = start(task);
				if (stage != null && !stage.isDone()) {
					leaveThread();
					stage.whenComplete((value, ex) -> {
						OrderedLanes.this.memory.release(task.bytes());
						OrderedLanes.this.scheduler.submit(this);
					});
					return i + 1;
				}
				OrderedLanes.this.memory.release(task.bytes());
			}
			OrderedLanes.this.scheduler.resubmit(this);
			return BATCH;
		}

		private synchronized @Nullable Task poll() {
			Task task = this.tasks.poll();
			this.running = task;
			this.thread = Thread.currentThread();
			if (task != null) {
				OrderedLanes.this.waiting.release(1);
			}
			else {
				this.state = LaneState.RETIRED;
			}
			return task;
		}

		private synchronized void leaveThread() {
			this.thread = null;
		}

		synchronized @Nullable Task runningOn(Predicate<Thread> threads) {
			Task task = this.running;
			Thread current = (this.thread == null && task != null) ? task.resumedBy() : this.thread;
			return (task != null && current != null && threads.test(current)) ? task : null;
		}

		// The running task, also if it awaits a future.
		@Override
		public synchronized @Nullable Task get() {
			return this.running;
		}

		private static @Nullable CompletableFuture<?> start(Task task) {
			// The interrupt flag of the task before is not for this one.
			Thread.interrupted();
			try {
				return task.run();
			}
			catch (Throwable ex) {
				logger.error("A task failed that should have handled its own failure", LogText.loggable(ex));
				return null;
			}
		}

	}

}
