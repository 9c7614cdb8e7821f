package io.github.statesignals.redis.durable;

import java.util.Set;
import java.util.TreeSet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statesignals.transport.LogText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The responders of one channel whose consumer groups Redis has lost. A stream is lost
 * with all of its groups, which is one event and one warning.
 */
final class LostGroups {

	private static final Logger logger = LoggerFactory.getLogger(LostGroups.class);

	private final String channel;

	@GuardedBy("this")
	private final Set<String> responders = new TreeSet<>();

	LostGroups(String channel) {
		this.channel = channel;
	}

	// Returns whether this is another loss.
	synchronized boolean add(String responder) {
		return !this.responders.add(responder) || this.responders.size() == 1;
	}

	// At intervals.
	synchronized void log() {
		if (!this.responders.isEmpty()) {
			logger.warn(
					"Redis has lost the consumer groups of {} on channel '{}': the signals that "
							+ "the stream still has are read again, others may be lost",
					LogText.printable(this.responders), this.channel);
			this.responders.clear();
		}
	}

}
