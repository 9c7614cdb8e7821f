package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

record TextPayload(String text) implements Payload {

	@Override
	public int size() {
		return this.text.length();
	}

	@Override
	public byte[] write(List<Payload> frame) {
		return frame.stream()
			.map((payload) -> ((TextPayload) payload).text)
			.collect(Collectors.joining("\n"))
			.getBytes(StandardCharsets.UTF_8);
	}

}
