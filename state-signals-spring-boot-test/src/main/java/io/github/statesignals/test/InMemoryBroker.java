package io.github.statesignals.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Connects the transports of one JVM. All receive the messages in the same order. Has the
 * time of their applications.
 */
final class InMemoryBroker {

	private static final Map<String, InMemoryBroker> SHARED = new ConcurrentHashMap<>();

	private static final Duration HANDLER_PATIENCE = Duration.ofSeconds(1);

	private final List<InMemoryTransport> connected = new CopyOnWriteArrayList<>();

	private final AtomicLong inFlight = new AtomicLong();

	private final AtomicLong handling = new AtomicLong();

	private final BrokerClock clock = new BrokerClock(this::settle);

	// An empty name is that of a broker that no other application has.
	static InMemoryBroker named(String name) {
		return name.isEmpty() ? new InMemoryBroker() : SHARED.computeIfAbsent(name, (created) -> new InMemoryBroker());
	}

	BrokerClock clock() {
		return this.clock;
	}

	void connect(InMemoryTransport transport) {
		this.connected.add(transport);
	}

	void disconnect(InMemoryTransport transport) {
		this.connected.remove(transport);
	}

	// Delivers a message, one at a time.
	synchronized void deliver(InMemoryTransport.Message message) {
		this.connected.forEach((transport) -> transport.receive(message));
	}

	// Counts a task as a message in flight, from now on until it has run.
	Runnable inFlight(Runnable task) {
		return counted(this.inFlight, task);
	}

	// Counts a task as one of a tested application, from now on until it has run.
	Runnable handling(Runnable task) {
		return counted(this.handling, task);
	}

	private static Runnable counted(AtomicLong count, Runnable task) {
		count.incrementAndGet();
		return () -> {
			try {
				task.run();
			}
			finally {
				count.decrementAndGet();
			}
		};
	}

	// Waits until no message is in flight and no handler of a tested application runs, or
	// for a second: a handler may wait for the time to pass.
	void awaitHandlers() {
		Waiting.until(HANDLER_PATIENCE, () -> this.inFlight.get() == 0 && this.handling.get() == 0);
	}

	// Waits until the messages in flight are received, and test responders have decided
	// on their answers.
	void settle() {
		Waiting.until(() -> this.inFlight.get() == 0);
	}

	Set<String> responders(String channel) {
		return this.connected.stream()
			.flatMap((transport) -> transport.responders(channel).stream())
			.collect(Collectors.toSet());
	}

}
