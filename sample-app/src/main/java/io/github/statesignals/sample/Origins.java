package io.github.statesignals.sample;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.sample.SampleProperties.CollectorName;

import org.springframework.stereotype.Component;

/**
 * Knows which process a responder belongs to.
 */
@Component
class Origins {

	/**
	 * A responder that this application has not started.
	 */
	static final int OTHER = 0;

	/**
	 * The number of this process.
	 */
	static final int OWN = 1;

	private final Map<String, Collected> byResponder = new ConcurrentHashMap<>();

	Origins(SignalResponderFactory responders) {
		for (CollectorName name : CollectorName.values()) {
			add(responders.get(name.toString()).getResponderId(), OWN, name);
		}
	}

	void add(String responderId, int process, CollectorName collector) {
		this.byResponder.put(responderId, new Collected(process, collector));
	}

	/**
	 * Returns the number of a responder's process.
	 * @param responderId the id of the responder
	 * @return the number, or {@link #OTHER}
	 */
	int of(String responderId) {
		Collected collected = this.byResponder.get(responderId);
		return (collected != null) ? collected.process() : OTHER;
	}

	Optional<CollectorName> collector(String responderId) {
		return Optional.ofNullable(this.byResponder.get(responderId)).map(Collected::collector);
	}

	private record Collected(int process, CollectorName collector) {
	}

}
