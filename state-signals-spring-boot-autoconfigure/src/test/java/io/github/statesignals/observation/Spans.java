package io.github.statesignals.observation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.tracing.exporter.FinishedSpan;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The spans that the tracer of an application has finished. With the system property
 * {@value #PRINT} each is printed, too.
 */
public final class Spans {

	public static final String PRINT = "spans.print";

	private final List<FinishedSpan> finished = new CopyOnWriteArrayList<>();

	void add(FinishedSpan span) {
		this.finished.add(span);
		if (Boolean.getBoolean(PRINT)) {
			System.out.println(line(span.getName(), span.getTraceId(), span.getParentId()));
		}
	}

	public static String line(String name, String traceId, String parentId) {
		return "span '%s' of trace %s with parent %s".formatted(name, traceId, parentId);
	}

	List<FinishedSpan> all() {
		return this.finished;
	}

	List<FinishedSpan> named(String name) {
		return this.finished.stream().filter((span) -> name.equals(span.getName())).toList();
	}

	/**
	 * Waits for a single span of a name.
	 * @param name the name
	 * @return the span
	 */
	public FinishedSpan await(String name) {
		return await(name, 1).get(0);
	}

	List<FinishedSpan> await(String name, int count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(
					() -> assertThat(named(name)).as("spans of %s named '%s'", this.finished, name).hasSize(count));
		return named(name);
	}

}
