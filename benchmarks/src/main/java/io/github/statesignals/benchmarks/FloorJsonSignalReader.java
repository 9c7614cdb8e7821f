package io.github.statesignals.benchmarks;

import io.github.statesignals.benchmarks.FloorJson.FloorResponse;
import io.github.statesignals.benchmarks.FloorJson.FloorSignal;
import org.jspecify.annotations.Nullable;

/**
 * Reads signals and writes answers with streaming JSON.
 */
final class FloorJsonSignalReader implements FloorSignalReader {

	private FloorSignal signal = new FloorSignal("", "", "", "", 0, "", "", null);

	@Override
	public boolean read(byte[] payload, @Nullable String lockedTag) {
		this.signal = FloorJson.readSignal(payload);
		return lockedTag == null || lockedTag.equals(this.signal.tag());
	}

	@Override
	public byte @Nullable [] replyTo() {
		String replyTo = this.signal.replyTo();
		return (replyTo != null) ? FloorChannels.bytes(replyTo) : null;
	}

	@Override
	public byte[] answer(String responderId, int ras) {
		return FloorJson.write(
				new FloorResponse(responderId, this.signal.publisherId(), this.signal.event(), ras, this.signal.id()));
	}

}
