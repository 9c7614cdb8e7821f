package io.github.statesignals;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.stream.Stream;

import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.AliasFor;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.samples.petclinic.VetGateways;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Placeholders and expressions in the attributes of {@link OnSignal} and its relatives.
 */
class HandlerAttributesTests extends AbstractHandlerTests {

	private static final String COMMA = "demo.events=a,b";

	private static final String COMMA_AND_SPACE = "demo.events= a, b ";

	private static final String[] LIST = { "demo.events[0]=a", "demo.events[1]=b" };

	@ParameterizedTest
	@MethodSource("lists")
	void eachElementOfAListIsAnEvent(Class<?> handlers, String[] properties) {
		this.runner.withBean(handlers).withPropertyValues(properties).run((context) -> {
			assertThat(this.publisher.ask("a").message()).isEqualTo("handled a");
			assertThat(this.publisher.ask("b").message()).isEqualTo("handled b");
			assertThat(this.publisher.ask("fallback").ras()).isZero();
			assertThat(this.publisher.ask("a,b").ras()).isZero();
		});
	}

	static Stream<Arguments> lists() {
		return Stream.of(Split.class, Placeholder.class, WithDefault.class, OnClass.class, Composed.class, AsList.class)
			.flatMap((handlers) -> Stream.of(new String[] { COMMA }, new String[] { COMMA_AND_SPACE }, LIST)
				.filter((properties) -> handlers != Split.class || properties[0] != COMMA_AND_SPACE)
				.map((properties) -> Arguments.of(handlers, properties)));
	}

	@Test
	void elementOfAListOfAnExpressionIsOneEvent() {
		this.runner.withBean(CommaInList.class).run((context) -> {
			assertThat(this.publisher.ask("a,b").ras()).isOne();
			assertThat(this.publisher.ask("7").ras()).isOne();
			assertThat(this.publisher.ask("SECONDS").ras()).isOne();
		});
	}

	@Test
	void aTagMayHaveAComma() {
		this.runner.withBean(CommaInTag.class).withPropertyValues("demo.tag=run=1,step=2").run((context) -> {
			assertThat(this.publisher.ask("start", "run=1,step=2", "any").ras()).isOne();
			assertThat(this.publisher.ask("start", "run=1", "any").ras()).isZero();
		});
	}

	@Test
	void aConditionMayHavePlaceholders() {
		this.runner.withBean(PlaceholdersInCondition.class)
			.withPropertyValues("demo.tag=run-1", "demo.list[0]=a", "demo.list[1]=b")
			.run((context) -> {
				assertThat(this.publisher.ask("a", "run-1", "any").message()).isEqualTo("handled a");
				assertThat(this.publisher.ask("c", "run-1", "any").ras()).isZero();
				assertThat(this.publisher.ask("a", "run-2", "any").ras()).isZero();
			});
	}

	@ParameterizedTest
	@MethodSource("unusable")
	void attributeThatIsNoListOfEventsFailsTheStart(Class<?> handlers, String problem, String remedy) {
		this.runner.withBean(handlers)
			.withPropertyValues("demo.list[0]=a", "demo.list[1]=b", "demo.blank=", "demo.gap=a,,b", "demo.events=a,b")
			.run((context) -> assertInvalid(context, handlers.getName() + ".on(", problem, remedy));
	}

	static Stream<Arguments> unusable() {
		return Stream.of(Arguments.of(EmptyList.class, "has an event that is an empty list", "Name the event"),
				Arguments.of(NullEvent.class, "has an event that is null", "Name the event"),
				Arguments.of(BlankProperty.class, "has a blank event", "Name the event"),
				Arguments.of(BlankElement.class, "has a blank event", "Name the event"),
				Arguments.of(LiteralComma.class, "has an event with a comma ('a,b')", "{ \"a\", \"b\" }"),
				Arguments.of(Prefixed.class, "has an event with a comma ('x-a,b')", "#{"),
				Arguments.of(PrefixedList.class, "has an event with a comma ('x-a,b')", "#{"),
				Arguments.of(MapEvent.class, "has an event that is a java.util.Collections$UnmodifiableMap",
						"one string"),
				Arguments.of(NestedList.class, "has an event that is a java.util.Collections$Unmodifiable",
						"one string"),
				Arguments.of(ListTag.class, "has a tag that is a list", "${demo.list[0]}"),
				Arguments.of(ListTagWithDefault.class, "has a tag that is a list", "${demo.list[0]}"),
				Arguments.of(ArrayTag.class, "has a tag that is a java.lang.String[]", "one string"),
				Arguments.of(ArrayResponder.class, "has a responder that is a java.lang.String[]", "one string"),
				Arguments.of(ListChannel.class, "has a channel that is a list", "one"),
				Arguments.of(ArrayProcessName.class, "has a processName that is a", "one string"),
				Arguments.of(ListPublisher.class, "has a publisher that is a list", "one"),
				Arguments.of(ArrayErrorHandler.class, "has an errorHandler that is a", "one string"),
				Arguments.of(WrongExpression.class, "has a channel that can't be resolved: '#{noSuchBean}' (EL1008E",
						"Correct the expression"),
				Arguments.of(ListHeader.class, "@Header that is a list", "${demo.list[0]}"),
				Arguments.of(UnresolvableHeader.class, "@Header that can't be resolved", "Define the property"),
				Arguments.of(UnresolvableCondition.class, "has a condition that can't be resolved",
						"Define the property"),
				Arguments.of(UnreadableDefault.class, "has the default value 'many': metadata entry 'count'",
						"of the type of the parameter"),
				Arguments.of(UnreadableDefaultOfList.class, "has the default value 'a,b': metadata entry 'counts'",
						"of the type of the parameter"));
	}

	// Without a strict resolver Spring leaves unresolved placeholders as they are.
	@ParameterizedTest
	@ValueSource(classes = { UnresolvableTag.class, UnresolvableEvent.class, UnresolvableCondition.class })
	void placeholderThatIsLeftAsItIsFailsTheStart(Class<?> handlers) {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(StateSignalsAutoConfiguration.class, JacksonAutoConfiguration.class))
			.withBean(SignalTransport.class, this.broker::transport)
			.withBean(handlers)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidSignalHandlerException.class)
				.hasMessageContaining("can't be resolved")
				.hasMessageContaining("no.such.property"));
	}

	@Test
	void timeoutOfAGatewayIsOneValue() {
		this.runner.withPropertyValues("demo.list[0]=1s", "demo.list[1]=2s").run((context) -> {
			SignalGatewayFactory factory = context.getBean(SignalGatewayFactory.class);
			for (Class<?> gateway : List.of(VetGateways.ListTimeout.class, VetGateways.ArrayTimeout.class)) {
				assertThatIllegalArgumentException().isThrownBy(() -> factory.create(gateway))
					.withMessageContaining(gateway.getName())
					.withMessageContaining("has a timeout that is a");
			}
			assertThatIllegalArgumentException().isThrownBy(() -> factory.create(VetGateways.UnresolvableTimeout.class))
				.withMessageContaining("UnresolvableTimeout")
				.withMessageContaining("has a timeout that can't be resolved");
		});
	}

	@Test
	void timeoutOfAGatewayIsADuration() {
		this.runner.withPropertyValues("demo.timeout=soon").run((context) -> {
			SignalGatewayFactory factory = context.getBean(SignalGatewayFactory.class);
			assertThatIllegalArgumentException().isThrownBy(() -> factory.create(VetGateways.TextTimeout.class))
				.withMessageContaining("The timeout 'soon' of @SignalGateway " + VetGateways.TextTimeout.class.getName()
						+ " is no duration")
				.withMessageContaining("Write it as 5s or PT5S");
		});
	}

	private static Acknowledgement handled(Signal signal) {
		return Acknowledgement.success("handled " + signal.event());
	}

	static class Split {

		@OnSignal(event = "#{'${demo.events:fallback}'.split(',')}")
		Acknowledgement on(Signal signal) {
			return handled(signal);
		}

	}

	static class Placeholder {

		@OnSignal(event = "${demo.events}")
		Acknowledgement on(Signal signal) {
			return handled(signal);
		}

	}

	static class WithDefault {

		@OnSignal(event = "${demo.events:${demo.other:fallback}}")
		Acknowledgement on(Signal signal) {
			return handled(signal);
		}

	}

	static class AsList {

		@OnSignal(event = { "c", "#{T(java.util.List).of('a', 'b')}" })
		Acknowledgement on(Signal signal) {
			return handled(signal);
		}

	}

	@OnSignal(event = "${demo.events}")
	static class OnClass {

		@OnSignal
		Acknowledgement on(Signal signal) {
			return handled(signal);
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@OnSignal
	@interface OnEvents {

		@AliasFor(annotation = OnSignal.class, attribute = "event")
		String value();

	}

	static class Composed {

		@OnEvents("${demo.events}")
		Acknowledgement on(Signal signal) {
			return handled(signal);
		}

	}

	static class CommaInList {

		@OnSignal(event = "#{{'a,b', 7, T(java.util.concurrent.TimeUnit).SECONDS}}")
		void on() {
		}

	}

	static class CommaInTag {

		@OnSignal(event = "start", tag = "${demo.tag}")
		void on() {
		}

	}

	static class PlaceholdersInCondition {

		@OnSignal(event = "*",
				condition = "tag == '${demo.tag}' and '${demo.list}'.split(',').?[#this == #signal.event].length == ${demo.count:1}")
		Acknowledgement on(Signal signal) {
			return handled(signal);
		}

	}

	static class EmptyList {

		@OnSignal(event = { "start", "#{{}}" })
		void on() {
		}

	}

	static class NullEvent {

		@OnSignal(event = "#{null}")
		void on() {
		}

	}

	static class BlankProperty {

		@OnSignal(event = "${demo.blank}")
		void on() {
		}

	}

	static class BlankElement {

		@OnSignal(event = "${demo.gap}")
		void on() {
		}

	}

	static class LiteralComma {

		@OnSignal(event = "a,b")
		void on() {
		}

	}

	static class Prefixed {

		@OnSignal(event = "x-${demo.events}")
		void on() {
		}

	}

	static class PrefixedList {

		@OnSignal(event = "x-${demo.list}")
		void on() {
		}

	}

	static class MapEvent {

		@OnSignal(event = "#{{a: 'b'}}")
		void on() {
		}

	}

	static class NestedList {

		@OnSignal(event = "#{{'a', {'b'}}}")
		void on() {
		}

	}

	static class WrongExpression {

		@OnSignal(event = "start", channel = "#{noSuchBean}")
		void on() {
		}

	}

	static class ListTag {

		@OnSignal(event = "start", tag = "${demo.list}")
		void on() {
		}

	}

	static class ListTagWithDefault {

		@OnSignal(event = "start", tag = "${demo.list:none}")
		void on() {
		}

	}

	static class ArrayTag {

		@OnSignal(event = "start", tag = "#{'${demo.events}'.split(',')}")
		void on() {
		}

	}

	static class ArrayResponder {

		@OnSignal(event = "start", responder = "#{'${demo.events}'.split(',')}")
		void on() {
		}

	}

	static class ListChannel {

		@OnSignal(event = "start", channel = "${demo.list}")
		void on() {
		}

	}

	static class ArrayProcessName {

		@OnSignal(event = "start", processName = "#{{'a', 'b'}}")
		void on() {
		}

	}

	static class ListPublisher {

		@OnSignal(event = "start", publisher = "${demo.list}")
		void on() {
		}

	}

	static class ArrayErrorHandler {

		@OnSignal(event = "start", errorHandler = "#{{'a', 'b'}}")
		void on() {
		}

	}

	static class ListHeader {

		@OnSignal(event = "start")
		void on(@Header(name = "a", defaultValue = "${demo.list}") String header) {
		}

	}

	static class UnresolvableHeader {

		@OnSignal(event = "start")
		void on(@Header("${no.such.property}") String header) {
		}

	}

	static class UnresolvableCondition {

		@OnSignal(event = "start", condition = "tag == '${no.such.property}'")
		void on() {
		}

	}

	static class UnreadableDefault {

		@OnSignal(event = "start")
		void on(@Header(name = "count", defaultValue = "many") int count) {
		}

	}

	static class UnreadableDefaultOfList {

		@OnSignal(event = "start")
		void on(@Header(name = "counts", defaultValue = "${demo.events}") List<Integer> counts) {
		}

	}

	static class UnresolvableTag {

		@OnSignal(event = "start", tag = "${no.such.property}")
		void on() {
		}

	}

	static class UnresolvableEvent {

		@OnSignal(event = "${no.such.property}")
		void on() {
		}

	}

}
