package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Scans signals for the fields that routing needs, and writes answers from templates.
 */
final class FloorScannedSignalReader implements FloorSignalReader {

	private static final byte[] PUBLISHER_ID = FloorScanner.key("publisher_id");

	private static final byte[] EVENT = FloorScanner.key("event");

	private static final byte[] TAG = FloorScanner.key("tag");

	private static final byte[] ID = FloorScanner.key("id");

	private static final byte[] REPLY_TO = FloorScanner.key("reply_to");

	private static final byte[] AFTER_PUBLISHER = ascii("\",\"event\":\"");

	private static final byte[] AFTER_EVENT = ascii("\",\"ras\":");

	private static final byte[] AFTER_RAS = ascii(",\"_ss\":{\"id\":\"");

	private static final byte[] AFTER_ID = ascii("\"}}");

	private static final byte[] SUCCESS = ascii("1");

	private final Map<String, byte[]> prefixes = new HashMap<>();

	private final FloorScanner scanner = new FloorScanner();

	private byte[] middle = {};

	private byte[] end = {};

	private byte[] publisherId = {};

	private byte @Nullable [] replyTo;

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	@Override
	public boolean read(byte[] payload, @Nullable String lockedTag) {
		this.scanner.reset(payload);
		if (!this.scanner.string(PUBLISHER_ID)) {
			return false;
		}
		if (!this.scanner.is(this.publisherId)) {
			this.publisherId = this.scanner.copy();
		}
		if (!this.scanner.string(EVENT)) {
			return false;
		}
		byte[] event = this.scanner.copy();
		if (!this.scanner.string(TAG) || (lockedTag != null && !this.scanner.is(ascii(lockedTag)))
				|| !this.scanner.string(ID)) {
			return false;
		}
		this.middle = FloorSignalWriter.concat(this.publisherId, AFTER_PUBLISHER, event, AFTER_EVENT);
		this.end = FloorSignalWriter.concat(AFTER_RAS, this.scanner.copy(), AFTER_ID);
		this.replyTo = this.scanner.string(REPLY_TO) ? this.scanner.copy() : null;
		return true;
	}

	@Override
	public byte @Nullable [] replyTo() {
		return this.replyTo;
	}

	@Override
	public byte[] answer(String responderId, int ras) {
		byte[] prefix = this.prefixes.computeIfAbsent(responderId,
				(id) -> ascii("{\"responder_id\":\"" + id + "\",\"publisher_id\":\""));
		return FloorSignalWriter.concat(prefix, this.middle, (ras == 1) ? SUCCESS : ascii(Integer.toString(ras)),
				this.end);
	}

}
