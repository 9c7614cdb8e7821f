package io.github.statesignals;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.AnnotatedBeanDefinitionReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.web.bind.annotation.RequestParam;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link OnSignal} methods of all sorts of beans, in applications with the starter and a
 * transport without Redis.
 */
class OnSignalTests extends AbstractHandlerTests {

	// Arguments

	@Test
	void takesArgumentsOfAllSorts() {
		this.runner.withBean(Takes.class).run((context) -> argumentsOfAllSorts().forEach((expected) -> {
			Response response = this.publisher.ask(expected.event(), expected.metadata());
			assertThat(response.message()).as(expected.toString()).isEqualTo(expected.message());
			assertThat(response.ras()).as(expected.toString()).isEqualTo(expected.ras());
		}));
	}

	private static List<Expected> argumentsOfAllSorts() {
		Map<String, Object> run = Map.of("name", "fio", "samples", 3);
		List<Expected> cases = new ArrayList<>();
		cases.add(taken("nothing", run, "nothing"));
		cases.add(taken("signal", run, "run-7 fio"));
		cases.add(taken("map", run, "fio"));
		cases.add(taken("wildcardMap", run, "fio"));
		cases.add(taken("rawMap", run, "fio"));
		cases.add(taken("ints", Map.of("a", 1, "b", 2L), "3"));
		cases.add(taken("record", run, "Run[name=fio, samples=3]"));
		cases.add(taken("record", Map.of("name", "fio", "samples", 3, "unknown", true), "Run[name=fio, samples=3]"));
		cases.add(taken("bean", run, "fio"));
		cases.add(taken("all", run, "run-7 Run[name=fio, samples=3] fio 3"));
		cases.add(taken("text", Map.of("value", "fio"), "fio"));
		cases.add(taken("text", Map.of("value", 3), "3"));
		cases.add(taken("text", Map.of(), "null"));
		cases.add(taken("primitive", Map.of("value", 3), "3"));
		cases.add(taken("primitive", Map.of("value", "3"), "3"));
		cases.add(taken("wrapper", Map.of("value", Long.MAX_VALUE), String.valueOf(Long.MAX_VALUE)));
		cases.add(taken("wrapper", Map.of(), "null"));
		cases.add(taken("flag", Map.of("value", true), "true"));
		cases.add(taken("fraction", Map.of("value", 1), "1.0"));
		cases.add(taken("decimal", Map.of("value", 1.5), "1.5"));
		cases.add(taken("letter", Map.of("value", "c"), "c"));
		cases.add(taken("enumeration", Map.of("value", "SMALL"), "SMALL"));
		cases.add(taken("uuid", Map.of("value", "5b1c5a9e-6f0c-4bf9-8f3c-9b3d0f4b2f6f"),
				"5b1c5a9e-6f0c-4bf9-8f3c-9b3d0f4b2f6f"));
		cases.add(taken("uri", Map.of("value", "redis://localhost"), "redis://localhost"));
		cases.add(taken("instant", Map.of("value", "2026-11-22T10:15:30Z"), "2026-11-22T10:15:30Z"));
		cases.add(taken("date", Map.of("value", "2026-11-22"), "2026-11-22"));
		cases.add(taken("duration", Map.of("value", "PT1.5S"), "PT1.5S"));
		cases.add(taken("any", Map.of("value", List.of(1, "b")), "[1, b]"));
		cases.add(taken("any", Map.of(), "null"));
		cases.add(taken("array", Map.of("value", List.of(1, 2)), "[1, 2]"));
		cases.add(taken("bytes", Map.of("value", "AQID"), "[1, 2, 3]"));
		cases.add(taken("list", Map.of("value", List.of("b", "a")), "[b, a]"));
		cases.add(taken("set", Map.of("value", List.of(1, 1)), "[1]"));
		cases.add(taken("optional", Map.of("value", "fio"), "Optional[fio]"));
		cases.add(taken("optional", Map.of(), "Optional.empty"));
		cases.add(taken("optional", Collections.singletonMap("value", null), "Optional.empty"));
		cases.add(taken("optionalList", Map.of("value", List.of("1", 2)), "3"));
		cases.add(taken("nested", Map.of("value", List.of(Map.of("runs", List.of(run)))), "fio"));
		cases.add(taken("records", Map.of("value", List.of(run, run)), "6"));
		cases.add(refused("primitive", Map.of(), "metadata entry 'value' is missing or null"));
		cases.add(refused("primitive", Collections.singletonMap("value", null),
				"metadata entry 'value' is missing or null"));
		cases.add(refused("primitive", Map.of("value", "secret"),
				"metadata entry 'value' is missing or not a valid int"));
		cases.add(refused("enumeration", Map.of("value", "secret"),
				"metadata entry 'value' is missing or not a valid Size"));
		cases.add(refused("list", Map.of("value", Map.of()),
				"metadata entry 'value' is missing or not a valid ArrayList"));
		cases.add(refused("records", Map.of("value", List.of(run, Map.of("samples", "secret"))),
				"metadata entry 'value.1.samples' is missing or not a valid int"));
		cases.add(refused("record", Map.of("name", "fio", "samples", List.of("secret")),
				"metadata entry 'samples' is missing or not a valid int"));
		cases.add(refused("ints", Map.of("a", "secret"), "metadata entry 'a' is missing or not a valid Integer"));
		return cases;
	}

	private static Expected taken(String event, Map<String, Object> metadata, String message) {
		return new Expected(event, metadata, 1, message);
	}

	private static Expected refused(String event, Map<String, Object> metadata, String message) {
		return new Expected(event, metadata, 0, message);
	}

	private record Expected(String event, Map<String, Object> metadata, int ras, String message) {
	}

	// Results

	@Test
	void returnsResultsOfAllSorts() {
		this.runner.withBean(Returns.class).run((context) -> resultsOfAllSorts().forEach((expected) -> {
			Response response = this.publisher.ask(expected.event());
			assertThat(response.ras()).as(expected.toString()).isEqualTo(expected.ras());
			assertThat(response.message()).as(expected.toString()).isEqualTo(expected.message());
		}));
	}

	private static List<Expected> resultsOfAllSorts() {
		return List.of(returned("void", 1, null), returned("true", 1, null), returned("false", 0, null),
				returned("Boolean", 0, null), returned("null Boolean", 1, null), returned("success", 1, "done"),
				returned("seven", 7, "seven"), returned("null acknowledgement", 1, null),
				returned("Future<Void>", 1, null), returned("Future<Boolean>", 0, null),
				returned("Future<Acknowledgement>", 1, "done"), returned("Future of null", 1, null),
				returned("null Future", 1, null), returned("failed Future", 0, "out of disk"),
				returned("Stage<Boolean>", 0, null), returned("Future<?>", 1, "done"),
				returned("wrong Future<?>", 0,
						"The handler completed with a java.lang.String: complete with an Acknowledgement, a Boolean or null"),
				returned("Mono<Void>", 1, null), returned("Mono<Boolean>", 0, null),
				returned("Mono<Acknowledgement>", 1, "done"), returned("empty Mono", 1, null),
				returned("null Mono", 1, null), returned("failed Mono", 0, "out of disk"),
				returned("Mono<?>", 0, "full"), returned("Exception", 0, "out of disk"),
				returned("Error", 0, "out of memory"), returned("Throwable", 0, "out of reach"),
				returned("unreadable", 0, "UnreadableException"));
	}

	private static Expected returned(String event, int ras, String message) {
		return new Expected(event, Map.of(), ras, message);
	}

	@Test
	void answersAFutureWhenItIsComplete() {
		this.runner.withBean(Waiting.class).run((context) -> {
			Waiting waiting = context.getBean(Waiting.class);
			this.publisher.publish("start");
			this.publisher.publish("next");
			assertThat(waiting.called.await(10, TimeUnit.SECONDS)).isTrue();
			this.publisher.publishAs("other", "next");
			assertThat(this.publisher.receive().publisherId()).isEqualTo("other");
			waiting.future.complete(Acknowledgement.success("at last"));
			assertThat(this.publisher.receive().message()).isEqualTo("at last");
			assertThat(this.publisher.receive().event()).isEqualTo("next");
		});
	}

	@Test
	void handlesOnTheStartersExecutor() {
		this.runner.withBean(OnThread.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).startsWith("state-signals-"));
		this.runner.withBean(OnThread.class)
			.withBean("stateSignalsTaskExecutor", SimpleAsyncTaskExecutor.class,
					() -> new SimpleAsyncTaskExecutor("mine-"))
			.run((context) -> assertThat(this.publisher.ask("start").message()).startsWith("mine-"));
	}

	// Events and filters

	@Test
	void handlesSeveralEventsAndAnyEvent() {
		this.runner.withBean(Several.class).run((context) -> {
			assertThat(this.publisher.ask("start").message().split("; ")).containsExactlyInAnyOrder("several start",
					"any start");
			assertThat(this.publisher.ask("end").message().split("; ")).containsExactlyInAnyOrder("several end",
					"any end");
			assertThat(this.publisher.ask("else").message()).isEqualTo("any else");
			assertThat(this.publisher.ask(Signal.INITIALIZATION).message()).isNull();
		});
	}

	@Test
	void actsOnlyOnSignalsThatPassItsFilters() {
		this.runner.withBean(Filtering.class).run((context) -> {
			assertThat(this.publisher.ask("tag", "run-7", "conductor").ras()).isOne();
			assertThat(this.publisher.ask("tag", "run-8", "conductor").ras()).isZero();
			assertThat(this.publisher.ask("process", "any", "conductor").ras()).isOne();
			assertThat(this.publisher.ask("process", "any", "other").ras()).isZero();
			assertThat(this.publisher.ask("publisher", "any", "any").ras()).isOne();
			assertThat(this.publisher.ask("other", "any", "any").ras()).isZero();
			assertThat(this.publisher.ask("all", "run-7", "conductor").ras()).isOne();
			assertThat(this.publisher.ask("all", "run-7", "other").ras()).isZero();
		});
	}

	@Test
	void resolvesPlaceholdersInEveryAttribute() {
		this.runner.withBean(Placeholders.class)
			.withPropertyValues("my.event=start", "my.tag=run-7", "my.process=conductor", "my.responder=cpu")
			.run((context) -> {
				Response response = this.publisher.ask("start", "run-7", "conductor");
				assertThat(response.message()).isEqualTo("done");
				assertThat(response.responderId()).startsWith("cpu-");
				assertThat(this.publisher.ask("start", "run-8", "conductor").ras()).isZero();
				assertThat(this.publisher.ask("start", "run-7", "other").ras()).isZero();
				assertThat(this.publisher.ask("fallback", "run-7", "conductor").message()).isEqualTo("done");
			});
	}

	@Test
	void namedResponderHasItsOwnIdAndAnswers() {
		this.runner.withBean(Collectors.class).run((context) -> {
			this.publisher.publish(Signal.INITIALIZATION);
			List<Response> subscribed = List.of(this.publisher.receive(), this.publisher.receive(),
					this.publisher.receive());
			assertThat(subscribed).extracting((response) -> response.responderId().split("-")[0])
				.containsExactlyInAnyOrder("app", "cpu", "memory");
			this.publisher.publish("start");
			List<Response> answers = List.of(this.publisher.receive(), this.publisher.receive(),
					this.publisher.receive());
			assertThat(answers)
				// In which order a class has its methods is the JDK's affair.
				.extracting((response) -> response.responderId().split("-")[0] + " "
						+ String.join("; ", new TreeSet<>(List.of(response.message().split("; ")))))
				.containsExactlyInAnyOrder("app own; own by name", "cpu cpu",
						"memory 'memory' has no handler for 'start'");
			assertThat(answers).extracting(Response::responderId)
				.containsExactlyInAnyOrderElementsOf(subscribed.stream().map(Response::responderId).toList());
			SignalResponder own = context.getBean(SignalResponder.class);
			assertThat(subscribed).extracting(Response::responderId).contains(own.getResponderId());
		});
	}

	// Beans

	@Test
	void callsThroughAProxyThatIsASubclass() {
		AtomicInteger calls = new AtomicInteger();
		proxied(PackagePrivate.class, true, calls).run((context) -> {
			assertThat(AopUtils.isCglibProxy(context.getBean("handler"))).isTrue();
			assertThat(this.publisher.ask("start", Map.of("name", "fio", "samples", 3)).message())
				.isEqualTo("package-private fio");
			assertThat(calls).hasValue(1);
		});
	}

	@Test
	void callsThroughAProxyThatHasTheMethodInAnInterface() {
		AtomicInteger calls = new AtomicInteger();
		proxied(Implementing.class, false, calls).run((context) -> {
			assertThat(AopUtils.isJdkDynamicProxy(context.getBean("handler"))).isTrue();
			assertThat(this.publisher.ask("start", Map.of("name", "fio")).message()).isEqualTo("implementing fio");
			assertThat(calls).hasValue(1);
		});
	}

	@Test
	void callsThroughAProxyOfALazyBean() {
		for (boolean proxyTargetClass : new boolean[] { true, false }) {
			AtomicInteger calls = new AtomicInteger();
			proxied(LazyImplementing.class, proxyTargetClass, calls).run((context) -> {
				assertThat(this.publisher.ask("start", Map.of("name", "fio")).message()).isEqualTo("implementing fio");
				assertThat(this.publisher.ask("start", Map.of("name", "fio")).message()).isEqualTo("implementing fio");
				assertThat(calls).hasValue(2);
			});
		}
	}

	@Test
	void callsThroughAProxyOfAPrototype() {
		for (boolean proxyTargetClass : new boolean[] { true, false }) {
			AtomicInteger calls = new AtomicInteger();
			proxied(PrototypeImplementing.class, proxyTargetClass, calls).run((context) -> {
				assertThat(this.publisher.ask("start", Map.of("name", "fio")).message()).isEqualTo("implementing fio");
				assertThat(calls).hasValue(1);
			});
		}
	}

	@Test
	void proxyThatLacksTheMethodFailsTheStart() {
		proxied(NotImplementing.class, false, new AtomicInteger()).run((context) -> assertInvalid(context,
				"NotImplementing.start(", "can't be called through the proxy", "spring.aop.proxy-target-class=true"));
	}

	@Test
	void proxyOfAPrivateMethodFailsTheStart() {
		proxied(Private.class, true, new AtomicInteger()).run((context) -> assertInvalid(context, "Private.start(",
				"can't be called through the proxy", "not be private"));
	}

	@Test
	void callsMethodsOfAnyVisibility() {
		this.runner.withBean(Private.class)
			.withBean(PackagePrivate.class)
			.withUserConfiguration(Factory.class)
			.run((context) -> assertThat(
					this.publisher.ask("start", Map.of("name", "fio", "samples", 3)).message().split("; "))
				.containsExactlyInAnyOrder("private fio", "package-private fio", "configuration fio", "static fio",
						"factory method's fio"));
	}

	@Test
	void createsALazyBeanWhenItsFirstSignalComes() {
		Counting.created.set(0);
		this.runner.withUserConfiguration(LazyBean.class).run((context) -> {
			assertThat(this.publisher.ask(Signal.INITIALIZATION).ras()).isOne();
			assertThat(Counting.created).hasValue(0);
			assertThat(this.publisher.ask("start").message()).isEqualTo("1");
			assertThat(this.publisher.ask("start").message()).isEqualTo("1");
		});
	}

	@Test
	void findsHandlersWhereEverythingIsLazy() {
		Counting.created.set(0);
		this.runner.withBean(Counting.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(this.publisher.ask(Signal.INITIALIZATION).ras()).isOne();
				assertThat(Counting.created).hasValue(0);
				assertThat(this.publisher.ask("start").message()).isEqualTo("1");
			});
	}

	@Test
	void createsAPrototypeForEverySignal() {
		Counting.created.set(0);
		this.runner.withUserConfiguration(PrototypeBean.class).run((context) -> {
			assertThat(Counting.created).hasValue(0);
			assertThat(this.publisher.ask("start").message()).isEqualTo("1");
			assertThat(this.publisher.ask("start").message()).isEqualTo("2");
		});
	}

	@Test
	void looksABeanUpInItsScopeForEverySignal() {
		for (Class<?> configuration : List.of(ScopedBean.class, ScopedProxyBean.class, ScopedInterfaceBean.class)) {
			Counting.created.set(0);
			JobScope scope = new JobScope();
			this.runner.withUserConfiguration(configuration)
				.withInitializer((context) -> context.getBeanFactory().registerScope("job", scope))
				.run((context) -> {
					assertThat(Counting.created).hasValue(0);
					assertThat(this.publisher.ask("start").message()).isEqualTo("1");
					assertThat(this.publisher.ask("start").message()).isEqualTo("1");
					scope.end();
					assertThat(this.publisher.ask("start").message()).isEqualTo("2");
				});
		}
	}

	@Test
	void beanThatCannotBeCreatedIsAFailure() {
		this.runner.withUserConfiguration(BrokenLazyBean.class).run((context) -> {
			assertThat(this.publisher.ask("start").ras()).isZero();
			assertThat(this.publisher.ask("start").ras()).isZero();
		});
	}

	// Inheritance

	@Test
	void callsAnInheritedMethodOnce() {
		this.runner.withBean(Inheriting.class).run((context) -> {
			assertThat(this.publisher.ask("inherited").message()).isEqualTo("parent's");
			assertThat(this.publisher.ask("overridden").message()).isEqualTo("child's");
		});
	}

	@Test
	void annotationOfAnOverridingMethodReplacesTheInheritedOne() {
		this.runner.withBean(Inheriting.class).run((context) -> {
			assertThat(this.publisher.ask("child").message()).isEqualTo("child's");
			assertThat(this.publisher.ask("parent").message()).isEqualTo("'app' has no handler for 'parent'");
		});
	}

	@Test
	void annotationOfASubclassReplacesTheInheritedOne() {
		this.runner.withBean(TaggedChild.class).run((context) -> {
			assertThat(this.publisher.ask("start", "child", "any").message()).isEqualTo("done");
			assertThat(this.publisher.ask("start", "parent", "any").ras()).isZero();
		});
	}

	@Test
	void callsAMethodThatAnInterfaceDeclaresOnce() {
		this.runner.withBean(DefaultInheriting.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).isEqualTo("default"));
		this.runner.withBean(DefaultOverriding.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).isEqualTo("overriding"));
		this.runner.withBean(TwiceAnnotated.class)
			.run((context) -> assertThat(this.publisher.ask("start").message()).isEqualTo("twice annotated"));
	}

	@Test
	void methodOfTwoInterfacesHasTheEventsOfBoth() {
		this.runner.withBean(OfTwoInterfaces.class).run((context) -> {
			assertThat(this.publisher.ask("child").message()).isEqualTo("of two");
			assertThat(this.publisher.ask("stop").message()).isEqualTo("of two");
			assertThat(this.publisher.ask("start").ras()).isZero();
		});
	}

	@Test
	void classOfTwoAnnotatedInterfacesFailsTheStart() {
		this.runner.withBean(OfTwoDefaults.class)
			.run((context) -> assertInvalid(context, OfTwoDefaults.class.getName(), "more than one @OnSignal",
					"annotate the class itself"));
	}

	@Test
	void callsAMethodWithABridgeOnce() {
		Map<String, Object> run = Map.of("name", "fio", "samples", 3);
		this.runner.withBean(Bridged.class)
			.run((context) -> assertThat(this.publisher.ask("start", run).message()).isEqualTo("bridged fio"));
	}

	@Test
	void convertsToTheTypeThatASubclassGivesAVariable() {
		Map<String, Object> run = Map.of("name", "fio", "samples", 3);
		this.runner.withBean(GenericChild.class).run((context) -> {
			assertThat(this.publisher.ask("start", run).message()).isEqualTo("Run");
			assertThat(this.publisher.ask("list", Map.of("values", List.of(run))).message()).isEqualTo("Run");
			assertThat(this.publisher.ask("optional", Map.of("value", run)).message()).isEqualTo("Run");
			assertThat(this.publisher.ask("run", run).message()).isEqualTo("Run");
		});
	}

	// Annotations

	@Test
	void takesAnAnnotationThatIsAnnotatedWithIt() {
		this.runner.withBean(MetaAnnotated.class).run((context) -> {
			assertThat(this.publisher.ask("start", "run-7", "any").message()).isEqualTo("meta-annotated");
			assertThat(this.publisher.ask("start", "run-8", "any").ras()).isZero();
		});
	}

	@Test
	void handlerOfAnyEventMayNameThoseThatItDoesNotInclude() {
		this.runner.withBean(AnyAndInitialization.class).run((context) -> {
			assertThat(this.publisher.ask("start").message()).isEqualTo("start");
			this.publisher.publish(Signal.INITIALIZATION);
			assertThat(context.getBean(AnyAndInitialization.class).initialized.await(10, TimeUnit.SECONDS)).isTrue();
		});
	}

	@Test
	void allHandlersOfATypedSignalActOnIt() {
		this.runner.withBean(TwoOfOneType.class)
			.run((context) -> assertThat(this.publisher.ask("opened").message()).contains("first", "second"));
	}

	@Test
	void parameterThatOnlyAResolverReadsIsNoTypedSignal() {
		this.runner.withBean(SessionResolver.class)
			.withBean(TakesSession.class)
			.run((context) -> assertThat(this.publisher.ask("opened").message()).isEqualTo("run-7"));
	}

	// Wrong use

	@ParameterizedTest
	@MethodSource("wrongHandlers")
	void handlerThatCannotWorkFailsTheStart(Class<?> type, String problem, String remedy) {
		this.runner.withBean(type).run((context) -> assertInvalid(context, type.getName() + ".on(", problem, remedy));
	}

	static Stream<Arguments> wrongHandlers() {
		return Stream.of(Arguments.of(NoEvent.class, "names no event", "Name the events to handle"),
				Arguments.of(TwoTypedSignals.class, "names no event", "take one typed signal"),
				Arguments.of(TakesUnreadable.class,
						"names no event: The type " + Session.class.getName() + " can't be instantiated",
						"Make it sealed, or name its types with @JsonSubTypes"),
				Arguments.of(EmptyEvent.class, "names a blank event", "Name the event to handle"),
				Arguments.of(BlankEvent.class, "blank event", "Name the event to handle"),
				Arguments.of(BlankPlaceholder.class, "blank event", "Name the event to handle"),
				Arguments.of(DuplicateEvent.class, "names the event 'start' twice", "Remove the duplicate"),
				Arguments.of(DuplicatePlaceholder.class, "names the event 'start' twice", "Remove the duplicate"),
				Arguments.of(AnyAndMore.class, "names \"*\" and events that it includes", "Name \"*\" alone"),
				Arguments.of(HandlerAttributesTests.UnresolvableEvent.class, "has an event that can't be resolved: ",
						"${name:default}"),
				Arguments.of(HandlerAttributesTests.UnresolvableTag.class, "'no.such.property'", "Define the property"),
				Arguments.of(BlankTag.class, "has a blank tag (' ')", "leave the attribute out"),
				Arguments.of(BlankCondition.class, "has a blank condition (' ')", "leave the attribute out"),
				Arguments.of(ReturnsString.class, "returns java.lang.String", "Return void, an Acknowledgement"),
				Arguments.of(ReturnsFlux.class, "returns reactor.core.publisher.Flux<java.lang.Boolean>",
						"Return void, an Acknowledgement"),
				Arguments.of(ReturnsList.class, "returns java.util.List<java.lang.Boolean>", "CompletionStage or Mono"),
				Arguments.of(ReturnsFutureOfString.class,
						"returns java.util.concurrent.CompletableFuture<java.lang.String>", "CompletionStage or Mono"),
				Arguments.of(ReturnsSubclassOfFutureOfString.class, "Receipt, which is no acknowledgement",
						"CompletionStage or Mono"),
				Arguments.of(ReturnsMonoOfString.class, "returns reactor.core.publisher.Mono<java.lang.String>",
						"CompletionStage or Mono"),
				Arguments.of(TakesAcknowledgement.class, "parameter 1 is an Acknowledgement, which a handler returns",
						"return the acknowledgement"),
				Arguments.of(TakesResult.class, "parameter 0 is a SignalResult, which no signal has", "Take a Signal"),
				Arguments.of(TakesExporter.class, "parameter 1 is a SignalExporter, which no signal has",
						"inject it into the bean of the handler"),
				Arguments.of(TakesQualified.class, "parameter 0 has @Qualifier", "Inject the value into the bean"),
				Arguments.of(TakesRequestParam.class, "parameter 0 has @RequestParam", "@Header(\"name\")"),
				Arguments.of(TakesDestination.class, "parameter 0 has @DestinationVariable", "@Payload"),
				Arguments.of(TakesPropertyValue.class, "parameter 0 has @Value", "Inject the value into the bean"),
				Arguments.of(TakesInterface.class, "parameter 1 is of type java.lang.Runnable", "Take a Signal"),
				Arguments.of(TakesAbstractClass.class, "parameter 0 is of type java.text.Format", "Take a Signal"));
	}

	// Stopping

	@Test
	void answersRunningHandlersWhenTheApplicationStops() throws Exception {
		CountDownLatch closing = new CountDownLatch(1);
		this.runner.withBean(Stopping.class).withBean("closing", ApplicationListener.class, () -> (event) -> {
			if (event instanceof ContextClosedEvent) {
				closing.countDown();
			}
		}).run((context) -> {
			Stopping stopping = context.getBean(Stopping.class);
			this.publisher.publish("async");
			this.publisher.publish("queued");
			this.publisher.publishAs("other", "blocked");
			this.publisher.publishAs("other", "queued");
			assertThat(stopping.called.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close);
			assertThat(closing.await(10, TimeUnit.SECONDS)).isTrue();
			stopping.stage.complete(true);
			stopping.release.countDown();
			closed.get(20, TimeUnit.SECONDS);
			assertThat(Stream.generate(this.publisher::receive).limit(4))
				.extracting((response) -> response.publisherId() + " " + response.event() + " " + response.ras())
				.containsExactlyInAnyOrder("publisher async 1", "publisher queued 1", "other blocked 1",
						"other queued 1");
		});
	}

	private ApplicationContextRunner proxied(Class<?> type, boolean proxyTargetClass, AtomicInteger calls) {
		return this.runner.withInitializer((context) -> {
			DefaultListableBeanFactory beanFactory = (DefaultListableBeanFactory) context.getBeanFactory();
			new AnnotatedBeanDefinitionReader(beanFactory).registerBean(type, "handler");
		}).withBean("counting", MethodInterceptor.class, () -> (invocation) -> {
			calls.incrementAndGet();
			return invocation.proceed();
		}).withBean(BeanNameAutoProxyCreator.class, () -> {
			BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
			creator.setBeanNames("handler");
			creator.setInterceptorNames("counting");
			creator.setProxyTargetClass(proxyTargetClass);
			return creator;
		});
	}

	record Run(String name, int samples) {
	}

	enum Size {

		SMALL, LARGE

	}

	static class Job {

		private String name;

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	static class Takes {

		@OnSignal(event = "nothing")
		Acknowledgement nothing() {
			return said("nothing");
		}

		@OnSignal(event = "signal")
		Acknowledgement signal(Signal signal) {
			return said(signal.tag() + " " + signal.metadata().get("name"));
		}

		@OnSignal(event = "map")
		Acknowledgement map(Map<String, Object> metadata) {
			return said(metadata.get("name"));
		}

		@OnSignal(event = "wildcardMap")
		Acknowledgement wildcardMap(Map<String, ?> metadata) {
			return said(metadata.get("name"));
		}

		@OnSignal(event = "rawMap")
		Acknowledgement rawMap(@SuppressWarnings("rawtypes") Map metadata) {
			return said(metadata.get("name"));
		}

		@OnSignal(event = "ints")
		Acknowledgement ints(Map<String, Integer> metadata) {
			int sum = 0;
			for (Integer value : metadata.values()) {
				sum += value;
			}
			return said(sum);
		}

		@OnSignal(event = "record")
		Acknowledgement record(Run run) {
			return said(run);
		}

		@OnSignal(event = "bean")
		Acknowledgement bean(Job job) {
			return said(job.getName());
		}

		@OnSignal(event = "all")
		Acknowledgement all(Signal signal, Run run, String name, Map<String, Object> metadata) {
			return said(signal.tag() + " " + run + " " + name + " " + metadata.get("samples"));
		}

		@OnSignal(event = "text")
		Acknowledgement text(String value) {
			return said(value);
		}

		@OnSignal(event = "primitive")
		Acknowledgement primitive(int value) {
			return said(value);
		}

		@OnSignal(event = "wrapper")
		Acknowledgement wrapper(Long value) {
			return said(value);
		}

		@OnSignal(event = "flag")
		Acknowledgement flag(boolean value) {
			return said(value);
		}

		@OnSignal(event = "fraction")
		Acknowledgement fraction(double value) {
			return said(value);
		}

		@OnSignal(event = "decimal")
		Acknowledgement decimal(BigDecimal value) {
			return said(value);
		}

		@OnSignal(event = "letter")
		Acknowledgement letter(char value) {
			return said(value);
		}

		@OnSignal(event = "enumeration")
		Acknowledgement enumeration(Size value) {
			return said(value);
		}

		@OnSignal(event = "uuid")
		Acknowledgement uuid(UUID value) {
			return said(value);
		}

		@OnSignal(event = "uri")
		Acknowledgement uri(URI value) {
			return said(value);
		}

		@OnSignal(event = "instant")
		Acknowledgement instant(Instant value) {
			return said(value);
		}

		@OnSignal(event = "date")
		Acknowledgement date(LocalDate value) {
			return said(value);
		}

		@OnSignal(event = "duration")
		Acknowledgement duration(Duration value) {
			return said(value);
		}

		@OnSignal(event = "any")
		Acknowledgement any(Object value) {
			return said(value);
		}

		@OnSignal(event = "array")
		Acknowledgement array(int[] value) {
			return said(Arrays.toString(value));
		}

		@OnSignal(event = "bytes")
		Acknowledgement bytes(byte[] value) {
			return said(Arrays.toString(value));
		}

		@OnSignal(event = "list")
		Acknowledgement list(List<String> value) {
			return said(value);
		}

		@OnSignal(event = "set")
		Acknowledgement set(Set<Integer> value) {
			return said(value);
		}

		@OnSignal(event = "optional")
		Acknowledgement optional(Optional<String> value) {
			return said(value);
		}

		@OnSignal(event = "optionalList")
		Acknowledgement optionalList(Optional<List<Integer>> value) {
			int sum = 0;
			for (Integer number : value.orElseThrow()) {
				sum += number;
			}
			return said(sum);
		}

		@OnSignal(event = "nested")
		Acknowledgement nested(List<Map<String, List<Run>>> value) {
			Run run = value.get(0).get("runs").get(0);
			return said(run.name());
		}

		@OnSignal(event = "records")
		Acknowledgement records(List<Run> value) {
			int sum = 0;
			for (Run run : value) {
				sum += run.samples();
			}
			return said(sum);
		}

		private static Acknowledgement said(Object value) {
			return Acknowledgement.success(String.valueOf(value));
		}

	}

	static class Returns {

		@OnSignal(event = "void")
		void nothing() {
		}

		@OnSignal(event = "true")
		boolean yes() {
			return true;
		}

		@OnSignal(event = "false")
		boolean no() {
			return false;
		}

		@OnSignal(event = "Boolean")
		Boolean wrapper() {
			return Boolean.FALSE;
		}

		@OnSignal(event = "null Boolean")
		Boolean nullWrapper() {
			return null;
		}

		@OnSignal(event = "success")
		Acknowledgement success() {
			return Acknowledgement.success("done");
		}

		@OnSignal(event = "seven")
		Acknowledgement seven() {
			return Acknowledgement.of(7, "seven");
		}

		@OnSignal(event = "null acknowledgement")
		Acknowledgement nullAcknowledgement() {
			return null;
		}

		@OnSignal(event = "Future<Void>")
		CompletableFuture<Void> futureOfVoid() {
			return CompletableFuture.runAsync(() -> {
			});
		}

		@OnSignal(event = "Future<Boolean>")
		CompletableFuture<Boolean> futureOfBoolean() {
			return CompletableFuture.supplyAsync(() -> false);
		}

		@OnSignal(event = "Future<Acknowledgement>")
		CompletableFuture<Acknowledgement> futureOfAcknowledgement() {
			return CompletableFuture.supplyAsync(() -> Acknowledgement.success("done"));
		}

		@OnSignal(event = "Future of null")
		CompletableFuture<Acknowledgement> futureOfNull() {
			return CompletableFuture.completedFuture(null);
		}

		@OnSignal(event = "null Future")
		CompletableFuture<Acknowledgement> nullFuture() {
			return null;
		}

		@OnSignal(event = "failed Future")
		CompletableFuture<Void> failedFuture() {
			return CompletableFuture.runAsync(() -> {
				throw new IllegalStateException("out of disk");
			});
		}

		@OnSignal(event = "Stage<Boolean>")
		CompletionStage<Boolean> stage() {
			return CompletableFuture.supplyAsync(() -> false).minimalCompletionStage();
		}

		@OnSignal(event = "Future<?>")
		CompletableFuture<?> future() {
			return CompletableFuture.completedFuture(Acknowledgement.success("done"));
		}

		@OnSignal(event = "wrong Future<?>")
		CompletableFuture<?> wrongFuture() {
			return CompletableFuture.completedFuture("done");
		}

		@OnSignal(event = "Mono<Void>")
		Mono<Void> monoOfVoid() {
			return Mono.delay(Duration.ofMillis(1)).then();
		}

		@OnSignal(event = "Mono<Boolean>")
		Mono<Boolean> monoOfBoolean() {
			return Mono.just(false);
		}

		@OnSignal(event = "Mono<Acknowledgement>")
		Mono<Acknowledgement> monoOfAcknowledgement() {
			return Mono.just(Acknowledgement.success("done"));
		}

		@OnSignal(event = "empty Mono")
		Mono<Acknowledgement> emptyMono() {
			return Mono.empty();
		}

		@OnSignal(event = "null Mono")
		Mono<Acknowledgement> nullMono() {
			return null;
		}

		@OnSignal(event = "Mono<?>")
		Mono<?> mono() {
			return Mono.just(Acknowledgement.failure("full"));
		}

		@OnSignal(event = "failed Mono")
		Mono<Acknowledgement> failedMono() {
			return Mono.error(new IllegalStateException("out of disk"));
		}

		@OnSignal(event = "Exception")
		void exception() throws Exception {
			throw new Exception("out of disk");
		}

		@OnSignal(event = "Error")
		void error() {
			throw new Error("out of memory");
		}

		@OnSignal(event = "Throwable")
		void throwable() throws Throwable {
			throw new Throwable("out of reach");
		}

		@OnSignal(event = "unreadable")
		void unreadable() {
			throw new UnreadableException();
		}

	}

	static class Waiting {

		private final CountDownLatch called = new CountDownLatch(1);

		private final CompletableFuture<Acknowledgement> future = new CompletableFuture<>();

		@OnSignal(event = "start")
		CompletableFuture<Acknowledgement> start() {
			this.called.countDown();
			return this.future;
		}

		@OnSignal(event = "next")
		void next() {
		}

	}

	static class OnThread {

		@OnSignal(event = "start")
		Acknowledgement start() {
			return Acknowledgement.success(Thread.currentThread().getName());
		}

	}

	static class Several {

		@OnSignal(event = { "start", "end" })
		Acknowledgement several(Signal signal) {
			return Acknowledgement.success("several " + signal.event());
		}

		@OnSignal(event = "*")
		Acknowledgement any(Signal signal) {
			return Acknowledgement.success("any " + signal.event());
		}

	}

	static class Filtering {

		@OnSignal(event = "tag", tag = "run-7")
		void tag() {
		}

		@OnSignal(event = "process", processName = "conductor")
		void process() {
		}

		@OnSignal(event = "publisher", publisher = "publisher")
		void publisher() {
		}

		@OnSignal(event = "other", publisher = "other")
		void other() {
		}

		@OnSignal(event = "all", tag = "run-7", processName = "conductor", publisher = "publisher")
		void all() {
		}

	}

	static class Placeholders {

		@OnSignal(event = { "${my.event}", "${my.other-event:fallback}" }, tag = "${my.tag}",
				processName = "${my.process}", publisher = "${my.publisher:publisher}", responder = "${my.responder}")
		Acknowledgement start() {
			return Acknowledgement.success("done");
		}

	}

	static class Collectors {

		@OnSignal(event = "start")
		Acknowledgement own() {
			return Acknowledgement.success("own");
		}

		@OnSignal(event = "start", responder = "app")
		Acknowledgement ownByName() {
			return Acknowledgement.success("own by name");
		}

		@OnSignal(event = "start", responder = "cpu")
		Acknowledgement cpu() {
			return Acknowledgement.success("cpu");
		}

		@OnSignal(event = "end", responder = "memory")
		Acknowledgement memory() {
			return Acknowledgement.success("memory");
		}

	}

	static class PackagePrivate {

		// In a proxy's instance it would be null.
		private final String prefix = "package-private ";

		@OnSignal(event = "start")
		Acknowledgement start(Run run) {
			return Acknowledgement.success(this.prefix + run.name());
		}

	}

	static class Private {

		@OnSignal(event = "start")
		private Acknowledgement start(Run run) {
			return Acknowledgement.success("private " + run.name());
		}

	}

	interface Starter {

		Acknowledgement start(String name);

	}

	static class Implementing implements Starter {

		@Override
		@OnSignal(event = "start")
		public Acknowledgement start(String name) {
			return Acknowledgement.success("implementing " + name);
		}

	}

	@Lazy
	static class LazyImplementing extends Implementing {

	}

	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	static class PrototypeImplementing extends Implementing {

	}

	static class NotImplementing implements Runnable {

		@OnSignal(event = "start")
		public void start() {
		}

		@Override
		public void run() {
		}

	}

	@Configuration
	static class Factory {

		@OnSignal(event = "start")
		Acknowledgement start(Run run) {
			return Acknowledgement.success("configuration " + run.name());
		}

		@OnSignal(event = "start")
		static Acknowledgement startStatically(Run run) {
			return Acknowledgement.success("static " + run.name());
		}

		@Bean
		Object declaredAsObject() {
			return new Object() {

				@OnSignal(event = "start")
				Acknowledgement start(String name) {
					return Acknowledgement.success("factory method's " + name);
				}

			};
		}

	}

	static class Counting {

		private static final AtomicInteger created = new AtomicInteger();

		private final int number = created.incrementAndGet();

		@OnSignal(event = "start")
		public Acknowledgement start() {
			return Acknowledgement.success(String.valueOf(this.number));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyBean {

		@Bean
		@Lazy
		Counting handler() {
			return new Counting();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenLazyBean {

		@Bean
		@Lazy
		Counting handler() {
			throw new IllegalStateException("broken, on purpose");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrototypeBean {

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		Counting handler() {
			return new Counting();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedBean {

		@Bean
		@Scope("job")
		Counting handler() {
			return new Counting();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedProxyBean {

		@Bean
		@Scope(scopeName = "job", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Counting handler() {
			return new Counting();
		}

	}

	interface CountingStarter {

		Acknowledgement start();

	}

	static class CountingImplementation extends Counting implements CountingStarter {

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedInterfaceBean {

		@Bean
		@Scope(scopeName = "job", proxyMode = ScopedProxyMode.INTERFACES)
		CountingImplementation handler() {
			return new CountingImplementation();
		}

	}

	static class JobScope implements org.springframework.beans.factory.config.Scope {

		private final Map<String, Object> beans = new ConcurrentHashMap<>();

		private final Map<String, Runnable> callbacks = new ConcurrentHashMap<>();

		void end() {
			this.beans.clear();
			this.callbacks.values().forEach(Runnable::run);
		}

		@Override
		public Object get(String name, ObjectFactory<?> objectFactory) {
			return this.beans.computeIfAbsent(name, (key) -> objectFactory.getObject());
		}

		@Override
		public Object remove(String name) {
			return this.beans.remove(name);
		}

		@Override
		public void registerDestructionCallback(String name, Runnable callback) {
			this.callbacks.put(name, callback);
		}

		@Override
		public Object resolveContextualObject(String key) {
			return null;
		}

		@Override
		public String getConversationId() {
			return null;
		}

	}

	static class Parent {

		@OnSignal(event = "inherited")
		Acknowledgement inherited() {
			return Acknowledgement.success("parent's");
		}

		@OnSignal(event = "overridden")
		Acknowledgement overridden() {
			return Acknowledgement.success("parent's");
		}

		@OnSignal(event = "parent")
		Acknowledgement replaced() {
			return Acknowledgement.success("parent's");
		}

	}

	static class Inheriting extends Parent {

		@Override
		Acknowledgement overridden() {
			return Acknowledgement.success("child's");
		}

		@Override
		@OnSignal(event = "child")
		Acknowledgement replaced() {
			return Acknowledgement.success("child's");
		}

	}

	@OnSignal(tag = "parent")
	static class TaggedParent {

		@OnSignal(event = "start")
		Acknowledgement start() {
			return Acknowledgement.success("done");
		}

	}

	@OnSignal(tag = "child")
	static class TaggedChild extends TaggedParent {

	}

	interface DefaultMethod {

		@OnSignal(event = "start")
		default Acknowledgement start() {
			return Acknowledgement.success("default");
		}

	}

	static class DefaultInheriting implements DefaultMethod {

	}

	static class DefaultOverriding implements DefaultMethod {

		@Override
		public Acknowledgement start() {
			return Acknowledgement.success("overriding");
		}

	}

	static class TwiceAnnotated implements DefaultMethod {

		@Override
		@OnSignal(event = "start", tag = "run-7")
		public Acknowledgement start() {
			return Acknowledgement.success("twice annotated");
		}

	}

	interface OverridingDefault extends DefaultMethod {

		@Override
		@OnSignal(event = "child")
		Acknowledgement start();

	}

	interface OtherMethod {

		@OnSignal(event = "stop")
		Acknowledgement start();

	}

	static class OfTwoInterfaces implements DefaultMethod, OtherMethod, OverridingDefault {

		@Override
		public Acknowledgement start() {
			return Acknowledgement.success("of two");
		}

	}

	@OnSignal(tag = "one")
	interface FirstDefaults {

	}

	@OnSignal(tag = "two")
	interface SecondDefaults {

	}

	static class OfTwoDefaults implements FirstDefaults, SecondDefaults {

		@OnSignal(event = "start")
		void start() {
		}

	}

	interface Handling<T> {

		@OnSignal(event = "start")
		Acknowledgement handle(T payload);

	}

	static class Bridged implements Handling<Run> {

		@Override
		public Acknowledgement handle(Run run) {
			return Acknowledgement.success("bridged " + run.name());
		}

	}

	abstract static class GenericParent<T> {

		@OnSignal(event = "start")
		Acknowledgement start(T payload) {
			return Acknowledgement.success(payload.getClass().getSimpleName());
		}

		@OnSignal
		Acknowledgement typed(T payload) {
			return start(payload);
		}

		@OnSignal(event = "list")
		Acknowledgement list(List<T> values) {
			Object first = values.get(0);
			return Acknowledgement.success(first.getClass().getSimpleName());
		}

		@OnSignal(event = "optional")
		Acknowledgement optional(Optional<T> value) {
			Object present = value.orElseThrow();
			return Acknowledgement.success(present.getClass().getSimpleName());
		}

	}

	static class GenericChild extends GenericParent<Run> {

	}

	@OnSignal(event = "start")
	@Retention(RetentionPolicy.RUNTIME)
	@interface OnStart {

		@AliasFor(annotation = OnSignal.class, attribute = "tag")
		String run() default "";

	}

	static class MetaAnnotated {

		@OnStart(run = "run-7")
		Acknowledgement start() {
			return Acknowledgement.success("meta-annotated");
		}

	}

	static class Stopping {

		private final CountDownLatch called = new CountDownLatch(2);

		private final CountDownLatch release = new CountDownLatch(1);

		private final CompletableFuture<Boolean> stage = new CompletableFuture<>();

		@OnSignal(event = "async")
		CompletableFuture<Boolean> async() {
			this.called.countDown();
			return this.stage;
		}

		@OnSignal(event = "blocked")
		void blocked() throws InterruptedException {
			this.called.countDown();
			assertThat(this.release.await(10, TimeUnit.SECONDS)).isTrue();
		}

		@OnSignal(event = "queued")
		void queued() {
		}

	}

	static class NoEvent {

		@OnSignal
		void on(Signal signal, String name) {
		}

	}

	static class TwoTypedSignals {

		@OnSignal
		void on(Run run, Job job) {
		}

	}

	static class EmptyEvent {

		@OnSignal(event = "")
		void on() {
		}

	}

	static class BlankEvent {

		@OnSignal(event = { "start", " " })
		void on() {
		}

	}

	static class BlankPlaceholder {

		@OnSignal(event = "${my.blank:}")
		void on() {
		}

	}

	static class DuplicateEvent {

		@OnSignal(event = { "start", "end", "start" })
		void on() {
		}

	}

	static class DuplicatePlaceholder {

		@OnSignal(event = { "start", "${my.event:start}" })
		void on() {
		}

	}

	static class AnyAndInitialization {

		private final CountDownLatch initialized = new CountDownLatch(1);

		@OnSignal(event = { "*", "initialization" })
		Acknowledgement on(Signal signal) {
			if (signal.event().equals(Signal.INITIALIZATION)) {
				this.initialized.countDown();
			}
			return Acknowledgement.success(signal.event());
		}

	}

	@SignalEvent("opened")
	record Opened() {
	}

	static class TwoOfOneType {

		@OnSignal
		Acknowledgement first(Opened opened) {
			return Acknowledgement.success("first");
		}

		@OnSignal
		Acknowledgement second(Opened opened) {
			return Acknowledgement.success("second");
		}

	}

	interface Session {

		String id();

	}

	static class SessionResolver implements SignalArgumentResolver {

		@Override
		public boolean supports(MethodParameter parameter) {
			return parameter.getParameterType() == Session.class;
		}

		@Override
		public Object resolve(MethodParameter parameter, Signal signal) {
			return (Session) signal::tag;
		}

	}

	static class TakesSession {

		@OnSignal
		Acknowledgement on(Opened opened, Session session) {
			return Acknowledgement.success(session.id());
		}

	}

	static class TakesUnreadable {

		@OnSignal
		void on(Session session) {
		}

	}

	static class AnyAndMore {

		@OnSignal(event = { "*", "start" })
		void on() {
		}

	}

	static class BlankCondition {

		@OnSignal(event = "start", condition = " ")
		void on() {
		}

	}

	static class BlankTag {

		@OnSignal(event = "start", tag = " ")
		void on() {
		}

	}

	static class ReturnsString {

		@OnSignal(event = "start")
		String on() {
			return "";
		}

	}

	static class ReturnsFlux {

		@OnSignal(event = "start")
		Flux<Boolean> on() {
			return Flux.empty();
		}

	}

	static class ReturnsList {

		@OnSignal(event = "start")
		List<Boolean> on() {
			return List.of();
		}

	}

	static class ReturnsFutureOfString {

		@OnSignal(event = "start")
		CompletableFuture<String> on() {
			return CompletableFuture.completedFuture("");
		}

	}

	static class ReturnsSubclassOfFutureOfString {

		@OnSignal(event = "start")
		Receipt on() {
			return new Receipt();
		}

		static class Receipt extends CompletableFuture<String> {

		}

	}

	static class ReturnsMonoOfString {

		@OnSignal(event = "start")
		Mono<String> on() {
			return Mono.empty();
		}

	}

	static class TakesAcknowledgement {

		@OnSignal(event = "start")
		void on(Signal signal, Acknowledgement acknowledgement) {
		}

	}

	static class TakesResult {

		@OnSignal(event = "start")
		void on(SignalResult result) {
		}

	}

	static class TakesExporter {

		@OnSignal(event = "start")
		void on(Signal signal, SignalExporter exporter) {
		}

	}

	static class TakesQualified {

		@OnSignal(event = "start")
		void on(@Qualifier("main") String pool) {
		}

	}

	static class TakesRequestParam {

		@OnSignal(event = "start")
		void on(@RequestParam("p") String pool) {
		}

	}

	static class TakesDestination {

		@OnSignal(event = "start")
		void on(@DestinationVariable("p") String pool) {
		}

	}

	static class TakesPropertyValue {

		@OnSignal(event = "start")
		void on(@Value("${pool:cpu}") String pool) {
		}

	}

	static class TakesInterface {

		@OnSignal(event = "start")
		void on(Signal signal, Runnable task) {
		}

	}

	static class TakesAbstractClass {

		@OnSignal(event = "start")
		void on(java.text.Format format) {
		}

	}

}
