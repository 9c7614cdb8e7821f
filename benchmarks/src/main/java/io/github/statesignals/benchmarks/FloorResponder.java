package io.github.statesignals.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;

import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * Answers with Lettuce alone: every responder's handler is called in place, and all
 * answers are written at once.
 */
final class FloorResponder implements ResponderArm {

	private final List<String> responderIds = new CopyOnWriteArrayList<>();

	private final ToIntFunction<FloorSignalReader> handler = (signal) -> 1;

	private final FloorSignalReader reader;

	private final @Nullable String lockedTag;

	private final FloorChannels channels;

	private final FloorConnections connections;

	FloorResponder(Arguments arguments) {
		this.reader = Arm.of(arguments.get("arm")) == Arm.FLOOR_JSON ? new FloorJsonSignalReader()
				: new FloorScannedSignalReader();
		this.lockedTag = arguments.find("lock-tag");
		this.channels = FloorChannels.of(arguments);
		this.connections = new FloorConnections(arguments, FloorConnections.resources());
		this.connections.receive(this::onSignal, this.channels.signals());
	}

	@Override
	public void resize(int responders) {
		while (this.responderIds.size() < responders) {
			this.responderIds.add("floor-" + UUID.randomUUID() + "-resp");
		}
	}

	private void onSignal(byte[] payload) {
		if (!this.reader.read(payload, this.lockedTag)) {
			return;
		}
		byte[] replyTo = this.reader.replyTo();
		byte[] channel = (replyTo != null) ? replyTo : this.channels.responses();
		List<RedisCommand<byte[], byte[], ?>> answers = new ArrayList<>(this.responderIds.size());
		for (String responderId : this.responderIds) {
			answers.add(FloorConnections.command(channel,
					this.reader.answer(responderId, this.handler.applyAsInt(this.reader))));
		}
		this.connections.publish(answers);
	}

}
