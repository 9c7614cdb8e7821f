package io.github.statesignals.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The metadata for IDEs and the table of the README agree with the properties.
 */
class ConfigurationPropertiesTests {

	private static final String PREFIX = "state-signals";

	private static final Pattern ROW = Pattern.compile("\\|\\s*`(" + PREFIX + "\\.[^`]+)`\\s*\\|([^|]*)\\|(.*)\\|\\s*");

	@Test
	void everyPropertyHasMetadataAndNothingElseHas() {
		assertThat(metadata().stream().map(Property::name))
			.containsExactlyInAnyOrderElementsOf(boundValues(new Binder()).keySet());
	}

	@ParameterizedTest
	@MethodSource("metadata")
	void descriptionFollowsTheRulesOfBoot(Property property) {
		assertThat(property.description()).as(property.name())
			.isNotBlank()
			.doesNotStartWithIgnoringCase("the ")
			.doesNotStartWithIgnoringCase("a ")
			.doesNotStartWithIgnoringCase("an ")
			.matches("[A-Z].*")
			.endsWith(".")
			.doesNotContain("{@", "\n", "|");
		assertThat(property.description().startsWith("Whether ")).as(property.name() + " begins with 'Whether'")
			.isEqualTo(property.type().equals("java.lang.Boolean"));
	}

	@ParameterizedTest
	@MethodSource("metadata")
	void propertyHasType(Property property) {
		assertThat(property.type()).as(property.name()).isNotBlank();
	}

	@ParameterizedTest
	@MethodSource("metadata")
	void documentedDefaultIsTheRealOne(Property property) {
		Object actual = boundValues(new Binder()).get(property.name());
		if (property.defaultValue() == null) {
			assertThat(actual).as(property.name() + " has no documented default")
				.satisfiesAnyOf((value) -> assertThat(value).isNull(),
						(value) -> assertThat(value).isEqualTo(Collections.emptyList()),
						(value) -> assertThat(value).isEqualTo(Collections.emptyMap()));
			return;
		}
		Object documented = ApplicationConversionService.getSharedInstance()
			.convert(property.defaultValue(), actual.getClass());
		assertThat(actual).as(property.name()).isEqualTo(documented);
	}

	@Test
	void readmeListsExactlyTheseProperties() {
		Map<String, Row> rows = readmeRows();
		List<String> problems = new ArrayList<>();
		for (Property property : metadata()) {
			Row row = rows.remove(property.name());
			if (row == null) {
				problems.add(property.name() + " is missing");
			}
			else if (!property.isDefault(row.defaultValue())) {
				problems.add("the documented default of %s is %s, and the real one is %s".formatted(property.name(),
						row.defaultValue(), property.defaultCell()));
			}
			else if (!normalize(row.description()).equals(normalize(property.description()))) {
				problems.add("%s is described as '%s', and in the metadata as '%s'".formatted(property.name(),
						row.description(), property.description()));
			}
		}
		rows.keySet().forEach((name) -> problems.add(name + " does not exist"));
		assertThat(problems)
			.as("the table under '## Configuration' in README.md; paste this:%n%n%s%n%n", table().replace("%", "%%"))
			.isEmpty();
	}

	@Test
	void switchesOfActuatorHaveMetadata() {
		assertThat(json().get("properties").valueStream().map((property) -> property.get("name").asString()))
			.contains("management.endpoint.signals.access", "management.health.signals.enabled");
	}

	@Test
	void everyGroupHasDescription() {
		assertThat(json().get("groups").valueStream())
			.filteredOn((group) -> group.path("name").asString().startsWith(PREFIX))
			.isNotEmpty()
			.allSatisfy((group) -> assertThat(group.path("description").asString("")).as(group.toString())
				.matches("[A-Z].*\\."));
	}

	@Test
	void hintsHaveValuesOfExistingProperties() {
		Map<String, Object> defaults = boundValues(new Binder());
		Map<String, String> types = metadata().stream().collect(Collectors.toMap(Property::name, Property::type));
		assertThat(json().get("hints").valueStream()).isNotEmpty().allSatisfy((hint) -> {
			String name = hint.get("name").asString();
			if (name.endsWith(".keys")) {
				assertThat(types.get(name.substring(0, name.length() - ".keys".length()))).startsWith("java.util.Map<");
				return;
			}
			assertThat(types).containsKey(name);
			hint.path("values").valueStream().forEach((value) -> {
				assertThat(value.path("description").asString("")).matches("[A-Z].*\\.");
				assertThat(ApplicationConversionService.getSharedInstance()
					.convert(value.get("value").asString(), defaults.get(name).getClass())).isNotNull();
			});
		});
	}

	@Test
	void everyConstantOfEnumIsHinted() {
		Map<String, Object> defaults = boundValues(new Binder());
		List<String> hinted = json().get("hints")
			.valueStream()
			.flatMap((hint) -> hint.path("values")
				.valueStream()
				.map((value) -> hint.get("name").asString() + "=" + value.get("value").asString()))
			.toList();
		assertThat(hinted).containsAll(defaults.entrySet()
			.stream()
			.filter((property) -> property.getValue() instanceof Enum<?>)
			.flatMap((property) -> Stream.of(property.getValue().getClass().getEnumConstants())
				.map((constant) -> property.getKey() + "=" + constant.toString().toLowerCase()))
			.toList());
	}

	/**
	 * Prints the table of the README.
	 * @param args not used
	 */
	public static void main(String[] args) {
		System.out.println(table());
	}

	private static String table() {
		return metadata().stream()
			.map(Property::row)
			.collect(Collectors.joining("\n", "| property | default | description |\n|---|---|---|\n", ""));
	}

	private static Map<String, Row> readmeRows() {
		Map<String, Row> rows = new LinkedHashMap<>();
		for (String line : configurationSection()) {
			Matcher matcher = ROW.matcher(line);
			if (matcher.matches()) {
				Row row = new Row(matcher.group(2).strip(), matcher.group(3).strip());
				assertThat(rows.put(matcher.group(1), row)).as("a second row of " + matcher.group(1)).isNull();
			}
		}
		return rows;
	}

	private static List<String> configurationSection() {
		try (Stream<String> lines = Files.lines(Path.of("..", "README.md"))) {
			return lines.dropWhile((line) -> !line.equals("## Configuration"))
				.skip(1)
				.takeWhile((line) -> !line.startsWith("## "))
				.toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static List<Property> metadata() {
		List<Property> properties = json().get("properties")
			.valueStream()
			.map(Property::of)
			.filter((property) -> property.name().startsWith(PREFIX + "."))
			.toList();
		assertThat(properties).isNotEmpty();
		return properties;
	}

	private static JsonNode json() {
		try {
			// Other jars have a resource of this name, too.
			Path classes = Path
				.of(StateSignalsProperties.class.getProtectionDomain().getCodeSource().getLocation().toURI());
			return JsonMapper.shared().readTree(classes.resolve("META-INF/spring-configuration-metadata.json"));
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the default values of the properties by name.
	 * @param binder binds them
	 * @return the values
	 */
	private static Map<String, Object> boundValues(Binder binder) {
		Map<String, Object> values = new LinkedHashMap<>();
		collect(PREFIX, binder.bindOrCreate(PREFIX, StateSignalsProperties.class), values);
		return values;
	}

	private static void collect(String prefix, Object properties, Map<String, Object> values) {
		ReflectionUtils.doWithLocalFields(properties.getClass(), (field) -> {
			String name = prefix + "." + field.getName().replaceAll("([A-Z])", "-$1").toLowerCase();
			ReflectionUtils.makeAccessible(field);
			Object value = field.get(properties);
			if (field.getType().isMemberClass() && !field.getType().isEnum()) {
				collect(name, value, values);
			}
			else {
				values.put(name, value);
			}
		});
	}

	private static String normalize(String text) {
		return text.replaceAll("[`']", "").replaceAll("\\s+", " ").strip().replaceAll("\\.$", "");
	}

	private record Row(String defaultValue, String description) {
	}

	private record Property(String name, String type, String description, String defaultValue) {

		static Property of(JsonNode json) {
			JsonNode defaultValue = json.path("defaultValue");
			String text = defaultValue.isArray()
					? defaultValue.valueStream().map(JsonNode::asString).collect(Collectors.joining(","))
					: defaultValue.asString(null);
			return new Property(json.path("name").asString(), json.path("type").asString(""),
					json.path("description").asString(""), text);
		}

		String row() {
			String markdown = this.description.replaceAll("'([^' ]+)'", "`$1`").replaceAll("\\.$", "");
			return "| `%s` | %s | %s |".formatted(this.name, defaultCell(), markdown);
		}

		String defaultCell() {
			return (this.defaultValue != null) ? "`" + this.defaultValue + "`" : "none";
		}

		boolean isDefault(String cell) {
			// Without a value, text may describe the behaviour.
			return (this.defaultValue != null) ? cell.equals(defaultCell()) : cell.matches("[^`]+");
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
