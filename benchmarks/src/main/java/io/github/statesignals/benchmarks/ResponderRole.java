package io.github.statesignals.benchmarks;

import java.util.Map;

/**
 * The process that answers.
 */
final class ResponderRole implements Peer.Role {

	private final ResponderArm responder;

	ResponderRole(ResponderArm responder) {
		this.responder = responder;
	}

	@Override
	public Map<String, ? extends Number> handle(String command, Arguments arguments) throws Exception {
		switch (command) {
			case "size" -> {
				this.responder.resize(arguments.getInt("n"));
				return Map.of();
			}
			case "handled" -> {
				return this.responder.handled();
			}
			case "cpu" -> {
				return Footprint.cpu(arguments.getInt("millis"));
			}
			case "cpu-time" -> {
				return Map.of("millis", Footprint.cpuMillis());
			}
			case "compilation" -> {
				return Footprint.compilation();
			}
			case "footprint" -> {
				return Footprint.now();
			}
			default -> throw new IllegalArgumentException(command);
		}
	}

}
