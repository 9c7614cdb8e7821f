package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * Publishes with the starter.
 */
final class OursExporter implements ExporterArm {

	private final SignalExporter exporter;

	OursExporter(Arguments arguments) {
		this(arguments, null);
	}

	OursExporter(Arguments arguments, @Nullable ClientResources resources) {
		this.exporter = SpringArm.start(Application.class, arguments, resources).getBean(SignalExporter.class);
	}

	@Override
	public boolean await(int subscribers, Duration timeout) {
		return this.exporter.initialization(EVENT).tag(TAG).initializeAndWait(subscribers, timeout);
	}

	@Override
	public boolean publish() {
		return this.exporter.signal(EVENT).tag(TAG).publish().isSuccess();
	}

	@Override
	public CompletableFuture<Boolean> publishAsync() {
		return this.exporter.signal(EVENT).tag(TAG).publishAsync().thenApply(SignalResult::isSuccess);
	}

	@Override
	public CompletableFuture<Boolean> publishUnawaited() {
		return this.exporter.signal(EVENT).tag(TAG).until((awaited) -> 0).publishAsync().thenApply((result) -> true);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
