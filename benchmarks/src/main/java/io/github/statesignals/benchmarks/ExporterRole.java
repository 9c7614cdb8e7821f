package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The process that publishes.
 */
final class ExporterRole implements Peer.Role {

	private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(60);

	private final ExporterArm exporter;

	private final Load load;

	ExporterRole(ExporterArm exporter) {
		this.exporter = exporter;
		this.load = new Load(exporter);
	}

	@Override
	public Map<String, ? extends Number> handle(String command, Arguments arguments) throws Exception {
		return switch (command) {
			case "await" -> await(arguments.getInt("n"));
			case "latency" -> this.load.oneAtATime(arguments.getInt("millis"));
			case "throughput" -> this.load.window(arguments.getInt("millis"), arguments.getInt("window"));
			case "flood" -> this.load.flood(arguments.getInt("count"), arguments.getInt("window"));
			case "background" -> publishInBackground(arguments.getInt("pause"));
			case "cpu" -> Footprint.cpu(arguments.getInt("millis"));
			case "compilation" -> Footprint.compilation();
			case "cpu-time" -> Map.of("millis", Footprint.cpuMillis());
			case "footprint" -> Footprint.now();
			default -> throw new IllegalArgumentException(command);
		};
	}

	private Map<String, Integer> await(int subscribers) throws InterruptedException {
		if (!this.exporter.await(subscribers, SUBSCRIBE_TIMEOUT)) {
			throw new IllegalStateException("Fewer than " + subscribers + " responders subscribed");
		}
		return Map.of("n", subscribers);
	}

	private Map<String, Integer> publishInBackground(int pause) {
		Thread thread = new Thread(() -> {
			try {
				while (true) {
					this.exporter.publish();
					TimeUnit.MILLISECONDS.sleep(pause);
				}
			}
			catch (Exception ex) {
				ex.printStackTrace();
			}
		}, "background");
		thread.setDaemon(true);
		thread.start();
		return Map.of();
	}

}
