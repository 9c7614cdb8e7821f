package io.github.statesignals.benchmarks;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.lettuce.core.resource.ClientResources;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * Publishes with the starter.
 */
final class OursExporter implements ExporterArm {

	private final AtomicLong samples = new AtomicLong();

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
		return signal().publish().isSuccess();
	}

	@Override
	public CompletableFuture<Boolean> publishAsync() {
		return signal().publishAsync().thenApply(SignalResult::isSuccess);
	}

	@Override
	public CompletableFuture<Boolean> publishUnawaited() {
		return signal().until((awaited) -> 0).publishAsync().thenApply((result) -> true);
	}

	private SignalSpec signal() {
		return this.exporter.signal(EVENT).tag(TAG).sampleNo(this.samples.getAndIncrement()).metadata(METADATA);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

}
