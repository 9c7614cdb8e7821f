package io.github.statesignals.wire;

import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.transport.SignalExtension;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures writing and reading the JSON of the protocol.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SignalCodecBenchmark {

	private final SignalCodec codec = new SignalCodec(1024 * 1024);

	private final Signal signal = new Signal("conductor-0f6c2d0e-6b1c-4c8e-9a53-3f6f3c7d4a11", "conductor",
			"benchmark-start", "host-1", 7, "run-7", Map.of("uuid", "5b1f", "clients", 64));

	private final Signal plain = new Signal(this.signal.publisherId(), "conductor", "benchmark-start", "host-1", 7,
			"run-7", Map.of());

	private final SignalExtension extension = new SignalExtension("4711", 4711, 123_456, 20_000,
			"event-signal-reply:{event-signal-pubsub}:5d0bb1de-9f0e-43cf-8d2c-0f2b0a4f2c55");

	private final Response response = new Response("cpu-5d0bb1de-9f0e-43cf-8d2c-0f2b0a4f2c55-resp",
			this.signal.publisherId(), "benchmark-start", 1, "sampling");

	private final byte[] signalJson = this.codec.write(this.signal, null);

	private final byte[] plainJson = this.codec.write(this.plain, this.extension);

	private final byte[] responseJson = this.codec.write(this.response, null);

	@Benchmark
	public byte[] writeSignal() {
		return this.codec.write(this.signal, null);
	}

	@Benchmark
	public ReceivedMessage readSignal() {
		return this.codec.readSignal(this.signalJson);
	}

	@Benchmark
	public byte[] writeSignalWithoutMetadata() {
		return this.codec.write(this.plain, this.extension);
	}

	@Benchmark
	public ReceivedMessage readSignalWithoutMetadata() {
		return this.codec.readSignal(this.plainJson);
	}

	@Benchmark
	public byte[] writeResponse() {
		return this.codec.write(this.response, null);
	}

	@Benchmark
	public ReceivedMessage readResponse() {
		return this.codec.readResponse(this.responseJson);
	}

}
