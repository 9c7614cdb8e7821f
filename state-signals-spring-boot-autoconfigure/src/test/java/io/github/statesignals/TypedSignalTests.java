package io.github.statesignals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Juju's signals, in Spring's idiom: typed, between two applications that both emit and
 * observe, and remote only.
 */
class TypedSignalTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void eachApplicationObservesTheSignalsOfTheOtherAndNotItsOwn() throws InterruptedException {
		ConfigurableApplicationContext left = this.applications.start(Charm.class, "responder.receive-own=false",
				"responder.name=left");
		ConfigurableApplicationContext right = this.applications.start(Charm.class, "responder.receive-own=false",
				"responder.name=right");
		SignalExporter fromLeft = left.getBean(SignalExporter.class);
		SignalExporter fromRight = right.getBean(SignalExporter.class);
		assertThat(fromLeft.initializeAndWait(1, TIMEOUT, "ready", "bork")).isTrue();
		assertThat(fromRight.initializeAndWait(1, TIMEOUT, "ready", "bork")).isTrue();
		assertThat(fromLeft.emit(new Ready()).responses()).hasSize(1).allSatisfy((id, answer) -> {
			assertThat(id).startsWith("right-");
			assertThat(answer.message()).isEqualTo("good to know");
		});
		assertThat(fromRight.emit(new Bork("disk full")).isSuccess()).isTrue();
		assertThat(left.getBean(Charm.class).observed.poll(20, TimeUnit.SECONDS)).isEqualTo(new Bork("disk full"));
		assertThat(right.getBean(Charm.class).observed.poll(20, TimeUnit.SECONDS)).isInstanceOf(Ready.class);
		assertThat(left.getBean(Charm.class).observed).isEmpty();
		assertThat(right.getBean(Charm.class).observed).isEmpty();
	}

	@Test
	void richTypesCrossWithTheApplicationsJsonSettings() throws InterruptedException {
		String[] settings = { "spring.jackson.property-naming-strategy=SNAKE_CASE" };
		ConfigurableApplicationContext observer = this.applications.start(Observer.class, settings);
		SignalExporter exporter = this.applications.start(Object.class, settings).getBean(SignalExporter.class);
		exporter.initializeAndWait(1, TIMEOUT, "phase-changed", "custom");
		PhaseChanged changed = new PhaseChanged(Phase.DRAIN, Instant.parse("2026-11-22T10:15:30Z"),
				Duration.ofMinutes(3), Map.of("eu", List.of(new Node("n1", 3), new Node("n2", null))));
		assertThat(exporter.emit(changed).messages()).isEmpty();
		assertThat(observer.getBean(Observer.class).observed.poll(20, TimeUnit.SECONDS)).isEqualTo(changed);
		assertThat(observer.getBean(Observer.class).raw.poll(20, TimeUnit.SECONDS)).containsKey("grace_period");
		assertThat(exporter.emitAsync(new Custom("x")).join().isSuccess()).isTrue();
		assertThat(observer.getBean(Observer.class).observed.poll(20, TimeUnit.SECONDS))
			.isInstanceOfSatisfying(Custom.class, (custom) -> assertThat(custom.getName()).isEqualTo("x"));
	}

	@Test
	void wrappersThatTheMapperWritesAroundObjectsAreNoMetadata() throws InterruptedException {
		ConfigurableApplicationContext observer = this.applications.start(Observer.class);
		PhaseChanged changed = new PhaseChanged(Phase.DRAIN, Instant.EPOCH, Duration.ofMinutes(3),
				Map.of("eu", List.of(new Node("n1", 3))));
		for (Class<?> configuration : List.of(RootNames.class, ClassNames.class)) {
			SignalExporter exporter = this.applications.start(configuration).getBean(SignalExporter.class);
			exporter.initializeAndWait(1, TIMEOUT, "phase-changed");
			assertThat(exporter.emit(changed).messages()).isEmpty();
			assertThat(observer.getBean(Observer.class).observed.poll(20, TimeUnit.SECONDS)).isEqualTo(changed);
		}
	}

	@Test
	void aClassIsMadeByItsConstructor() throws InterruptedException {
		ConfigurableApplicationContext observer = this.applications.start(Observer.class);
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		exporter.initializeAndWait(1, TIMEOUT, "rack-moved");
		assertThat(exporter.emit(new RackMoved("r1", 7)).isSuccess()).isTrue();
		assertThat(observer.getBean(Observer.class).observed.poll(20, TimeUnit.SECONDS))
			.isInstanceOfSatisfying(RackMoved.class, (moved) -> {
				assertThat(moved.getRack()).isEqualTo("r1");
				assertThat(moved.getUnits()).isEqualTo(7);
			});
	}

	@Test
	void metadataThatDoesNotConvertIsRefusedNamingTheField() {
		ConfigurableApplicationContext observer = this.applications.start(Observer.class);
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		exporter.initializeAndWait(1, TIMEOUT, "phase-changed");
		SignalResult result = exporter.signal("phase-changed").metadata("phase", "NO-SUCH-SECRET").publish();
		assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(result.messages().values()).singleElement()
			.asString()
			.contains("'phase'")
			.contains("Phase")
			.doesNotContain("SECRET");
		assertThat(observer.getBean(Observer.class).observed).isEmpty();
	}

	@Test
	void objectThatComputesAValueCanNotBePublished() {
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		Runnable task = () -> {
		};
		for (Object computing : List.of(Mono.just(1), new CompletableFuture<>(), new FutureTask<>(task, 1),
				Thread.currentThread(), task)) {
			for (Object value : List.of(computing, List.of(computing), new Nested(1, List.of(computing)))) {
				assertThatIllegalArgumentException().isThrownBy(() -> exporter.signal("bork").metadata("total", value))
					.withMessageStartingWith("'total")
					.withMessageContaining("can't be written as JSON: " + computing.getClass().getName()
							+ " is no value: send its result");
			}
		}
		exporter.signal("bork").metadata("total", (Named) () -> "x");
	}

	interface Named {

		String getName();

	}

	@Test
	void valueThatIsNoObjectCanNotBeEmitted() {
		SignalExporter exporter = this.applications.start(Object.class).getBean(SignalExporter.class);
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.emit(Phase.START))
			.withMessageContaining("object in JSON");
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.emit("bork"))
			.withMessageContaining("java.lang.String")
			.withMessageContaining("signal(event)");
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.emit(new Hidden("x")))
			.withMessageContaining(Hidden.class.getName())
			.withMessageContaining("none of them is a property");
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.emit(new HiddenAndAnnotated("x")))
			.withMessageContaining(HiddenAndAnnotated.class.getName())
			.withMessageContaining("none of them is a property");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> exporter.signal("bork").metadata("reason", List.of(new Hidden("x"))))
			.withMessageContaining(Hidden.class.getName())
			.withMessageContaining("none of them is a property");
		for (Object hidden : List.of(new Hidden("x"), new HiddenAndAnnotated("x"))) {
			assertThatIllegalArgumentException().isThrownBy(() -> exporter.emit(new Nested(1, List.of(hidden))))
				.withMessageContaining(hidden.getClass().getName())
				.withMessageContaining("none of them is a property");
		}
		exporter.signal("bork").metadata("reason", new Extensible());
		exporter.initialize("ready", "nested");
		assertThat(exporter.emit(new Nested(1, List.of(new Ready(), Map.of()))).awaited()).isZero();
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.emit(new Bork("x")))
			.withMessageContaining("'bork' is not a legal event");
	}

	static class Hidden {

		private final String reason;

		Hidden(String reason) {
			this.reason = reason;
		}

		String reason() {
			return this.reason;
		}

	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	static class HiddenAndAnnotated {

		final String reason;

		HiddenAndAnnotated(String reason) {
			this.reason = reason;
		}

	}

	record Ready() {
	}

	static class Extensible {

		private final Map<String, Object> properties = Map.of("name", "x", "empty", Map.of());

		@JsonAnyGetter
		Map<String, Object> all() {
			return this.properties;
		}

	}

	record Nested(int count, List<Object> parts) {
	}

	record Bork(String reason) {
	}

	static class Charm {

		private final BlockingQueue<Object> observed = new LinkedBlockingQueue<>();

		@OnSignal
		Acknowledgement onRemoteReady(Ready ready) {
			this.observed.add(ready);
			return Acknowledgement.success("good to know");
		}

		@OnSignal
		void onRemoteBork(Bork bork) {
			this.observed.add(bork);
		}

	}

	enum Phase {

		START, DRAIN

	}

	record Node(String name, Integer weight) {
	}

	record PhaseChanged(Phase phase, Instant since, Duration gracePeriod, Map<String, List<Node>> nodes) {
	}

	@SignalEvent("custom")
	static class Custom {

		private String name = "";

		Custom() {
		}

		Custom(String name) {
			this.name = name;
		}

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	/**
	 * As a Kotlin class is to Java: one constructor, and nothing to set.
	 */
	static final class RackMoved {

		private final String rack;

		private final int units;

		public RackMoved(String rack, int units) {
			this.rack = rack;
			this.units = units;
		}

		public String getRack() {
			return this.rack;
		}

		public int getUnits() {
			return this.units;
		}

	}

	static class Observer {

		private final BlockingQueue<Object> observed = new LinkedBlockingQueue<>();

		private final BlockingQueue<Map<String, Object>> raw = new LinkedBlockingQueue<>();

		@OnSignal
		void on(PhaseChanged changed, Signal signal) {
			this.observed.add(changed);
			this.raw.add(signal.metadata());
		}

		@OnSignal
		void on(RackMoved moved) {
			this.observed.add(moved);
		}

		@OnSignal
		void on(Custom custom) {
			this.observed.add(custom);
		}

	}

	static class RootNames {

		@Bean
		JsonMapper mapper() {
			return JsonMapper.builder().enable(SerializationFeature.WRAP_ROOT_VALUE).build();
		}

	}

	static class ClassNames {

		@Bean
		JsonMapper mapper() {
			return JsonMapper.builder()
				.activateDefaultTyping(BasicPolymorphicTypeValidator.builder().allowIfBaseType(Object.class).build(),
						DefaultTyping.NON_FINAL)
				.build();
		}

	}

}
