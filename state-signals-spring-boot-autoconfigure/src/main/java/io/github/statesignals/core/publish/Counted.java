package io.github.statesignals.core.publish;

import io.github.statesignals.SignalResult;
import io.github.statesignals.core.publish.ResponseTally.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * A response that was counted, or not. With the publication in flight that it is for, if
 * it completes that or does not count, and the result if it completes it.
 */
record Counted(@Nullable Publication publication, Verdict verdict, @Nullable SignalResult result) {

	static final Counted NONE = new Counted(null, Verdict.NOT_AWAITED, null);

	// It is to a publication that ended without it.
	static final Counted UNAWAITED = new Counted(null, Verdict.UNAWAITED, null);

	static final Counted INCOMPLETE = new Counted(null, Verdict.COUNTED, null);

}
