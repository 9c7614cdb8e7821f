package io.github.statesignals.core.publish;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import io.github.statesignals.Signal;
import io.github.statesignals.SignalResult;

/**
 * Creates publications for tests.
 */
final class Publications {

	private static final int TEXT = 1_000;

	private Publications() {
	}

	/**
	 * Creates a publication that is counted with a size in memory, and takes little.
	 * @param event its event
	 * @param bytes the least size
	 * @return the publication
	 */
	static Publication ofSize(String event, long bytes) {
		Map<String, Object> metadata = Map.of("texts",
				Collections.nCopies((int) (bytes / (2 * TEXT)), "x".repeat(TEXT)));
		return new Publication(new Signal("p", "test", event, "host", 1, "tag", metadata),
				new PublishOptions(Duration.ofSeconds(20), null, Set.of(), null, Runnable::run, Map.of()),
				new NoOwner());
	}

	private static final class NoOwner implements Publication.Owner {

		@Override
		public void onSent(Publication publication, Object sent, Throwable ex) {
		}

		@Override
		public void onTimeout(Publication publication) {
		}

		@Override
		public CompletableFuture<?> recall(Publication publication) {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public void onCancelled(Publication publication) {
		}

		@Override
		public void onConcluded(Publication publication, SignalResult result) {
		}

		@Override
		public void onHandedOut(Publication publication, SignalResult result, Throwable failure) {
		}

		@Override
		public void complete(Executor executor, Runnable completion) {
			executor.execute(completion);
		}

	}

}
