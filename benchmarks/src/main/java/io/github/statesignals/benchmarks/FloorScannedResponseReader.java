package io.github.statesignals.benchmarks;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * Scans responses for the fields that routing needs, and creates no object.
 */
final class FloorScannedResponseReader extends FloorResponseReader {

	private static final int SLOTS = 16_384;

	private static final byte[] RESPONDER_ID = FloorScanner.key("responder_id");

	private static final byte[] PUBLISHER_ID = FloorScanner.key("publisher_id");

	private static final byte[] EVENT = FloorScanner.key("event");

	private static final byte[] RAS = FloorScanner.key("ras");

	private static final byte[] ID = FloorScanner.key("id");

	private static final byte[] INITIALIZATION = "initialization".getBytes(StandardCharsets.US_ASCII);

	private final FloorScanner responderId = new FloorScanner();

	private final FloorScanner rest = new FloorScanner();

	private final byte[] publisherId;

	/**
	 * By the hash of their ids, the next free slot on collision.
	 */
	private final @Nullable Known[] known = new @Nullable Known[SLOTS];

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private volatile int size;

	private int responder;

	FloorScannedResponseReader(String publisherId) {
		this.publisherId = publisherId.getBytes(StandardCharsets.US_ASCII);
	}

	@Override
	boolean read(byte[] payload) {
		this.responderId.reset(payload);
		this.rest.reset(payload);
		if (!this.responderId.string(RESPONDER_ID) || !this.rest.string(PUBLISHER_ID) || !this.rest.is(this.publisherId)
				|| !this.rest.string(EVENT)) {
			return false;
		}
		this.initialization = this.rest.is(INITIALIZATION);
		this.responder = find();
		this.ras = (int) this.rest.number(RAS);
		this.id = this.rest.string(ID) ? this.rest.digits() : 0;
		return true;
	}

	private int find() {
		int slot = this.responderId.hash() & SLOTS - 1;
		for (Known next = this.known[slot]; next != null; next = this.known[slot]) {
			if (this.responderId.is(next.id)) {
				return next.number;
			}
			slot = slot + 1 & SLOTS - 1;
		}
		if (!this.initialization) {
			return -1;
		}
		this.known[slot] = new Known(this.responderId.copy(), this.size);
		return this.size++;
	}

	@Override
	int responder() {
		return this.responder;
	}

	@Override
	int responders() {
		return this.size;
	}

	private record Known(byte[] id, int number) {
	}

}
