package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.statesignals.benchmarks.FloorJson.FloorSignal;

/**
 * A process of publishers that join, publish once, and leave: each id is used only once.
 */
final class VisitorsRole implements Peer.Role {

	private static final byte[] CHANNEL = OursChannels.SIGNALS.getBytes(StandardCharsets.UTF_8);

	private final FloorConnections connections;

	private final AtomicLong visitors = new AtomicLong();

	VisitorsRole(Arguments arguments) {
		this.connections = new FloorConnections(arguments, FloorConnections.resources());
	}

	@Override
	public Map<String, ? extends Number> handle(String command, Arguments arguments) {
		switch (command) {
			case "start" -> start(arguments.getInt("count"), arguments.getInt("millis"));
			case "count" -> {
				return Map.of("visitors", this.visitors.get());
			}
			default -> throw new IllegalArgumentException(command);
		}
		return Map.of();
	}

	private void start(int count, int millis) {
		Thread thread = new Thread(() -> visit(count, TimeUnit.MILLISECONDS.toNanos(millis)), "visitors");
		thread.setDaemon(true);
		thread.start();
	}

	private void visit(int count, long nanos) {
		long begin = System.nanoTime();
		while (this.visitors.get() < count) {
			long due = Math.min(count, (long) ((System.nanoTime() - begin) / (double) nanos * count));
			while (this.visitors.get() < due) {
				String publisherId = "visitor-" + UUID.randomUUID();
				send(publisherId, "initialization");
				send(publisherId, ExporterArm.EVENT);
				send(publisherId, "shutdown");
				this.visitors.incrementAndGet();
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
		}
	}

	private void send(String publisherId, String event) {
		this.connections.publish(CHANNEL, FloorJson
			.write(new FloorSignal(publisherId, "visitor", event, "elsewhere", -1, ExporterArm.TAG, "1", null)));
	}

}
