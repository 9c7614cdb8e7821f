package io.github.statesignals.redis.durable.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

import io.github.statesignals.wire.FrameLine;

/**
 * A signal to acknowledge. Without a number it acknowledges the entry alone. The last
 * signal of an entry acknowledges it.
 */
public record AnsweredSignal(String entry, int number, FrameLine answer, byte[] address, boolean isLast) {

	public static final int NO_NUMBER = -1;

	private static final Comparator<AnsweredSignal> ORDER = Comparator.comparing(AnsweredSignal::entry)
		.thenComparingInt(AnsweredSignal::number);

	boolean hasAnswer() {
		return this.answer.length() > 0;
	}

	// Those that are stored and sent together: consecutive signals of an entry.
	static List<List<AnsweredSignal>> runs(List<AnsweredSignal> signals) {
		List<List<AnsweredSignal>> runs = new ArrayList<>();
		AnsweredSignal before = null;
		for (AnsweredSignal next : signals.stream().sorted(ORDER).toList()) {
			if (next.number == NO_NUMBER) {
				continue;
			}
			if (before == null || !next.follows(before)) {
				runs.add(new ArrayList<>());
			}
			runs.get(runs.size() - 1).add(next);
			before = next;
		}
		return runs;
	}

	private boolean follows(AnsweredSignal before) {
		return this.number == before.number + 1 && this.entry.equals(before.entry) && hasAnswer() && before.hasAnswer()
				&& Arrays.equals(this.address, before.address);
	}

}
