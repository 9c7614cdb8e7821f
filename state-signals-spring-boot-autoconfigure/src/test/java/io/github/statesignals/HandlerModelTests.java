package io.github.statesignals;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.transport.SignalTransport;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.annotation.Order;
import org.springframework.core.convert.converter.Converter;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.util.MultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Arguments, results and interceptors of handler methods, with the publisher in another
 * application.
 */
class HandlerModelTests {

	@RegisterExtension
	private static final Applications applications = new Applications();

	private static SignalExporter conductor;

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class, JacksonAutoConfiguration.class,
				ValidationAutoConfiguration.class))
		.withBean(SignalTransport.class, () -> new InMemoryBroker().transport());

	@BeforeAll
	static void startConductor() {
		conductor = applications.start(Object.class, "exporter.process-name=conductor").getBean(SignalExporter.class);
	}

	@Test
	void headersAreFieldsByTheirProtocolNamesOrMetadataEntries() {
		run(Taking.class, (application) -> {
			SignalResult result = application.exporter.signal("headers")
				.tag("run-7")
				.sampleNo(3)
				.metadata("uuid", "u1")
				.publish();
			assertThat(result.messages().values()).containsExactly("conductor run-7 3 u1 none 5 7 3");
		});
	}

	@Test
	void headerChannelIsTheNameOfTheChannelOfTheHandler() {
		ConfigurableApplicationContext context = applications.start(OnTwoChannels.class, "channel=model-a");
		for (String channel : List.of("model-a", "model-b")) {
			SignalExporter exporter = context.getBean(SignalExporterFactory.class).create("conductor", channel);
			assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(20), "where")).isTrue();
			SignalResult result = exporter.signal("where").metadata("channel", "entry").publish();
			assertThat(result.messages().values()).containsExactly(channel + " " + channel + " entry");
		}
	}

	@Test
	void aRequiredHeaderThatIsMissingIsRefused() {
		run(Taking.class, (application) -> assertThat(application.exporter.publish("headers").messages().values())
			.containsExactly("metadata entry 'uuid' is missing or null"));
	}

	@Test
	void payloadIsTheWholeMetadata() {
		run(Taking.class, (application) -> assertThat(
				application.exporter.signal("payload").metadata("a", 1).metadata("b", 2).publish().messages().values())
			.containsExactly("{a=1, b=2}"));
	}

	@Test
	void aValidatedPayloadIsCheckedAndTheEntryNamed() {
		run(Taking.class, (application) -> {
			SignalResult refused = application.exporter.signal("valid")
				.metadata("name", " ")
				.metadata("n", 0)
				.publish();
			assertThat(refused.code()).isEqualTo(ResultCode.SUB_FAILED);
			assertThat(refused.messages().values()).singleElement()
				.asString()
				.contains("metadata entry 'n' ", "metadata entry 'name' ");
			assertThat(
					application.exporter.signal("valid").metadata("name", "x").metadata("n", 1).publish().isSuccess())
				.isTrue();
		});
	}

	@Test
	void aValidatedEntryIsCheckedWithItsElements() {
		run(Taking.class, (application) -> {
			SignalResult refused = application.exporter.signal("valid-entries")
				.metadata("one", Map.of("name", " ", "n", 1))
				.metadata("two", Map.of("name", "x", "n", 0))
				.metadata("more", List.of(Map.of("name", "x", "n", 1), Map.of("name", "", "n", 1)))
				.publish();
			assertThat(refused.messages().values()).singleElement().asString().startsWith("metadata entry 'one.name' ");
			assertThat(application.exporter.signal("valid-entries")
				.metadata("one", Map.of("name", "x", "n", 1))
				.metadata("two", Map.of("name", "x", "n", 0))
				.publish()
				.messages()
				.values()).singleElement().asString().startsWith("metadata entry 'two.n' ");
			assertThat(application.exporter.signal("valid-entries")
				.metadata("one", Map.of("name", "x", "n", 1))
				.metadata("more", List.of(Map.of("name", "x", "n", 1), Map.of("name", "", "n", 1)))
				.publish()
				.messages()
				.values()).singleElement().asString().startsWith("metadata entry 'more[1].name' ");
			assertThat(application.exporter.signal("valid-entries")
				.metadata("one", Map.of("name", "x", "n", 1))
				.publish()
				.isSuccess()).isTrue();
		});
	}

	@Test
	void theElementsOfAValidatedArrayAreChecked() {
		run(Taking.class,
				(application) -> assertThat(application.exporter.signal("valid-elements")
					.metadata("nodes", List.of(Map.of("name", "x", "n", 1), Map.of("name", "", "n", 1)))
					.publish()
					.messages()
					.values()).singleElement().asString().startsWith("metadata entry 'nodes[1].name' "));
	}

	@Test
	void aConstraintOfATypeIsChecked() {
		Map<String, Integer> range = Map.of("first", 2, "last", 1);
		run(Taking.class, (application) -> {
			assertThat(application.exporter.signal("valid-range").metadata(range).publish().messages().values())
				.containsExactly("ends before it begins");
			assertThat(application.exporter.signal("valid-ranges")
				.metadata("hosts", List.of(Map.of("first", 1, "last", 1), range))
				.publish()
				.messages()
				.values()).containsExactly("metadata entry 'hosts[1]' ends before it begins");
		});
	}

	@Test
	void valuesOfAValidatedMapAreChecked() {
		run(Taking.class, (application) -> {
			assertThat(application.exporter.signal("valid-values")
				.metadata("a", Map.of("name", "x", "n", 1))
				.metadata("b", Map.of("name", "", "n", 1))
				.publish()
				.messages()
				.values()).singleElement().asString().startsWith("metadata entry 'b.name' ");
			assertThat(application.exporter.signal("valid-values")
				.metadata("a", Map.of("name", "x", "n", 1))
				.publish()
				.isSuccess()).isTrue();
		});
	}

	@Test
	void aValidatedValueOfAResolverIsChecked() {
		run(Resolving.class,
				(application) -> assertThat(application.exporter.publish("valid").messages().values()).singleElement()
					.asString()
					.contains("'n' ", "'name' "));
	}

	@Test
	void resolversAndConvertersAreBeans() {
		run(Taking.class, (application) -> assertThat(application.exporter.publish("custom").messages().values())
			.containsExactly("ticket of custom, origin conductor"));
	}

	@Test
	void anAnnotationIsRepeatableInheritsFromTheClassAndMayBeMeta() {
		run(ClassLevel.class, (application) -> {
			assertThat(application.exporter.signal("one").tag("x").publish().responses().keySet())
				.allMatch((id) -> id.startsWith("shared-"));
			application.exporter.signal("two").tag("y").publish();
			application.exporter.signal("two").tag("x").publish();
			application.exporter.signal("three").tag("x").publish();
			assertThat(application.bean(ClassLevel.class).calls).containsExactly("one x", "two y", "meta three");
		});
	}

	@Test
	void conditionSeesSignalMetadataAndBeans() {
		run(Conditional.class, (application) -> {
			assertThat(application.exporter.signal("flip").metadata("region", "eu").publish().messages().values())
				.containsExactly("flipped");
			assertThat(application.exporter.signal("flip").metadata("region", "us").publish().messages()).isEmpty();
			assertThat(application.exporter.signal("bean").publish().messages().values()).containsExactly("asked");
			SignalResult broken = application.exporter.signal("broken").publish();
			assertThat(broken.code()).isEqualTo(ResultCode.SUB_FAILED);
		});
	}

	@Test
	void attributesResolvePlaceholdersAndExpressions() {
		run(Resolved.class, (application) -> {
			assertThat(application.exporter.signal("flaky").tag("eu").publish().messages().values())
				.containsExactly("resolved");
			assertThat(application.exporter.signal("flaky").tag("us").publish().messages()).isEmpty();
		});
	}

	@Test
	void anErrorHandlerDecidesTheAcknowledgement() {
		run(WithErrorHandler.class, (application) -> {
			assertThat(application.exporter.publish("throws").responses().values()).singleElement()
				.satisfies((answer) -> assertThat(answer.ras()).isEqualTo(7))
				.satisfies((answer) -> assertThat(answer.message()).isEqualTo("handled: thrown"));
			assertThat(application.exporter.publish("fails-later").messages().values())
				.containsExactly("handled: later");
			assertThat(application.exporter.publish("one").messages().values()).containsExactly("handled: not yet");
			assertThat(application.exporter.publish("needs").messages().values())
				.containsExactly("handled: metadata entry 'n' is missing or null");
			assertThat(application.exporter.publish("worse").messages().values()).containsExactly("worse");
			assertThat(application.exporter.publish("work").code()).isEqualTo(ResultCode.SUB_FAILED);
		});
	}

	@Test
	void interceptorsWrapHandlingAndPublishingInTheirOrder() {
		runAlone(Intercepted.class, (application) -> {
			SignalResult result = application.exporter.publish("work");
			assertThat(result.messages().values()).containsExactly("outer(inner(worked for alice))");
			assertThat(application.bean(Intercepted.class).calls).containsExactly("publish outer", "publish inner",
					"handle outer", "handle inner", "result inner", "result outer");
		});
	}

	@Test
	void springsOwnRetryRetriesBeforeTheAnswer() {
		run(Retrying.class, (application) -> {
			assertThat(application.exporter.publish("flaky").messages().values()).containsExactly("attempt 3");
			assertThat(application.exporter.publish("hopeless").messages().values()).singleElement()
				.asString()
				.contains("never");
		});
	}

	@Test
	void interceptorCatchesExceptionsOfAHandler() {
		run(Guarded.class, (application) -> {
			assertThat(application.exporter.publish("throws").messages().values()).containsExactly("caught: exception");
			assertThat(application.exporter.publish("worse").messages().values()).containsExactly("caught: error");
		});
	}

	@Test
	void severalHandlersOfAnEventAnswerOnce() {
		run(Several.class, (application) -> {
			SignalResult result = application.exporter.publish("both");
			assertThat(result.responses()).hasSize(1);
			assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
			assertThat(result.messages().values()).containsExactly("done; not done");
		});
	}

	@Test
	void ambiguousHandlerFailsAtStartUpWithTheRemedy() {
		fails(NoEvent.class, "names no event, and takes no typed signal", "@OnSignal(event");
		fails(TwoTypes.class, "more than one typed signal", "one typed signal");
		fails(ClashingTypes.class, "'ping'", "@SignalEvent");
		fails(BrokenCondition.class, "no SpEL expression", "#metadata");
		fails(UnknownErrorHandler.class, "'none'", "Define one");
		fails(PayloadExpression.class, "@Payload expression", "@Header");
		fails(HeadersNoMap.class, "@Headers", "Map");
		fails(OnlyOnClass.class, "none of its methods", "methods");
		fails(BadChannel.class, "can't receive signals: 'a b' is no name of a channel", "channel");
		fails(TakesEvent.class, "is named 'event' as a field of the signal", "@Header(\"event\")");
		fails(TakesTag.class, "is named 'tag' as a field of the signal", "take a Map");
		fails(TakesChannel.class, "is named 'channel' as a field of the signal", "@Header(\"channel\")");
		fails(TakesSampleNo.class, "is named 'sampleNo' as a field of the signal", "@Header(\"sampleNo\")");
		fails(TakesPublisherId.class, "is named 'publisherId' as a field of the signal", "@Header(\"publisher_id\")");
		fails(TakesMetadata.class, "is named 'metadata', and takes a single entry", "Map<String, Object>");
		fails(TakesHeader.class, "is a @Header named 'processName'", "@Header(\"process_name\")");
		fails(TakesMultiValueMap.class, "org.springframework.util.MultiValueMap, which can't be created",
				"Map<String, Object>");
		fails(TakesMessageHeaders.class, "org.springframework.messaging.MessageHeaders, which can't be created",
				"Map<String, Object>");
		fails(TakesAllMessageHeaders.class, "org.springframework.messaging.MessageHeaders, which can't be created",
				"Map<String, Object>");
		fails(TakesVariable.class, "is of the type variable T", "a type of yours");
	}

	private void run(Class<?> handlers, Consumer<Application> test) {
		conductor.shutdown();
		ConfigurableApplicationContext responding = applications.start(handlers);
		test.accept(new Application(initialized(conductor), responding::getBean));
	}

	private void runAlone(Class<?> handlers, Consumer<Application> test) {
		ConfigurableApplicationContext context = applications.start(handlers);
		test.accept(new Application(initialized(context.getBean(SignalExporter.class)), context::getBean));
	}

	private static SignalExporter initialized(SignalExporter exporter) {
		assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(20), "headers", "payload", "valid", "valid-entries",
				"valid-elements", "valid-range", "valid-ranges", "valid-values", "custom", "one", "two", "three",
				"flip", "bean", "broken", "throws", "fails-later", "needs", "worse", "work", "flaky", "hopeless",
				"both"))
			.isTrue();
		return exporter;
	}

	private void fails(Class<?> handlers, String problem, String remedy) {
		this.contextRunner.withUserConfiguration(handlers).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).isInstanceOfSatisfying(InvalidSignalHandlerException.class,
					(ex) -> {
						assertThat(ex).hasMessageContaining(handlers.getName()).hasMessageContaining(problem);
						assertThat(ex.getRemedy()).contains(remedy);
					});
		});
	}

	private record Application(SignalExporter exporter, BeanProvider beans) {

		<T> T bean(Class<T> type) {
			return this.beans.get(type);
		}

	}

	private interface BeanProvider {

		<T> T get(Class<T> type);

	}

	record Checked(@NotBlank String name, @Min(1) int n) {
	}

	@InOrder
	record Range(int first, int last) {
	}

	@Constraint(validatedBy = InOrderValidator.class)
	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.TYPE)
	@interface InOrder {

		String message() default "ends before it begins";

		Class<?>[] groups() default {};

		Class<? extends jakarta.validation.Payload>[] payload() default {};

	}

	static class InOrderValidator implements ConstraintValidator<InOrder, Range> {

		@Override
		public boolean isValid(Range range, ConstraintValidatorContext context) {
			return range.first() <= range.last();
		}

	}

	record Ticket(String of) {
	}

	record Origin(String process) {
	}

	static class OnTwoChannels {

		@OnSignal(event = "where")
		@OnSignal(event = "where", channel = "model-b")
		Acknowledgement where(@Header("channel") String name, @Headers Map<String, Object> all,
				Map<String, Object> metadata) {
			return Acknowledgement
				.success(String.join(" ", name, all.get("channel").toString(), metadata.get("channel").toString()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Taking {

		@OnSignal(event = "headers")
		Acknowledgement headers(@Header("process_name") String process, @Header String tag,
				@Header("sample_no") int sample, @Header("uuid") String uuid,
				@Header(name = "none", defaultValue = "none") String none,
				@Header(name = "five", defaultValue = "5") int five, @Headers Map<String, Object> all,
				@Headers Map<String, String> texts) {
			return Acknowledgement.success(String.join(" ", process, tag, "" + sample, uuid, none, "" + five,
					"" + all.size(), texts.get("sample_no")));
		}

		@OnSignal(event = "payload")
		Acknowledgement payload(@Payload Map<String, Integer> payload) {
			return Acknowledgement.success(payload.toString());
		}

		@OnSignal(event = "valid")
		void valid(@Valid Checked checked) {
		}

		@OnSignal(event = "valid-entries")
		void validEntries(@Valid @Header("one") Checked one, @Valid Optional<Checked> two, @Valid List<Checked> more) {
		}

		@OnSignal(event = "valid-elements")
		void validElements(@Valid Checked[] nodes) {
		}

		@OnSignal(event = "valid-range")
		void validRange(@Valid Range range) {
		}

		@OnSignal(event = "valid-ranges")
		void validRanges(@Valid List<Range> hosts) {
		}

		@OnSignal(event = "valid-values")
		void validValues(@Valid Map<String, Checked> checked) {
		}

		@OnSignal(event = "custom")
		Acknowledgement custom(Ticket ticket, Origin origin) {
			return Acknowledgement.success("ticket of " + ticket.of() + ", origin " + origin.process());
		}

		@Bean
		SignalArgumentResolver ticketResolver() {
			return new SignalArgumentResolver() {

				@Override
				public boolean supports(MethodParameter parameter) {
					return parameter.getParameterType() == Ticket.class;
				}

				@Override
				public Object resolve(MethodParameter parameter, Signal signal) {
					return new Ticket(signal.event());
				}

			};
		}

		@Bean
		ToOrigin toOrigin() {
			return new ToOrigin();
		}

	}

	static class Resolving implements SignalArgumentResolver {

		@Override
		public boolean supports(MethodParameter parameter) {
			return true;
		}

		@Override
		public Object resolve(MethodParameter parameter, Signal signal) {
			return new Checked("", 0);
		}

		@OnSignal(event = "valid")
		void valid(@Valid Checked checked) {
		}

	}

	static class ToOrigin implements Converter<Signal, Origin> {

		@Override
		public Origin convert(Signal signal) {
			return new Origin(signal.processName());
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Target(ElementType.METHOD)
	@OnSignal
	@interface OnThird {

		@AliasFor(annotation = OnSignal.class, attribute = "event")
		String[] value();

	}

	@OnSignal(responder = "shared", tag = "x")
	static class ClassLevel {

		private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();

		@OnSignal(event = "one")
		@OnSignal(event = "two", tag = "y")
		void both(Signal signal) {
			this.calls.add(signal.event() + " " + signal.tag());
		}

		@OnThird("three")
		void third() {
			this.calls.add("meta three");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Conditional {

		@OnSignal(event = "flip", condition = "#metadata['region'] == 'eu' and event == 'flip'")
		Acknowledgement flip() {
			return Acknowledgement.success("flipped");
		}

		@OnSignal(event = "bean", condition = "@switch.get() > 0 && #signal.processName() == 'conductor'")
		Acknowledgement bean() {
			return Acknowledgement.success("asked");
		}

		@OnSignal(event = "broken", condition = "metadata['a'].length() > 1")
		void broken() {
		}

		@Bean("switch")
		AtomicInteger on() {
			return new AtomicInteger(1);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Resolved {

		@OnSignal(event = "#{@prefix.concat('aky')}", tag = "${no.such.region:eu}")
		Acknowledgement resolved() {
			return Acknowledgement.success("resolved");
		}

		@Bean
		String prefix() {
			return "fl";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithErrorHandler {

		@OnSignal(event = "throws", errorHandler = "sevens")
		void failing() {
			throw new IllegalStateException("thrown");
		}

		@OnSignal(event = "fails-later", errorHandler = "sevens")
		CompletableFuture<Void> later() {
			return CompletableFuture.failedFuture(new IllegalStateException("later"));
		}

		@OnSignal(event = "one", errorHandler = "sevens")
		void notYet() {
			throw new AssertionError("not yet");
		}

		@OnSignal(event = "needs", errorHandler = "sevens")
		void needs(int n) {
		}

		@OnSignal(event = "worse", errorHandler = "worse")
		void worse(int n) {
		}

		@OnSignal(event = "work", errorHandler = "undecided")
		void undecided() {
			throw new IllegalStateException("thrown");
		}

		@Bean
		SignalErrorHandler undecided(ObjectProvider<Acknowledgement> none) {
			return (signal, error) -> none.getIfAvailable();
		}

		@Bean
		SignalErrorHandler sevens() {
			return (signal, error) -> Acknowledgement.of(7, "handled: " + error.getMessage());
		}

		@Bean
		SignalErrorHandler worse() {
			return (signal, error) -> {
				throw new IllegalStateException("worse");
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Intercepted {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		@OnSignal(event = "work")
		Acknowledgement work(String who) {
			return Acknowledgement.success("worked for " + who);
		}

		@Bean
		@Order(2)
		SignalInterceptor inner() {
			return interceptor("inner");
		}

		@Bean
		@Order(1)
		SignalInterceptor outer() {
			return interceptor("outer");
		}

		private SignalInterceptor interceptor(String name) {
			return new SignalInterceptor() {

				@Override
				public CompletionStage<Acknowledgement> aroundHandle(Signal signal, Handling next) throws Exception {
					Intercepted.this.calls.add("handle " + name);
					return next.proceed(signal)
						.thenApply((said) -> Acknowledgement.of(said.ras(), name + "(" + said.message() + ")"));
				}

				@Override
				public CompletableFuture<SignalResult> aroundPublish(Signal signal, Publishing next) {
					Intercepted.this.calls.add("publish " + name);
					Signal addressed = new Signal(signal.publisherId(), signal.processName(), signal.event(),
							signal.runnerHost(), signal.sampleNo(), signal.tag(), Map.of("who", "alice"));
					return next.proceed(addressed)
						.whenComplete((result, ex) -> Intercepted.this.calls.add("result " + name));
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Guarded implements SignalInterceptor {

		@Override
		public CompletionStage<Acknowledgement> aroundHandle(Signal signal, Handling next) {
			try {
				return next.proceed(signal);
			}
			catch (Exception | Error ex) {
				return CompletableFuture.completedFuture(Acknowledgement.failure("caught: " + ex.getMessage()));
			}
		}

		@OnSignal(event = "throws")
		void fail() throws Exception {
			throw new Exception("exception");
		}

		@OnSignal(event = "worse")
		void failWorse() {
			throw new AssertionError("error");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Retrying {

		@Bean
		FlakyHandlers flakyHandlers() {
			return new FlakyHandlers();
		}

	}

	static class FlakyHandlers {

		private final AtomicInteger attempts = new AtomicInteger();

		@Retryable(maxRetries = 3, delay = 1)
		@OnSignal(event = "flaky")
		Acknowledgement flaky() {
			if (this.attempts.incrementAndGet() < 3) {
				throw new IllegalStateException("not yet");
			}
			return Acknowledgement.success("attempt " + this.attempts);
		}

		@Retryable(maxRetries = 1, delay = 1)
		@OnSignal(event = "hopeless")
		void hopeless() {
			throw new IllegalStateException("never");
		}

	}

	static class Several {

		@OnSignal(event = "both")
		Acknowledgement first() {
			return Acknowledgement.success("done");
		}

		@OnSignal(event = "both")
		Acknowledgement second() {
			return Acknowledgement.failure("not done");
		}

	}

	static class NoEvent {

		@OnSignal
		void handle(Signal signal) {
		}

	}

	static class TwoTypes {

		@OnSignal
		void handle(Checked checked, Ticket ticket) {
		}

	}

	record Ping() {
	}

	@SignalEvent("ping")
	record OtherPing() {
	}

	static class ClashingTypes {

		@OnSignal
		void handle(Ping ping) {
		}

		@OnSignal
		void handle(OtherPing ping) {
		}

	}

	static class BrokenCondition {

		@OnSignal(event = "x", condition = "#metadata[")
		void handle() {
		}

	}

	static class UnknownErrorHandler {

		@OnSignal(event = "x", errorHandler = "none")
		void handle() {
		}

	}

	static class PayloadExpression {

		@OnSignal(event = "x")
		void handle(@Payload("a.b") String b) {
		}

	}

	static class HeadersNoMap {

		@OnSignal(event = "x")
		void handle(@Headers String all) {
		}

	}

	@OnSignal(event = "x")
	static class OnlyOnClass {

		void handle() {
		}

	}

	static class TakesEvent {

		@OnSignal(event = "x")
		void handle(String event) {
		}

	}

	static class TakesTag {

		@OnSignal(event = "x")
		void handle(Signal signal, Optional<String> tag) {
		}

	}

	static class TakesChannel {

		@OnSignal(event = "x")
		void handle(String channel) {
		}

	}

	static class TakesSampleNo {

		@OnSignal(event = "x")
		void handle(int sampleNo) {
		}

	}

	static class TakesPublisherId {

		@OnSignal(event = "x")
		void handle(Object publisherId) {
		}

	}

	static class TakesMetadata {

		@OnSignal(event = "x")
		void handle(Object metadata) {
		}

	}

	static class TakesHeader {

		@OnSignal(event = "x")
		void handle(@Header String processName) {
		}

	}

	static class TakesMultiValueMap {

		@OnSignal(event = "x")
		void handle(MultiValueMap<String, String> all) {
		}

	}

	static class TakesMessageHeaders {

		@OnSignal(event = "x")
		void handle(MessageHeaders all) {
		}

	}

	static class TakesAllMessageHeaders {

		@OnSignal(event = "x")
		void handle(@Headers MessageHeaders all) {
		}

	}

	static class TakesVariable<T> {

		@OnSignal(event = "x")
		void handle(T run) {
		}

	}

	static class BadChannel {

		@OnSignal(event = "x", channel = "a b")
		void handle() {
		}

	}

}
