package io.github.statesignals.redis;

import java.util.ArrayList;
import java.util.List;

import io.github.statesignals.redis.driver.Payload;
import io.github.statesignals.wire.FrameLine;
import io.github.statesignals.wire.SignalCodec;

record FramePayload(SignalCodec codec, FrameLine line) implements Payload {

	@Override
	public int size() {
		return this.line.length();
	}

	@Override
	public byte[] write(List<Payload> frame) {
		List<FrameLine> lines = new ArrayList<>(frame.size());
		for (Payload payload : frame) {
			lines.add(((FramePayload) payload).line);
		}
		return this.codec.write(lines);
	}

}
