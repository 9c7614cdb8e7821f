package io.github.statesignals.redis.durable;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.redis.driver.RedisExceptions;
import io.github.statesignals.redis.driver.StreamCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

/**
 * A connection that is made when it is needed, and again after it was lost. Whatever is
 * asked of it ends in time, so that it can be asked again. Safe for use by many threads.
 */
final class StreamClient {

	private final Supplier<StreamCommands> opener;

	/**
	 * What connects, which blocks.
	 */
	private final Executor executor;

	/**
	 * What no reply has come to yet, and until when it may.
	 */
	private final Map<CompletableFuture<?>, Long> underWay = new ConcurrentHashMap<>();

	private volatile @Nullable StreamCommands commands;

	@GuardedBy("this")
	private @Nullable CompletableFuture<StreamCommands> opening;

	@GuardedBy("this")
	private boolean closed;

	StreamClient(Supplier<StreamCommands> opener, Executor executor) {
		this.opener = opener;
		this.executor = executor;
	}

	/**
	 * Ask something of Redis.
	 * @param <T> the type of reply
	 * @param call what to ask
	 * @param timeout how long to wait for the reply
	 * @return completes with the reply, on any thread, or exceptionally
	 */
	<T> CompletableFuture<T> call(Function<StreamCommands, CompletableFuture<T>> call, Duration timeout) {
		StreamCommands current = this.commands;
		return (current != null) ? call(current, call, timeout)
				: connect().thenCompose((connected) -> call(connected, call, timeout));
	}

	private <T> CompletableFuture<T> call(StreamCommands current, Function<StreamCommands, CompletableFuture<T>> call,
			Duration timeout) {
		CompletableFuture<T> reply;
		try {
			reply = call.apply(current);
		}
		catch (RuntimeException ex) {
			reply = CompletableFuture.failedFuture(ex);
		}
		if (reply.isDone() && !reply.isCompletedExceptionally()) {
			return reply;
		}
		CompletableFuture<T> awaited = reply;
		this.underWay.put(awaited, System.nanoTime() + timeout.toNanos());
		return awaited.whenComplete((value, ex) -> {
			this.underWay.remove(awaited);
			if (ex != null && !RedisExceptions.isFinal(ex)) {
				forget(current);
			}
		});
	}

	/**
	 * End what has waited for too long. To be called from time to time: a timer for each
	 * would cost more than what is asked.
	 */
	void endOverdue() {
		long now = System.nanoTime();
		this.underWay.forEach((reply, deadline) -> {
			if (deadline - now < 0) {
				reply.completeExceptionally(new QueryTimeoutException("Redis has not answered in time"));
			}
		});
	}

	private synchronized CompletableFuture<StreamCommands> connect() {
		StreamCommands current = this.commands;
		if (this.closed) {
			return CompletableFuture.failedFuture(new DataAccessResourceFailureException("Not connected to Redis"));
		}
		if (current != null) {
			return CompletableFuture.completedFuture(current);
		}
		CompletableFuture<StreamCommands> connecting = this.opening;
		if (connecting == null) {
			connecting = CompletableFuture.supplyAsync(this::open, this.executor);
			this.opening = connecting;
		}
		return connecting;
	}

	private StreamCommands open() {
		StreamCommands opened = null;
		try {
			opened = this.opener.get();
		}
		finally {
			synchronized (this) {
				this.opening = null;
				this.commands = this.closed ? null : opened;
			}
		}
		if (this.commands != opened) {
			opened.close();
			throw new DataAccessResourceFailureException("Not connected to Redis any more");
		}
		return opened;
	}

	private void forget(StreamCommands lost) {
		synchronized (this) {
			if (this.commands != lost) {
				return;
			}
			this.commands = null;
		}
		close(lost);
	}

	// Not on the event loop, which the driver may wait for.
	private void close(StreamCommands lost) {
		try {
			this.executor.execute(lost::close);
		}
		catch (RuntimeException ex) {
			lost.close();
		}
	}

	/**
	 * Let the connection go.
	 * @return completes when nothing is under way any more
	 */
	CompletableFuture<Void> close() {
		StreamCommands current;
		synchronized (this) {
			this.closed = true;
			current = this.commands;
			this.commands = null;
		}
		return (current != null) ? current.close() : CompletableFuture.completedFuture(null);
	}

}
