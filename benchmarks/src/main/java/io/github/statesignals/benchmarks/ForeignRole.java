package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.statesignals.benchmarks.FloorJson.FloorSignal;
import org.jspecify.annotations.Nullable;

/**
 * A process that publishes signals for other applications, at a steady rate.
 */
final class ForeignRole implements Peer.Role {

	private final FloorConnections connections;

	private volatile @Nullable Thread sender;

	ForeignRole(Arguments arguments) {
		this.connections = new FloorConnections(arguments, FloorConnections.resources());
	}

	@Override
	public Map<String, ? extends Number> handle(String command, Arguments arguments) throws InterruptedException {
		switch (command) {
			case "start" -> start(arguments.get("channel").getBytes(StandardCharsets.UTF_8), arguments.getInt("rate"));
			case "stop" -> stop();
			default -> throw new IllegalArgumentException(command);
		}
		return Map.of();
	}

	private void start(byte[] channel, int rate) {
		byte[] payload = FloorJson.write(new FloorSignal("foreign-5d0bb1de-9f0e-43cf-8d2c-0f2b0a4f2c55", "foreign",
				"progress", "elsewhere", 7, "foreign", "1", null));
		Thread thread = new Thread(() -> send(channel, payload, rate), "sender");
		thread.setDaemon(true);
		this.sender = thread;
		thread.start();
	}

	private void send(byte[] channel, byte[] payload, int rate) {
		long begin = System.nanoTime();
		long sent = 0;
		while (this.sender == Thread.currentThread()) {
			long due = (long) ((System.nanoTime() - begin) / 1e9 * rate);
			// Signals that a busy machine did not send in time are not sent later.
			for (sent = Math.max(sent, due - rate / 10); sent < due; sent++) {
				this.connections.publish(channel, payload);
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	private void stop() throws InterruptedException {
		Thread thread = this.sender;
		this.sender = null;
		if (thread != null) {
			thread.join();
			this.connections.drain();
		}
	}

}
