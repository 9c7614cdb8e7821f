package io.github.statesignals.redis.driver;

import java.util.List;

/**
 * The content of a message. One that may be sent with others in a frame is written when
 * it is sent.
 */
public interface Payload {

	// In bytes, if it is sent alone.
	int size();

	// Writes the payloads of a frame, of which this is the first, in their order and with
	// no more bytes than all of them have alone.
	byte[] write(List<Payload> frame);

	// Whether its receivers recognize it, should the driver send it a second time.
	default boolean isRepeatable() {
		return true;
	}

	/**
	 * Is sent alone. Others may be sent together, in one message, if they follow each
	 * other and are for the same Redis channel.
	 */
	record Written(byte[] bytes, boolean isRepeatable) implements Payload {

		@Override
		public int size() {
			return this.bytes.length;
		}

		@Override
		public byte[] write(List<Payload> frame) {
			return this.bytes;
		}

	}

}
