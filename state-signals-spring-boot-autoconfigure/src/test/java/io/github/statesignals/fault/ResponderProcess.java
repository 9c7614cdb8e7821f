package io.github.statesignals.fault;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * An application in a separate process that answers signals, to be killed: each handler
 * takes some time, and the first one of event {@code hang} never ends.
 */
final class ResponderProcess implements AutoCloseable {

	private final JavaProcess process;

	private ResponderProcess(JavaProcess process) {
		this.process = process;
	}

	/**
	 * Start the process.
	 * @param server the properties that connect it to its Redis
	 * @param properties its further properties, with their prefix
	 * @return the process, which may not have subscribed yet
	 */
	static ResponderProcess start(List<String> server, String... properties) {
		List<String> arguments = Stream.concat(server.stream(), Stream.of(properties))
			.map((property) -> "--" + property)
			.toList();
		return new ResponderProcess(
				JavaProcess.start(ResponderProcess.class, List.of("-XX:TieredStopAtLevel=1"), arguments, null));
	}

	/**
	 * End it without a chance to send anything.
	 */
	void kill() {
		this.process.kill();
	}

	/**
	 * End it as an operator does, so that it can send bye.
	 */
	void terminate() {
		this.process.terminate();
	}

	void freeze() {
		this.process.freeze();
	}

	void thaw() {
		this.process.thaw();
	}

	@Override
	public void close() {
		kill();
	}

	public static void main(String[] args) {
		new SpringApplicationBuilder(Answering.class).web(WebApplicationType.NONE)
			.properties("spring.main.keep-alive=true")
			.run(args);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Answering {

		private final StringRedisTemplate redis;

		private final String handled;

		Answering(StringRedisTemplate redis, @Value("${handled:handled}") String handled) {
			this.redis = redis;
			this.handled = handled;
		}

		@OnSignal(event = "counted")
		void count(Signal signal) throws InterruptedException {
			this.redis.opsForList().rightPush(this.handled, String.valueOf(signal.sampleNo()));
			TimeUnit.MILLISECONDS.sleep(20);
		}

		@OnSignal(event = Recorder.EVENT)
		void answer(Signal signal) {
		}

		@OnSignal(event = "hang")
		void hang(Signal signal) throws InterruptedException {
			TimeUnit.MINUTES.sleep(10);
		}

	}

}
