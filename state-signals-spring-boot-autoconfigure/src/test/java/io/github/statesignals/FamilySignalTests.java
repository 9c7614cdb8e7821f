package io.github.statesignals;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Typed signals whose types have supertypes: the publisher and the responder name their
 * events by one rule. The responders here reject signals without a handler.
 */
class FamilySignalTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String[] EVENTS = { "fire", "flood", "truck", "van", "stock", "move", "shift", "cut", "alarm",
			"custom" };

	@RegisterExtension
	private static final Applications applications = new Applications();

	private static ConfigurableApplicationContext publisher;

	private BlockingQueue<Object> received;

	@BeforeAll
	static void startPublisher() {
		publisher = applications.start(Object.class);
	}

	@Test
	void aHandlerOfASealedInterfaceReceivesEachOfItsTypes() {
		SignalExporter exporter = exporterTo(Families.class);
		assertActed(exporter.emit(new Fire("attic")), new Fire("attic"));
		assertActed(exporter.emit(new Flood(3)), new Flood(3));
	}

	@Test
	void aHandlerOfASealedClassReceivesItAndItsSubclasses() {
		SignalExporter exporter = exporterTo(Families.class);
		assertThat(exporter.emit(new Truck("t1")).messages()).isEmpty();
		assertThat(this.received.poll()).isExactlyInstanceOf(Truck.class);
		assertThat(exporter.emit(new Van("v1")).messages()).isEmpty();
		assertThat(this.received.poll()).isExactlyInstanceOf(Van.class);
	}

	@Test
	void anEventThatASuperclassNamesIsThatOfItsSubclasses() {
		SignalExporter exporter = exporterTo(Families.class);
		assertThat(exporter.emit(new Bond("b1")).messages()).isEmpty();
		assertThat(this.received.poll()).isExactlyInstanceOf(Stock.class)
			.extracting((stock) -> ((Stock) stock).getName())
			.isEqualTo("b1");
	}

	@Test
	void theSubtypesThatJacksonKnowsAreReceived() {
		SignalExporter exporter = exporterTo(Families.class);
		assertActed(exporter.emit(new Shift(2)), new Shift(2));
		assertActed(exporter.emit(new Cut("x")), new Cut("x"));
	}

	@Test
	void oneEventOfSeveralTypesIsReadByTheNameThatJacksonWrites() {
		SignalExporter exporter = exporterTo(Families.class);
		assertActed(exporter.emit(new Left(2)), new Left(2));
		assertActed(exporter.emit(new Right(3)), new Right(3));
	}

	@Test
	void anEventThatAHandlerNamesIsReadAsItsType() {
		SignalExporter exporter = exporterTo(NamingEvents.class);
		assertActed(exporter.emit(new Flood(1)), new Flood(1));
		assertActed(exporter.signal("custom").payload(new Fire("shed")).publish(), new Fire("shed"));
	}

	@Test
	void metadataThatBecomesNullReachesNoHandler() {
		SignalExporter exporter = exporterTo(NamingEvents.class);
		assertThat(exporter.publish("cut").messages().values()).containsExactly("the metadata is not a valid Nothing");
		assertThat(this.received).isEmpty();
	}

	@Test
	void aGatewayPublishesTheEventOfItsArgument() {
		exporterTo(Families.class);
		Gateway gateway = publisher.getBean(SignalGatewayFactory.class).create(Gateway.class);
		assertActed(gateway.raise(new Fire("cellar")), new Fire("cellar"));
		assertActed(gateway.raise(new Flood(2)), new Flood(2));
		assertThatIllegalArgumentException().isThrownBy(() -> gateway.raise(null)).withMessageContaining("raise");
	}

	@Test
	void aSubclassOfAnotherTypedSignalNeedsAnAnnotation() {
		SignalExporter exporter = exporterTo(Families.class);
		assertThatIllegalArgumentException().isThrownBy(() -> exporter.emit(new Derived()))
			.withMessageContaining(Derived.class.getName())
			.withMessageContaining(Base.class.getName())
			.withMessageContaining("@SignalEvent");
	}

	@ParameterizedTest
	@ValueSource(classes = { TakingAnOpenInterface.class, TakingASharedEvent.class, TakingTwoNames.class,
			TakingADerived.class, TakingAnyOfAFamily.class, TakingClassNames.class })
	void anAmbiguousTypeFailsTheStart(Class<?> configuration) {
		assertThatExceptionOfType(InvalidSignalHandlerException.class)
			.isThrownBy(() -> applications.start(configuration))
			.withMessageContaining(configuration.getSimpleName() + ".on")
			.satisfies((ex) -> assertThat(ex.getRemedy()).containsAnyOf("sealed", "@SignalEvent", "JsonTypeInfo",
					"Name the events"));
	}

	private SignalExporter exporterTo(Class<?> responder) {
		SignalExporter exporter = publisher.getBean(SignalExporter.class);
		exporter.shutdown();
		ConfigurableApplicationContext context = applications.start(responder, "responder.unhandled=reject");
		this.received = context.getBean(Receiving.class).received;
		assertThat(exporter.initializeAndWait(1, TIMEOUT, EVENTS)).isTrue();
		return exporter;
	}

	private void assertActed(SignalResult result, Object payload) {
		assertThat(result.messages()).isEmpty();
		assertThat(result.isSuccess()).isTrue();
		assertThat(this.received.poll()).isEqualTo(payload);
	}

	sealed interface Alarm permits Fire, Flood {

	}

	record Fire(String where) implements Alarm {
	}

	record Flood(int level) implements Alarm {
	}

	static sealed class Van permits Truck {

		private final String name;

		Van(String name) {
			this.name = name;
		}

		public String getName() {
			return this.name;
		}

	}

	static final class Truck extends Van {

		Truck(String name) {
			super(name);
		}

	}

	@SignalEvent("stock")
	static class Stock {

		private String name = "";

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

	}

	static class Bond extends Stock {

		Bond(String name) {
			setName(name);
		}

		public int getYears() {
			return 30;
		}

	}

	@JsonSubTypes({ @JsonSubTypes.Type(Shift.class), @JsonSubTypes.Type(Cut.class) })
	interface Edit {

	}

	record Shift(int by) implements Edit {
	}

	record Cut(String what) implements Edit {
	}

	@SignalEvent("move")
	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(name = "left", value = Left.class),
			@JsonSubTypes.Type(name = "right", value = Right.class) })
	sealed interface Move permits Left, Right {

	}

	record Left(int steps) implements Move {
	}

	record Right(int steps) implements Move {
	}

	static class Base {

	}

	static class Derived extends Base {

	}

	interface Gateway {

		SignalResult raise(Alarm alarm);

	}

	static class Receiving {

		final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	}

	static class Families extends Receiving {

		@OnSignal
		void on(Alarm alarm) {
			this.received.add(alarm);
		}

		@OnSignal
		void on(Van van) {
			this.received.add(van);
		}

		@OnSignal
		void on(Stock stock) {
			this.received.add(stock);
		}

		@OnSignal
		void on(Edit edit) {
			this.received.add(edit);
		}

		@OnSignal
		void on(Move move) {
			this.received.add(move);
		}

	}

	static class NamingEvents extends Receiving {

		@OnSignal(event = { "fire", "flood" })
		void on(Alarm alarm) {
			this.received.add(alarm);
		}

		@OnSignal(event = "cut")
		void on(Nothing nothing) {
			this.received.add("called");
		}

		@OnSignal(event = "custom")
		void on(Fire fire) {
			this.received.add(fire);
		}

	}

	@JsonDeserialize(using = NothingDeserializer.class)
	record Nothing() {
	}

	static class NothingDeserializer extends ValueDeserializer<Nothing> {

		@Override
		public Nothing deserialize(JsonParser parser, DeserializationContext context) {
			parser.skipChildren();
			return null;
		}

	}

	interface Open {

	}

	static class TakingAnOpenInterface {

		@OnSignal
		void on(Open open) {
		}

	}

	@SignalEvent("siren")
	sealed interface Siren permits Low, High {

	}

	record Low(int hertz) implements Siren {
	}

	record High(int hertz) implements Siren {
	}

	static class TakingASharedEvent {

		@OnSignal
		void on(Siren siren) {
		}

	}

	@SignalEvent("one")
	interface One {

	}

	@SignalEvent("two")
	interface Two {

	}

	record Both(int n) implements One, Two {
	}

	static class TakingTwoNames {

		@OnSignal
		void on(Both both) {
		}

	}

	static class TakingADerived {

		@OnSignal
		void on(Derived derived) {
		}

	}

	static class TakingAnyOfAFamily {

		@OnSignal(event = "*")
		void on(Alarm alarm) {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	record Classy(int n) {
	}

	static class TakingClassNames {

		@OnSignal
		void on(Classy classy) {
		}

	}

}
