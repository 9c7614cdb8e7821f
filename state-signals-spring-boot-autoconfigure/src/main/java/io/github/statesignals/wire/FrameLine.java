package io.github.statesignals.wire;

import java.util.Arrays;

/**
 * Holds a message of a frame until the frame is written.
 *
 * @since 0.1.0
 */
public sealed interface FrameLine {

	// In bytes, if it is a separate line.
	int length();

	record Written(byte[] json) implements FrameLine {

		@Override
		public int length() {
			return this.json.length;
		}

	}

	/**
	 * An answer that differs from others in the id of its responder and that of its
	 * signal alone. It has the JSON of the former, and of all that is between both.
	 */
	record Answer(byte[] responderId, byte[] between, String id) implements FrameLine {

		@Override
		public int length() {
			return FieldBytes.FIRST_RESPONDER_ID.length + this.responderId.length + this.between.length
					+ this.id.length() + "{''}}".length();
		}

		boolean isOfSameResponder(Answer other) {
			return Arrays.equals(this.between, other.between) && Arrays.equals(this.responderId, other.responderId);
		}

		boolean isToSameSignal(Answer other) {
			return Arrays.equals(this.between, other.between) && this.id.equals(other.id);
		}

	}

}
