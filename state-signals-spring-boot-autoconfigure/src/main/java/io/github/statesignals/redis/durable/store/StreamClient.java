package io.github.statesignals.redis.durable.store;

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
import io.github.statesignals.transport.SignalNotSentException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.dao.QueryTimeoutException;

/**
 * Sends commands on a connection that is opened when it is needed, and again after it was
 * lost. Each call ends within its timeout. Safe for use by many threads.
 */
public final class StreamClient {

	private static final Logger logger = LoggerFactory.getLogger(StreamClient.class);

	// After this time without a reply, the connection counts as lost.
	public static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final Supplier<StreamCommands> opener;

	// Opening and closing block.
	private final Executor executor;

	// The calls without a reply, each with its deadline.
	private final Map<CompletableFuture<?>, Long> inFlight = new ConcurrentHashMap<>();

	private volatile @Nullable StreamCommands commands;

	// Completes when the calls that waited for the connection are sent. Written under the
	// lock.
	private volatile @Nullable CompletableFuture<StreamCommands> opening;

	@GuardedBy("this")
	private boolean closed;

	public StreamClient(Supplier<StreamCommands> opener, Executor executor) {
		this.opener = opener;
		this.executor = executor;
	}

	public <T> CompletableFuture<T> call(Function<StreamCommands, CompletableFuture<T>> call) {
		return call(call, TIMEOUT);
	}

	// Completes on any thread, or exceptionally with the driver's exception.
	public <T> CompletableFuture<T> call(Function<StreamCommands, CompletableFuture<T>> call, Duration timeout) {
		CompletableFuture<StreamCommands> connecting = this.opening;
		StreamCommands current = (connecting == null || connecting.isDone()) ? this.commands : null;
		try {
			return (current != null) ? call(current, call, timeout)
					: callLater((connected) -> call(connected, call, timeout));
		}
		catch (RuntimeException | Error ex) {
			// Callers wait for the future, also where no thread can be started.
			return CompletableFuture.failedFuture(ex);
		}
	}

	private <T> CompletableFuture<T> call(StreamCommands current, Function<StreamCommands, CompletableFuture<T>> call,
			Duration timeout) {
		CompletableFuture<T> reply;
		try {
			reply = call.apply(current);
		}
		catch (RuntimeException | Error ex) {
			reply = CompletableFuture.failedFuture(ex);
		}
		if (reply.isDone() && !reply.isCompletedExceptionally()) {
			return reply;
		}
		CompletableFuture<T> awaited = reply;
		this.inFlight.put(awaited, System.nanoTime() + timeout.toNanos());
		return awaited.whenComplete((value, ex) -> {
			this.inFlight.remove(awaited);
			if (ex != null && !RedisExceptions.isFinal(ex)) {
				forget(current);
			}
		});
	}

	// At intervals: a timer for each call would cost more than the call.
	public void endOverdue() {
		long now = System.nanoTime();
		this.inFlight.forEach((reply, deadline) -> {
			if (deadline - now < 0) {
				reply.completeExceptionally(new QueryTimeoutException("Redis has not answered in time"));
			}
		});
	}

	// In the order of the calls: stages that depend on the same future run in the reverse
	// one.
	private <T> CompletableFuture<T> callLater(Function<StreamCommands, CompletableFuture<T>> call) {
		CompletableFuture<StreamCommands> connecting;
		synchronized (this) {
			connecting = connect();
			if (!connecting.isDone()) {
				CompletableFuture<CompletableFuture<T>> called = connecting.thenApply(call);
				this.opening = called.thenCombine(connecting, (reply, connected) -> connected);
				return called.thenCompose(Function.identity());
			}
		}
		return connecting.thenCompose(call);
	}

	private synchronized CompletableFuture<StreamCommands> connect() {
		if (this.closed) {
			return CompletableFuture.failedFuture(SignalNotSentException.notConnected());
		}
		CompletableFuture<StreamCommands> connecting = this.opening;
		if (connecting == null || (connecting.isDone() && this.commands == null)) {
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
		catch (RuntimeException ex) {
			throw RedisExceptions.notExecuted(ex);
		}
		finally {
			synchronized (this) {
				this.commands = this.closed ? null : opened;
			}
		}
		if (this.commands != opened) {
			opened.close();
			throw SignalNotSentException.notConnected();
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
		// Not on the event loop, which the driver may wait for.
		this.executor.execute(lost::close);
	}

	// Completes when no command is in flight, or the driver has failed.
	public CompletableFuture<?> close() {
		StreamCommands current;
		synchronized (this) {
			this.closed = true;
			current = this.commands;
			this.commands = null;
		}
		if (current == null) {
			return CompletableFuture.completedFuture(null);
		}
		return CompletableFuture.completedFuture(current).thenCompose(StreamCommands::close).exceptionally((ex) -> {
			logger.debug("A connection could not be closed", ex);
			return null;
		});
	}

}
