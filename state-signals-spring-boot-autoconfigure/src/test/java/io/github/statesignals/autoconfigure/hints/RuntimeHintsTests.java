package io.github.statesignals.autoconfigure.hints;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalGateway;
import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsProperties;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.event.EventListener;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hints for a native image of an application with handlers and gateways.
 */
class RuntimeHintsTests {

	private static RuntimeHints hints;

	@BeforeAll
	static void processAheadOfTime() {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(Application.class);
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(Application.class)), new InMemoryGeneratedFiles());
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		hints = generation.getRuntimeHints();
	}

	@Test
	void handlersOfAnyVisibilityCanBeCalled() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Handlers.class, "handle")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Handlers.class, "inherited")).accepts(hints);
	}

	@Test
	void payloadsOfHandlersAreBound() {
		for (Class<?> bound : List.of(Bork.class, Pressure.class, Shape.class, Square.class, Part.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onType(bound)).as(bound.getName()).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Bork.class, "reason")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(constructor(Bork.class))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(constructor(Square.class)))
			.accepts(hints);
	}

	@Test
	void typedSignalsThatAreOnlyEmittedAreBound() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Emitted.class, "count")).accepts(hints);
	}

	@Test
	void bridgedEventsAreBound() {
		assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(constructor(Bridged.class)))
			.accepts(hints);
	}

	@Test
	void gatewaysAreProxiesWhoseMethodsCanBeFound() {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Alarms.class)).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Alarms.class, "alarm")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Pressure.class, "bar")).accepts(hints);
	}

	@Test
	void annotationsCanBeRead() {
		for (Class<?> annotation : List.of(OnSignal.class, SignalEvent.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(annotation, "event")).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(SignalGateway.class, "timeout"))
			.accepts(hints);
	}

	@Test
	void conditionsCanReadTheSignal() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Signal.class, "sampleNo")).accepts(hints);
	}

	@Test
	void propertiesAreBound() {
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(StateSignalsProperties.Exporter.class, "setMaxPending")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onConstructorInvocation(constructor(StateSignalsProperties.Channel.class))).accepts(hints);
	}

	@Test
	void driverIsFound() {
		assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of("io.lettuce.core.RedisClient")))
			.accepts(hints);
	}

	@Test
	void everyScriptIsInTheImage() throws IOException {
		Path resources = Path.of("src/main/resources");
		try (Stream<Path> scripts = Files.walk(resources)) {
			assertThat(scripts.filter((file) -> file.toString().endsWith(".lua")).toList()).hasSizeGreaterThan(15)
				.allSatisfy((script) -> assertThat(
						RuntimeHintsPredicates.resource().forResource(resources.relativize(script).toString()))
					.accepts(hints));
		}
	}

	private static Constructor<?> constructor(Class<?> type) {
		return type.getDeclaredConstructors()[0];
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class,
			StateSignalsAutoConfiguration.class })
	@Import(Handlers.class)
	static class Application {

	}

	static class Generic<T> {

		@OnSignal(event = "inherited")
		void inherited(T payload) {
		}

	}

	static class Handlers extends Generic<Part> {

		@OnSignal
		private void handle(Bork bork) {
		}

		@OnSignal
		void draw(Shape shape) {
		}

		@EventListener
		void on(Bridged event) {
		}

	}

	record Bork(String reason) {
	}

	record Part(int number) {
	}

	sealed interface Shape permits Square {

	}

	record Square(int side) implements Shape {
	}

	record Pressure(double bar) {
	}

	@SignalEvent
	record Emitted(int count) {
	}

	@SignalEvent(bridge = true)
	record Bridged(int count) {
	}

	@SignalGateway
	interface Alarms {

		ResultCode alarm(Pressure pressure);

	}

}
