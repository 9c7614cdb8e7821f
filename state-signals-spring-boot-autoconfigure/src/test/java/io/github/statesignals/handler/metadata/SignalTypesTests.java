package io.github.statesignals.handler.metadata;

import java.io.Serializable;
import java.util.Map;

import io.github.statesignals.SignalEvent;
import io.github.statesignals.core.SignalEventNames;
import io.github.statesignals.core.SignalTypeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.annotation.JsonDeserialize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The rule by which types are named, for publishers ({@link SignalEventNames#of}) and
 * responders ({@link SignalTypes#events}).
 */
class SignalTypesTests {

	@Test
	void aTypeThatIsNotAnnotatedHasItsOwnName() {
		assertThat(SignalEventNames.of(PlainRecord.class)).isEqualTo("plain-record");
		assertThat(SignalTypes.events(PlainRecord.class)).isEqualTo(Map.of("plain-record", PlainRecord.class));
	}

	@Test
	void theOwnAnnotationComesBeforeThatOfASupertype() {
		assertThat(SignalEventNames.of(Renamed.class)).isEqualTo("renamed");
		assertThat(SignalEventNames.of(OwnName.class)).isEqualTo("own-name");
		assertThat(SignalEventNames.of(Inherits.class)).isEqualTo("named");
	}

	@Test
	void theNearestAnnotatedSupertypeNamesTheEvent() {
		assertThat(SignalEventNames.of(OfTheNearer.class)).isEqualTo("nearer");
		assertThat(SignalEventNames.of(Transparent.class)).isEqualTo("named");
		assertThat(SignalEventNames.of(OfABaseAndItsInterface.class)).isEqualTo("named");
	}

	@ParameterizedTest
	@ValueSource(classes = { TwoNames.class, DerivedOfConcrete.class, FurtherDerived.class })
	void anAmbiguousEventIsRefusedOnBothSides(Class<?> type) {
		assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalEventNames.of(type))
			.withMessageContaining(type.getName())
			.withMessageContaining("ambiguous")
			.withMessageContaining("@SignalEvent");
		assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalTypes.events(type));
	}

	@ParameterizedTest
	@ValueSource(classes = { Shutdown.class, NamedInitialization.class })
	void aReservedEventIsRefusedOnBothSides(Class<?> type) {
		assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalEventNames.of(type))
			.withMessageContaining(type.getName())
			.withMessageContaining("reserved")
			.withMessageContaining("@SignalEvent");
		assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalTypes.events(type));
	}

	@ParameterizedTest
	@ValueSource(classes = { WithPlaceholder.class, WithExpression.class })
	void anEventWithAPlaceholderIsRefusedOnBothSides(Class<?> type) {
		assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalEventNames.of(type))
			.withMessageContaining(type.getName())
			.withMessageContaining("placeholder")
			.withMessageContaining("@OnSignal");
		assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalTypes.events(type));
	}

	@Test
	void aSubclassThatIsAnnotatedIsNotAmbiguous() {
		assertThat(SignalEventNames.of(AnnotatedDerived.class)).isEqualTo("annotated-derived");
		assertThat(SignalEventNames.of(OfJava.class)).isEqualTo("of-java");
	}

	@Test
	void typeThatIsNotOfTheApplicationHasNoEvent() {
		Runnable lambda = () -> {
		};
		Object anonymous = new Object() {
		};
		for (Class<?> type : new Class<?>[] { lambda.getClass(), anonymous.getClass(), String.class, int[].class,
				PlainRecord[].class, Map.class }) {
			assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalEventNames.of(type))
				.withMessageContaining("no typed signal");
		}
	}

	@Test
	void aSealedTypeStandsForAllThatItPermits() {
		assertThat(SignalTypes.events(Shape.class))
			.isEqualTo(Map.of("circle", Circle.class, "box", Box.class, "cube", Cube.class));
		assertThat(SignalTypes.events(Box.class)).isEqualTo(Map.of("box", Box.class, "cube", Cube.class));
	}

	@Test
	void aFamilyOfOneEventIsItsOnlyTypeOrTheOneThatCanBeMade() {
		assertThat(SignalTypes.events(Single.class)).isEqualTo(Map.of("single", Only.class));
		assertThat(SignalTypes.events(Only.class)).isEqualTo(Map.of("single", Only.class));
		assertThat(SignalTypes.events(ByJackson.class)).isEqualTo(Map.of("by-jackson", ByJackson.class));
	}

	@ParameterizedTest
	@ValueSource(
			classes = { Serializable.class, Named.class, Inherits.class, Unnamed.class, PartlyOpen.class, Same.class })
	void aTypeThatCanNotBeMadeOfItsEventIsRefused(Class<?> type) {
		assertThatExceptionOfType(SignalTypeException.class).isThrownBy(() -> SignalTypes.events(type))
			.satisfies((ex) -> assertThat(ex.getRemedy()).isNotBlank());
	}

	@Test
	void aTypeIsBridgedWhenASupertypeIs() {
		assertThat(SignalTypes.isBridged(Transparent.class)).isTrue();
		assertThat(SignalTypes.isBridged(NamedAndBridged.class)).isTrue();
		assertThat(SignalTypes.isBridged(Inherits.class)).isFalse();
	}

	record PlainRecord(int n) {
	}

	@SignalEvent("named")
	interface Named {

	}

	record Inherits(int n) implements Named {
	}

	@SignalEvent("renamed")
	record Renamed(int n) implements Named {
	}

	@SignalEvent
	record OwnName(int n) implements Named {
	}

	@SignalEvent("nearer")
	interface Nearer extends Named {

	}

	record OfTheNearer(int n) implements Named, Nearer {
	}

	@SignalEvent(bridge = true)
	interface Bridged {

	}

	record Transparent(int n) implements Bridged, Named {
	}

	@SignalEvent("named-and-bridged")
	record NamedAndBridged(int n) implements Bridged {
	}

	@SignalEvent("other")
	interface Other {

	}

	record TwoNames(int n) implements Named, Other {
	}

	static class Concrete {

	}

	static class DerivedOfConcrete extends Concrete {

	}

	abstract static class AbstractDerived extends Concrete {

	}

	static class FurtherDerived extends AbstractDerived {

	}

	@SignalEvent
	static class AnnotatedDerived extends Concrete {

	}

	@SuppressWarnings("serial")
	static class OfJava extends RuntimeException {

	}

	static class NamedBase implements Named {

	}

	static class OfABaseAndItsInterface extends NamedBase implements Named {

	}

	sealed interface Shape permits Circle, Box {

	}

	record Circle(int radius) implements Shape {
	}

	static sealed class Box implements Shape permits Cube {

	}

	static final class Cube extends Box {

	}

	@SignalEvent("single")
	sealed interface Single permits Only {

	}

	record Only(int n) implements Single {
	}

	@SignalEvent("by-jackson")
	@JsonDeserialize(as = MadeByJackson.class)
	interface ByJackson {

	}

	record MadeByJackson(int n) implements ByJackson {
	}

	@JsonDeserialize(as = MadeByJackson.class)
	interface Unnamed {

	}

	sealed interface PartlyOpen permits Open, Closed {

	}

	non-sealed interface Open extends PartlyOpen {

	}

	record Closed(int n) implements PartlyOpen {
	}

	@SignalEvent("same")
	sealed interface Same permits First, Second {

	}

	record First(int n) implements Same {
	}

	record Second(int n) implements Same {
	}

	record Shutdown(String reason) {
	}

	@SignalEvent("initialization")
	record NamedInitialization(String reason) {
	}

	@SignalEvent("${events.bork}")
	record WithPlaceholder(String reason) {
	}

	@SignalEvent("#{@events.bork}")
	record WithExpression(String reason) {
	}

}
