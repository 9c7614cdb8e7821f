package io.github.statesignals;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Names in the condition of {@link OnSignal}: those that no signal can have fail the
 * start.
 */
class HandlerConditionTests extends AbstractHandlerTests {

	@ParameterizedTest
	@MethodSource("misspelt")
	void nameThatNoSignalHasFailsTheStart(Class<?> handlers, String name) {
		this.runner.withBean("words", Words.class)
			.withBean(handlers)
			.run((context) -> assertInvalid(context, handlers.getName() + ".on(",
					"has a condition with '%s', which does not exist".formatted(name),
					"#signal, its metadata #metadata"));
	}

	static Stream<Arguments> misspelt() {
		return Stream.of(Arguments.of(UnknownVariable.class, "#metdata"),
				Arguments.of(UnknownVariableInArgument.class, "#sginal"),
				Arguments.of(UnknownVariableInSelection.class, "#meta"),
				Arguments.of(UnknownFunction.class, "#isUrgent(tag)"), Arguments.of(UnknownProperty.class, "sampelNo"),
				Arguments.of(UnknownPropertyOfSignal.class, "eventt"),
				Arguments.of(UnknownPropertyOfRoot.class, "metdata"),
				Arguments.of(UnknownPropertyWithMember.class, "tga"),
				Arguments.of(UnknownPropertyAsOperand.class, "tga"),
				Arguments.of(UnknownPropertyInArgument.class, "tga"),
				Arguments.of(UnknownPropertyInTernary.class, "tga"), Arguments.of(UnknownMethod.class, "isUrgent()"),
				Arguments.of(UnknownBean.class, "@wrods"));
	}

	@Test
	void anyOtherNameIsThatOfAValue() {
		this.runner.withBean("words", Words.class)
			.withBean("other.words", Words.class)
			.withBean(Known.class)
			.run((context) -> {
				Map<String, Object> metadata = Map.of("region", "eu", "nodes", List.of(Map.of("name", "n1")));
				for (String event : List.of("fields", "methods", "indexes", "selection", "beans", "literals")) {
					assertThat(this.publisher.ask(event, metadata).message()).as(event).isEqualTo("handled " + event);
				}
			});
	}

	static class UnknownVariable {

		@OnSignal(event = "x", condition = "#metdata['region'] == 'eu'")
		void on() {
		}

	}

	static class UnknownVariableInArgument {

		@OnSignal(event = "x", condition = "@words.accept(#sginal.tag)")
		void on() {
		}

	}

	static class UnknownVariableInSelection {

		@OnSignal(event = "x", condition = "!#metadata['nodes'].?[#this['name'] == #meta['name']].isEmpty()")
		void on() {
		}

	}

	static class UnknownFunction {

		@OnSignal(event = "x", condition = "#isUrgent(tag)")
		void on() {
		}

	}

	static class UnknownProperty {

		@OnSignal(event = "x", condition = "event == 'x' && sampelNo > 0")
		void on() {
		}

	}

	static class UnknownPropertyOfSignal {

		@OnSignal(event = "x", condition = "#signal.eventt == 'x'")
		void on() {
		}

	}

	static class UnknownPropertyOfRoot {

		@OnSignal(event = "x", condition = "#root.metdata['region'] == 'eu'")
		void on() {
		}

	}

	static class UnknownPropertyWithMember {

		@OnSignal(event = "x", condition = "tga.length() > 1")
		void on() {
		}

	}

	static class UnknownPropertyAsOperand {

		@OnSignal(event = "x", condition = "'a' == tga")
		void on() {
		}

	}

	static class UnknownPropertyInArgument {

		@OnSignal(event = "x", condition = "@words.accept(tga)")
		void on() {
		}

	}

	static class UnknownPropertyInTernary {

		@OnSignal(event = "x", condition = "(sampleNo > 0) ? tga == 'a' : {tag, 'b'}.contains('b')")
		void on() {
		}

	}

	static class UnknownMethod {

		@OnSignal(event = "x", condition = "isUrgent()")
		void on() {
		}

	}

	static class UnknownBean {

		@OnSignal(event = "x", condition = "@wrods.accept(tag)")
		void on() {
		}

	}

	static class Known {

		@OnSignal(event = "fields",
				condition = "publisherId != null and processName != null and runnerHost != null"
						+ " and sampleNo == #signal.sampleNo and tag == #root.tag and class.simpleName == 'Signal'"
						+ " and #this.event == 'fields' and RESERVED_METADATA_KEY == '_ss'")
		Acknowledgement fields(Signal signal) {
			return handled(signal);
		}

		@OnSignal(event = "methods",
				condition = "event() == 'methods' and #signal.metadata().containsKey('region')"
						+ " and withTag('a').tag == 'a' and toString().contains(#signal?.event)"
						+ " and hashCode() == #signal.hashCode()")
		Acknowledgement methods(Signal signal) {
			return handled(signal);
		}

		// The key of a map needs no quotes.
		@OnSignal(event = "indexes",
				condition = "metadata[region] == 'eu' and #metadata.region == 'eu' and #metadata['zone'] == null"
						+ " and {region: tag}.region == tag and {region: {zone: 1}}['region']['zone'] == 1")
		Acknowledgement indexes(Signal signal) {
			return handled(signal);
		}

		@OnSignal(event = "selection", condition = "metadata['nodes'].?[name == 'n1'].size() == 1"
				+ " and metadata['nodes'].![name].contains('n1') and metadata['nodes'].^[#this.name == 'n1'] != null")
		Acknowledgement selection(Signal signal) {
			return handled(signal);
		}

		@OnSignal(event = "beans", condition = "@words.accept(tag) and @words.size == 3 and @'other.words'.size == 3")
		Acknowledgement beans(Signal signal) {
			return handled(signal);
		}

		@OnSignal(event = "literals", condition = "T(java.lang.Math).max(1, 2) == 2 and new String('a') == 'a'"
				+ " and {'a', tag}.contains(tag) and (metadata['zone'] ?: 'none') == 'none' and -1 < 0 and !false")
		Acknowledgement literals(Signal signal) {
			return handled(signal);
		}

		private static Acknowledgement handled(Signal signal) {
			return Acknowledgement.success("handled " + signal.event());
		}

	}

	public static class Words {

		public boolean accept(String word) {
			return !word.isEmpty();
		}

		public int getSize() {
			return 3;
		}

	}

}
