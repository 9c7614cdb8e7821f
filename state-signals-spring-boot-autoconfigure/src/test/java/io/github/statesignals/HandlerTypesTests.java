package io.github.statesignals;

import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import kotlin.text.Regex;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

import org.springframework.context.event.EventListener;
import org.springframework.core.MethodParameter;
import org.springframework.core.convert.converter.Converter;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The types that {@link OnSignal} methods take: a string of the wire loads no class,
 * opens no file or address and compiles no pattern.
 */
class HandlerTypesTests extends AbstractHandlerTests {

	static final AtomicBoolean initialized = new AtomicBoolean();

	@ParameterizedTest
	@ValueSource(classes = { AClass.class, AFile.class, APath.class, AResource.class, AFileResource.class, AUrl.class,
			AnAddress.class, ASocketAddress.class, APattern.class, AStream.class, AnAbstractStream.class, AMethod.class,
			AThread.class, ALoader.class, AProcess.class, ADocument.class, AList.class, AnArray.class, AnOptional.class,
			AReference.class, Values.class, Keys.class, AComponent.class, ANestedComponent.class, AProperty.class,
			ACreator.class, ASubtype.class, ANestedSubtype.class, AnOwnFile.class, AHeader.class, TheHeaders.class,
			APayload.class, ARegex.class, APropertyRegex.class })
	void typeThatIsDangerousToCreateFromAStringFailsTheStart(Class<?> handlers) {
		this.runner.withBean(handlers)
			.run((context) -> assertInvalid(context, ".on(", " from metadata", "Take a String"));
	}

	@Test
	void dangerousPropertyIsNamed() {
		this.runner.withBean(AProperty.class)
			.run((context) -> assertInvalid(context, ".on(",
					"java.io.File from metadata (property 'file' of " + WithFile.class.getName() + ")", "Converter"));
	}

	@ParameterizedTest
	@ValueSource(classes = { TakingUncreatable.class, TakingLibraryType.class, TakingUncreatableProperty.class })
	void typeWithoutAConstructorToCallFailsTheStart(Class<?> handlers) {
		this.runner.withBean(handlers)
			.run((context) -> assertInvalid(context, ".on(", ", and has no constructor that Jackson can call",
					"annotate one with @JsonCreator"));
	}

	@Test
	void subtypeOfATypeWithoutAConstructorIsCreated() {
		this.runner.withBean(TakingShapes.class).run((context) -> {
			assertThat(context).hasNotFailed();
			Map<String, Object> metadata = Map.of("shape", Map.of("type", "circle", "radius", 2));
			assertThat(this.publisher.ask("shapes", metadata).message()).isEqualTo("2");
		});
	}

	@Test
	void typedSignalIsChecked() {
		this.runner.withBean(Typed.class)
			.run((context) -> assertInvalid(context, Typed.class.getName() + ".on(", "java.nio.file.Path from metadata",
					"Take a String"));
	}

	@Test
	void listenerOfABridgedTypeIsChecked() {
		this.runner.withBean(Bridged.class)
			.run((context) -> assertInvalid(context, Bridged.class.getName() + ".on", "java.io.File from metadata",
					"Take a String"));
	}

	@ParameterizedTest
	@ValueSource(
			classes = { ClassNames.class, NestedClassNames.class, ListOfClassNames.class, PropertyClassNames.class })
	void typeThatReadsAClassNameFailsTheStart(Class<?> handlers) {
		String place = (handlers != PropertyClassNames.class) ? Animal.class.getName()
				: "a property of " + Cage.class.getName();
		this.runner.withBean(handlers)
			.run((context) -> assertInvalid(context, ".on(", "reads a class name from metadata (" + place,
					"JsonTypeInfo.Id.NAME"));
	}

	@Test
	void deserializerThatReadsATreeCreatesItsType() {
		this.runner.withBean(TakingTree.class).run((context) -> {
			assertThat(context).hasNotFailed();
			Response response = this.publisher.ask("tree", Map.of("price", Map.of("amount", "12 EUR")));
			assertThat(response.message()).isEqualTo("Money[amount=12 EUR]");
		});
	}

	@Test
	void conditionPassesMetadataToParametersOfAnyType() {
		this.runner.withBean("rules", Rules.class, Rules::new).run((context) -> {
			Map<String, Object> metadata = Map.of("args", Map.of("a", 1), "list", List.of(Map.of("b", 2)));
			for (String event : List.of("all", "entry", "list", "text")) {
				assertThat(this.publisher.ask(event, metadata)).extracting(Response::ras, Response::message)
					.as(event)
					.containsExactly(1, null);
			}
		});
	}

	@Test
	void defaultTypingOfTheApplicationDoesNotApplyToMetadata() {
		this.runner.withBean(Harmless.class)
			.withBean(JsonMapper.class, () -> JsonMapper.builder()
				.activateDefaultTyping(BasicPolymorphicTypeValidator.builder().allowIfBaseType(Object.class).build(),
						DefaultTyping.NON_FINAL)
				.build())
			.run((context) -> {
				Response response = this.publisher.ask("object",
						Map.of("value", List.of(Initialized.class.getName(), Map.of())));
				assertThat(response.message()).isEqualTo("[" + Initialized.class.getName() + ", {}]");
				assertThat(initialized).isFalse();
			});
	}

	@Test
	void harmlessTypesAndDecisionsOfTheApplicationAreTaken() {
		Map<String, Object> cases = new LinkedHashMap<>();
		cases.put("uri", "redis://localhost");
		cases.put("locale", "en");
		cases.put("charset", "UTF-8");
		cases.put("node", "x");
		cases.put("object", "x");
		cases.put("ownConstructor", "x");
		cases.put("ownDeserializer", Map.of("file", "x"));
		cases.put("failure", Map.of("message", "x"));
		this.runner.withBean(Harmless.class).run((context) -> cases.forEach((event, value) -> {
			Response response = this.publisher.ask(event, Map.of("value", value));
			assertThat(response.ras()).as(event + ": " + response.message()).isOne();
		}));
	}

	@Test
	void valueOfAClassOfJavaIsAnEntry() {
		this.runner.withBean(JavaValues.class).run((context) -> {
			assertThat(this.publisher.ask("values", Map.of("i", 1, "l", 2, "d", 2.5, "flag", true)).message())
				.isEqualTo("OptionalInt[1] OptionalLong[2] OptionalDouble[2.5] true");
			assertThat(this.publisher.ask("values", Map.of()).message())
				.isEqualTo("OptionalInt.empty OptionalLong.empty OptionalDouble.empty null");
			assertThat(this.publisher.ask("values", Map.of("i", "x")).message())
				.isEqualTo("metadata entry 'i' is missing or not a valid int");
		});
	}

	@Test
	void nullableHeaderMayBeMissing() {
		this.runner.withBean(NullableHeader.class).run((context) -> {
			assertThat(this.publisher.ask("nullable", Map.of()).message()).isEqualTo("null");
			assertThat(this.publisher.ask("nullable", Map.of("shard", 5)).message()).isEqualTo("5");
		});
	}

	@Test
	void primitiveThatIsMissingIsNamed() {
		this.runner.withBean(PrimitiveHeader.class)
			.run((context) -> assertThat(this.publisher.ask("optional").message())
				.isEqualTo("metadata entry 'shard' is missing or null"));
	}

	@Test
	void requiredHeaderThatIsReadAsNullIsNamed() {
		this.runner.withBean(RequiredHeader.class).run((context) -> {
			assertThat(this.publisher.ask("required", Map.of("shard", "")).message())
				.isEqualTo("metadata entry 'shard' is missing or null");
			assertThat(this.publisher.ask("required", Map.of("shard", "5")).message()).isEqualTo("5");
		});
	}

	@Test
	void mapHasKeysOfItsType() {
		this.runner.withBean(KeyedMap.class)
			.run((context) -> assertThat(this.publisher.ask("start", Map.of("SECONDS", "5")).message()).isEqualTo("5"));
	}

	@Test
	void payloadThatIsASingleValueFailsTheStart() {
		this.runner.withBean(TextPayload.class)
			.run((context) -> assertInvalid(context, TextPayload.class.getName() + ".on(", "java.lang.String",
					"name of a metadata entry"));
	}

	@Test
	void valueOfAClassOfJavaNamesNoEvent() {
		this.runner.withBean(JavaEvent.class)
			.run((context) -> assertInvalid(context, JavaEvent.class.getName() + ".on(", "names no event",
					"@OnSignal(event"));
	}

	@Test
	void converterAndResolverOfTheApplicationMayCreateAnyType() {
		this.runner.withBean(ToFile.class).withBean(ToPath.class).withBean(Converted.class).run((context) -> {
			assertThat(this.publisher.ask("file").message()).isEqualTo("run-7");
			assertThat(this.publisher.ask("path").message()).isEqualTo("run-7");
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { PatternOfMetadata.class, PatternOfRoot.class, PatternOfArgument.class })
	void patternOfAConditionIsNotTakenFromTheSignal(Class<?> handlers) {
		this.runner.withBean("words", Words.class)
			.withBean(handlers)
			.run((context) -> assertInvalid(context, handlers.getName() + ".on(", "matches",
					"Write the pattern after"));
	}

	@Test
	void patternOfAConditionMayBeALiteralOrThatOfABeanOrType() {
		this.runner.withBean("words", Words.class).withBean(Patterns.class).run((context) -> {
			assertThat(this.publisher.ask("literal", Map.of("name", "abc")).ras()).isOne();
			assertThat(this.publisher.ask("literal", Map.of("name", "123")).ras()).isZero();
			assertThat(this.publisher.ask("bean", Map.of("name", "abc")).ras()).isOne();
			assertThat(this.publisher.ask("type", Map.of("name", "abc")).ras()).isOne();
		});
	}

	@Test
	void conditionEvaluatesNoStringOfTheSignal() {
		this.runner.withBean("words", Words.class).withBean(Conditions.class).run((context) -> {
			String name = Initialized.class.getName();
			assertThat(this.publisher.ask("text", Map.of("name", "T(" + name + ").value()")).ras()).isOne();
			for (String event : List.of("instance", "classArgument", "fileArgument", "urlArgument",
					"patternArgument")) {
				Response response = this.publisher.ask(event, Map.of("name", name));
				assertThat(response.ras()).as(event + ": " + response.message()).isZero();
			}
			assertThat(context.getBean(Words.class).calls).isEmpty();
			assertThat(initialized).isFalse();
		});
	}

	static class Initialized {

		static {
			initialized.set(true);
		}

		static boolean value() {
			return true;
		}

	}

	static class WithFile {

		private File file;

		public File getFile() {
			return this.file;
		}

		public void setFile(File file) {
			this.file = file;
		}

	}

	record Component(InetAddress address) {
	}

	record Elements(List<Map<String, Component>> elements) {
	}

	record Created(String name) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		static Created of(Path path) {
			return new Created(path.toString());
		}

	}

	sealed interface Shape permits Circle {

	}

	record Circle(URL image) implements Shape {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes(@JsonSubTypes.Type(Square.class))
	interface Named {

	}

	record Square(File image) implements Named {
	}

	record Drawing(List<Named> shapes) {
	}

	static class OwnFile extends File {

		private static final long serialVersionUID = 1;

		OwnFile(String name) {
			super(name);
		}

	}

	static class Takes<T> {

		@OnSignal(event = "x")
		void on(T value) {
		}

	}

	static class JavaValues {

		@OnSignal(event = "values")
		Acknowledgement on(OptionalInt i, @Header(required = false) OptionalLong l, @Header OptionalDouble d,
				AtomicBoolean flag) {
			return Acknowledgement.success(i + " " + l + " " + d + " " + flag);
		}

	}

	static class NullableHeader {

		@OnSignal(event = "nullable")
		Acknowledgement on(@Header("shard") @Nullable Integer shard) {
			return Acknowledgement.success(String.valueOf(shard));
		}

	}

	static class RequiredHeader {

		@OnSignal(event = "required")
		Acknowledgement on(@Header("shard") Integer shard) {
			return Acknowledgement.success(String.valueOf(shard));
		}

	}

	static class PrimitiveHeader {

		@OnSignal(event = "optional")
		void on(@Header(name = "shard", required = false) int shard) {
		}

	}

	static class KeyedMap {

		@OnSignal(event = "start")
		Acknowledgement on(Map<TimeUnit, Object> delays) {
			return Acknowledgement.success(String.valueOf(delays.get(TimeUnit.SECONDS)));
		}

	}

	static class TextPayload {

		@OnSignal(event = "start")
		void on(@Payload String text) {
		}

	}

	static class JavaEvent {

		@OnSignal
		void on(OptionalInt value) {
		}

	}

	static class TakingUncreatable {

		@OnSignal(event = "start")
		void on(Uncreatable uncreatable) {
		}

	}

	static class TakingLibraryType {

		@OnSignal(event = "start")
		void on(DataSize size) {
		}

	}

	static class TakingUncreatableProperty {

		@OnSignal(event = "start")
		void on(WithUncreatable typed) {
		}

	}

	record WithUncreatable(List<Uncreatable> uncreatable) {
	}

	static final class Uncreatable {

		private final int x;

		private Uncreatable(int x, int y) {
			this.x = x + y;
		}

		public int getX() {
			return this.x;
		}

	}

	static class TakingShapes {

		@OnSignal(event = "shapes")
		Acknowledgement on(WithShape typed) {
			return Acknowledgement.success("" + typed.shape.radius);
		}

	}

	record WithShape(Figure shape) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
	@JsonSubTypes(@JsonSubTypes.Type(value = Disk.class, name = "circle"))
	static class Figure {

		final int radius;

		Figure(int radius, int scale) {
			this.radius = radius * scale;
		}

	}

	static class Disk extends Figure {

		@JsonCreator
		Disk(@JsonProperty("radius") int radius) {
			super(radius, 1);
		}

	}

	static class AClass extends Takes<Class<?>> {

	}

	static class AFile extends Takes<File> {

	}

	static class APath extends Takes<Path> {

	}

	static class AResource extends Takes<Resource> {

	}

	static class AFileResource extends Takes<FileSystemResource> {

	}

	static class AUrl extends Takes<URL> {

	}

	static class AnAddress extends Takes<InetAddress> {

	}

	static class ASocketAddress extends Takes<InetSocketAddress> {

	}

	static class ARegex extends Takes<Regex> {

	}

	record WithRegex(Regex regex) {
	}

	static class APropertyRegex extends Takes<WithRegex> {

	}

	static class APattern extends Takes<Pattern> {

	}

	static class AStream extends Takes<FileInputStream> {

	}

	static class AnAbstractStream extends Takes<InputStream> {

	}

	static class AMethod extends Takes<Method> {

	}

	static class AThread extends Takes<Thread> {

	}

	static class ALoader extends Takes<URLClassLoader> {

	}

	static class AProcess extends Takes<ProcessBuilder> {

	}

	static class ADocument extends Takes<Document> {

	}

	static class AList {

		@OnSignal(event = "x")
		void on(List<File> value) {
		}

	}

	static class AnArray extends Takes<Path[]> {

	}

	static class AnOptional {

		@OnSignal(event = "x")
		void on(Optional<URL> value) {
		}

	}

	static class AReference {

		@OnSignal(event = "x")
		void on(@Header("a") AtomicReference<File> value) {
		}

	}

	static class Values {

		@OnSignal(event = "x")
		void on(Map<String, Class<?>> value) {
		}

	}

	static class Keys {

		@OnSignal(event = "x")
		void on(Map<Class<?>, String> value) {
		}

	}

	static class AComponent extends Takes<Component> {

	}

	static class ANestedComponent extends Takes<Elements> {

	}

	static class AProperty extends Takes<WithFile> {

	}

	static class ACreator extends Takes<Created> {

	}

	static class ASubtype extends Takes<Shape> {

	}

	static class ANestedSubtype extends Takes<Drawing> {

	}

	static class AnOwnFile extends Takes<OwnFile> {

	}

	static class AHeader {

		@OnSignal(event = "x")
		void on(@Header("a") File file) {
		}

	}

	static class TheHeaders {

		@OnSignal(event = "x")
		void on(@Headers Map<String, Path> headers) {
		}

	}

	static class APayload {

		@OnSignal(event = "x")
		void on(@Payload Component component) {
		}

	}

	record Checkout(Path directory) {
	}

	static class Typed {

		@OnSignal
		void on(Checkout checkout) {
		}

	}

	@SignalEvent(bridge = true)
	record Upload(File file) {
	}

	static class Bridged {

		@EventListener
		void on(Upload upload) {
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	interface Animal {

	}

	record Zoo(Map<String, Animal> animals) {
	}

	record Cage(@JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS) Object animal) {
	}

	static class ClassNames extends Takes<Animal> {

	}

	static class NestedClassNames extends Takes<Zoo> {

	}

	static class ListOfClassNames {

		@OnSignal(event = "x")
		void on(List<Animal> value) {
		}

	}

	static class PropertyClassNames extends Takes<Cage> {

	}

	record Own(String name) {

		@JsonCreator(mode = JsonCreator.Mode.DELEGATING)
		static Own of(String name) {
			return new Own(new File(name).getName());
		}

	}

	record OwnDeserializer(@JsonDeserialize(using = FileDeserializer.class) File file) {
	}

	static class FileDeserializer extends StdDeserializer<File> {

		FileDeserializer() {
			super(File.class);
		}

		@Override
		public File deserialize(JsonParser parser, DeserializationContext context) {
			return new File(parser.getString());
		}

	}

	static class Harmless {

		@OnSignal(event = "uri")
		void on(URI value) {
		}

		@OnSignal(event = "locale")
		void on(Locale value) {
		}

		@OnSignal(event = "charset")
		void on(Charset value) {
		}

		@OnSignal(event = "node")
		void on(JsonNode node) {
		}

		@OnSignal(event = "object")
		Acknowledgement on(Object value) {
			return Acknowledgement.success(value.toString());
		}

		@OnSignal(event = "ownConstructor")
		void on(@Header("value") Own value) {
		}

		@OnSignal(event = "ownDeserializer")
		void on(@Header("value") OwnDeserializer value) {
		}

		@OnSignal(event = "failure")
		void on(@Header("value") IllegalStateException value) {
		}

	}

	static class ToFile implements Converter<Signal, File> {

		@Override
		public File convert(Signal signal) {
			return new File(signal.tag());
		}

	}

	static class ToPath implements SignalArgumentResolver {

		@Override
		public boolean supports(MethodParameter parameter) {
			return parameter.getParameterType() == Path.class;
		}

		@Override
		public Object resolve(MethodParameter parameter, Signal signal) {
			return Path.of(signal.tag());
		}

	}

	static class Converted {

		@OnSignal(event = "file")
		Acknowledgement on(File file) {
			return Acknowledgement.success(file.getName());
		}

		@OnSignal(event = "path")
		Acknowledgement on(Path path) {
			return Acknowledgement.success(path.toString());
		}

	}

	static class PatternOfMetadata {

		@OnSignal(event = "x", condition = "'a' matches #metadata['pattern']")
		void on() {
		}

	}

	static class PatternOfRoot {

		@OnSignal(event = "x", condition = "sampleNo > 0 and !('a' matches '.*' + tag)")
		void on() {
		}

	}

	static class PatternOfArgument {

		@OnSignal(event = "x", condition = "'a' matches @words.pattern(#signal.tag)")
		void on() {
		}

	}

	static class Patterns {

		@OnSignal(event = "literal", condition = "#metadata['name'] matches '[a-z]+'")
		void literal() {
		}

		@OnSignal(event = "bean", condition = "#metadata['name'] matches @words.pattern('z') + '+'")
		void bean() {
		}

		@OnSignal(event = "type",
				condition = "#metadata['name'] matches T(io.github.statesignals.HandlerTypesTests$Words).LETTERS")
		void type() {
		}

	}

	public static class Words {

		public static final String LETTERS = "[a-z]+";

		final List<Object> calls = new ArrayList<>();

		public String pattern(String last) {
			return "[a-" + last + "]";
		}

		public boolean takesClass(Class<?> type) {
			return this.calls.add(type);
		}

		public boolean takesFile(File file) {
			return this.calls.add(file);
		}

		public boolean takesUrl(URL url) {
			return this.calls.add(url);
		}

		public boolean takesPattern(Pattern pattern) {
			return this.calls.add(pattern);
		}

	}

	static class Conditions {

		@OnSignal(event = "text", condition = "#metadata['name'] != null")
		void text() {
		}

		@OnSignal(event = "instance", condition = "'x' instanceof #metadata['name']")
		void instance() {
		}

		@OnSignal(event = "classArgument", condition = "@words.takesClass(#metadata['name'])")
		void classArgument() {
		}

		@OnSignal(event = "fileArgument", condition = "@words.takesFile(#metadata['name'])")
		void fileArgument() {
		}

		@OnSignal(event = "urlArgument", condition = "@words.takesUrl('file:' + #metadata['name'])")
		void urlArgument() {
		}

		@OnSignal(event = "patternArgument", condition = "@words.takesPattern(#metadata['name'])")
		void patternArgument() {
		}

	}

	record Money(String amount) {
	}

	record Invoice(@JsonDeserialize(using = MoneyDeserializer.class) Money price) {
	}

	static class MoneyDeserializer extends StdDeserializer<Money> {

		MoneyDeserializer() {
			super(Money.class);
		}

		@Override
		public Money deserialize(JsonParser parser, DeserializationContext context) {
			JsonNode tree = parser.readValueAsTree();
			return new Money(tree.get("amount").asString());
		}

	}

	static class TakingTree {

		@OnSignal(event = "tree")
		Acknowledgement on(Invoice invoice) {
			return Acknowledgement.success(invoice.price().toString());
		}

	}

	public static class Rules {

		public boolean matches(Object value) {
			return value != null;
		}

		public boolean any(List<Object> values) {
			return !values.isEmpty();
		}

		@OnSignal(event = "all", condition = "@rules.matches(#metadata)")
		void all() {
		}

		@OnSignal(event = "entry", condition = "@rules.matches(#metadata['args'])")
		void entry() {
		}

		@OnSignal(event = "list", condition = "@rules.any(#metadata['list'])")
		void list() {
		}

		@OnSignal(event = "text", condition = "(#metadata['args'] + '').contains('a')")
		void text() {
		}

	}

}
