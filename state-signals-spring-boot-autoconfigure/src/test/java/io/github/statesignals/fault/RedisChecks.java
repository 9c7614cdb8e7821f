package io.github.statesignals.fault;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.ResultCode;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalResult.Answer;

import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Promises on every kind of Redis.
 */
final class RedisChecks {

	private static final Duration RECOVERY = Duration.ofSeconds(60);

	private static final Duration ANSWER = Duration.ofSeconds(2);

	private RedisChecks() {
	}

	/**
	 * Signals are answered by that number of responders, one after the other.
	 * @param exporter publishes them; it is initialized, and has its subscribers
	 * @param responders the number of responders
	 * @param signals the number of signals; their samples are 0, 1, 2, ...
	 * @return the samples that were published
	 */
	static List<Integer> publish(SignalExporter exporter, int responders, int signals) {
		List<Integer> samples = IntStream.range(0, signals).boxed().toList();
		for (int sample : samples) {
			SignalResult result = exporter.signal(Recorder.EVENT)
				.sampleNo(sample)
				.timeout(RedisProcess.PATIENCE)
				.publish();
			assertThat(result.missing()).as("missing at signal %s", sample).isEmpty();
			assertThat(result.responses()).as("answers to signal %s", sample).hasSize(responders);
			assertThat(result.responses().values()).allMatch(Answer::isSuccess);
		}
		return samples;
	}

	/**
	 * Signals that are in flight together are handled in the order of their publishing.
	 * @param context an application with a {@link Recorder}
	 */
	static void handledInOrder(ApplicationContext context) {
		SignalExporter exporter = initialized(context);
		List<Integer> samples = IntStream.range(0, 2_000).boxed().toList();
		List<CompletableFuture<SignalResult>> results = samples.stream()
			.map((sample) -> exporter.signal(Recorder.EVENT)
				.sampleNo(sample)
				.timeout(RedisProcess.PATIENCE)
				.publishAsync())
			.toList();
		assertThat(results).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
		assertThat(context.getBean(Recorder.class).samples()).isEqualTo(samples);
		assertThat(context.getBean(Recorder.class).missed()).isEmpty();
	}

	/**
	 * Initialize the exporter of an application.
	 * @param context an application with a {@link Recorder}
	 * @return its exporter, to which that has subscribed
	 */
	static SignalExporter initialized(ApplicationContext context) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, RedisProcess.PATIENCE, Recorder.EVENT)).isTrue();
		return exporter;
	}

	/**
	 * Publish until a responder answers a signal and none is missing, as is to be
	 * expected some time after Redis is running again.
	 * @param exporter publishes
	 */
	static void awaitAnswered(SignalExporter exporter) {
		await().atMost(RECOVERY).until(() -> isAnswered(exporter));
	}

	/**
	 * The same after the server was killed and started again.
	 * @param exporter publishes
	 * @param server its server
	 */
	static void awaitAnsweredAfterRestart(SignalExporter exporter, RedisProcess server) {
		server.kill();
		server.restart();
		awaitAnswered(exporter);
	}

	/**
	 * Unfold an exception.
	 * @param ex the exception
	 * @return the exception itself, its cause, the cause of that, and so on
	 */
	static List<Throwable> causes(Throwable ex) {
		return Stream.iterate(ex, Objects::nonNull, Throwable::getCause).toList();
	}

	private static boolean isAnswered(SignalExporter exporter) {
		try {
			SignalResult result = exporter.signal(Recorder.EVENT).timeout(ANSWER).publish();
			return result.code() == ResultCode.ALL_SUBS_SUCCESS && result.awaited() > 0;
		}
		catch (DataAccessException ex) {
			// Redis is not running again.
			return false;
		}
	}

}
