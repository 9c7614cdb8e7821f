package io.github.statesignals.core.publish;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.statesignals.Response;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.publish.membership.IndexedIds;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the cost of awaiting the answers of a publish, from sending it to its result;
 * the cost must grow no faster than the number of answers. In the package of the measured
 * class, which is package-private.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ResponseTallyBenchmark {

	@Param({ "1", "10", "100", "1000" })
	private int responders;

	private IndexedIds awaited = IndexedIds.of(List.of());

	private List<Response> responses = List.of();

	@Setup
	public void subscribe() {
		List<String> ids = IntStream.range(0, this.responders)
			.mapToObj((i) -> "responder-%d-0f6c2d0e-6b1c-4c8e-9a53-3f6f3c7d4a11-resp".formatted(i))
			.toList();
		this.awaited = IndexedIds.of(ids);
		this.responses = ids.stream()
			.map((id) -> new Response(id, "conductor-5d0bb1de-9f0e-43cf-8d2c-0f2b0a4f2c55", "start", 1, null))
			.toList();
	}

	@Benchmark
	public SignalResult answeredByAll() {
		ResponseTally pending = new ResponseTally(this.awaited, null, 0, false);
		pending.confirm(null);
		long now = 0;
		for (Response response : this.responses) {
			pending.respond(response, true, now++);
			if (pending.isComplete()) {
				break;
			}
		}
		return pending.result(now, false);
	}

}
