package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;

/**
 * A process with many exporters, each with separate connections. They share only the
 * driver's threads, so that a hundred fit into one process.
 */
final class CrowdRole implements Peer.Role {

	private static final Duration SUBSCRIBE_TIMEOUT = Duration.ofSeconds(60);

	private final List<ExporterArm> exporters = new ArrayList<>();

	private final Arm arm;

	private final Arguments arguments;

	private final ClientResources resources;

	CrowdRole(Arm arm, Arguments arguments) {
		this.arm = arm;
		this.arguments = arguments;
		this.resources = arm.isOurs() ? DefaultClientResources.create() : FloorConnections.resources();
	}

	@Override
	public Map<String, ? extends Number> handle(String command, Arguments how) throws Exception {
		switch (command) {
			case "start" -> start(how.getInt("n"), how.getInt("responders"));
			case "round" -> {
				return round();
			}
			default -> throw new IllegalArgumentException(command);
		}
		return Map.of();
	}

	private void start(int size, int responders) throws InterruptedException {
		for (int i = 0; i < size; i++) {
			ExporterArm exporter = this.arm.isOurs() ? new OursExporter(this.arguments, this.resources)
					: new FloorExporter(this.arguments, this.resources);
			if (!exporter.await(responders, SUBSCRIBE_TIMEOUT)) {
				throw new IllegalStateException("Fewer than " + responders + " responders subscribed");
			}
			this.exporters.add(exporter);
		}
	}

	/**
	 * Publishes once with every exporter at the same time.
	 */
	private Map<String, Double> round() throws Exception {
		long begin = System.nanoTime();
		List<CompletableFuture<Boolean>> results = this.exporters.stream().map(ExporterArm::publishAsync).toList();
		int failed = 0;
		for (CompletableFuture<Boolean> result : results) {
			failed += result.get(ExporterArm.RESPONSE_TIMEOUT.toMillis() * 2, TimeUnit.MILLISECONDS) ? 0 : 1;
		}
		return Map.of("millis", (System.nanoTime() - begin) / 1e6, "failed", (double) failed);
	}

}
