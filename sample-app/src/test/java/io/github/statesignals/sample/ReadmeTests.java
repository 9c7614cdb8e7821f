package io.github.statesignals.sample;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import com.example.Pages;
import com.example.Pages.Fence;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * All code of the documentation is compiled, bound or compared, here or by a test that is
 * named here.
 */
class ReadmeTests {

	// A part that a block omits.
	private static final Pattern ELISION = Pattern.compile("^\\s*// \\.\\.\\.$", Pattern.MULTILINE);

	private static final Pattern GRADLE = Pattern
		.compile("(?:testI|i)mplementation(?: '|\\(\")([\\w.-]+):([\\w.-]+):([\\w.-]+)(?:'|\"\\))");

	private static final Pattern CONFIGURED = Pattern.compile("`(state-signals\\.[a-z.-]+[a-z])(?:[=:`])");

	private static final String SNIPPETS = "Correct the page or a snippet in "
			+ "sample-app/src/test/java/io/github/statesignals/sample/snippets, so that they agree";

	// The tests that compare all blocks of a page in a language.
	private static final Map<String, String> COMPARED = Map.of("README.md text", "GettingStartedTests",
			"docs/getting-started.md text", "GettingStartedTests", "docs/publishing.md text", "WarningTests",
			"docs/operating.md text", "OperatingTests", "docs/operating.md http", "OperatingTests",
			"docs/security.md text", "RequiredPermissionsTests", "docs/kotlin.md kotlin", "KotlinTests",
			"docs/python.md python", "PythonSnippetTests");

	private static final Commands COMMANDS = new Commands();

	private final String version = Pages.text("pom.xml")
		.replaceAll("(?s).*?<artifactId>state-signals-spring-boot-parent</artifactId>\\s*<version>(.*?)</version>.*",
				"$1");

	@TestFactory
	Stream<DynamicTest> everyBlockIsChecked() {
		List<String> sources = sources();
		List<Fence> fences = Pages.fences();
		assertThat(fences).hasSizeGreaterThan(100);
		return fences.stream().map((fence) -> DynamicTest.dynamicTest(fence.toString(), () -> check(fence, sources)));
	}

	@TestFactory
	Stream<DynamicTest> everyBlockHasAnEnd() {
		return Pages.all().stream().map((page) -> DynamicTest.dynamicTest(page.toString(), () -> {
			String name = Pages.ROOT.relativize(page).toString();
			long borders = Pages.text(name).lines().filter((line) -> line.strip().startsWith("```")).count();
			assertThat(Pages.fences(name)).as("blocks of code that begin with ``` and a language, not indented")
				.hasSize((int) (borders / 2))
				.hasSize((int) ((borders + 1) / 2));
		}));
	}

	@TestFactory
	Stream<DynamicTest> everyPropertyExists() {
		DocumentedProperties properties = new DocumentedProperties();
		return Pages.all()
			.stream()
			.map((page) -> Pages.ROOT.relativize(page).toString())
			.map((page) -> DynamicTest.dynamicTest(page, () -> {
				Matcher name = CONFIGURED.matcher(Pages.text(page));
				while (name.find()) {
					assertThat(properties.exists(name.group(1)))
						.as("There is no property %s, which %s names", name.group(1), page)
						.isTrue();
				}
			}));
	}

	private void check(Fence fence, List<String> sources) throws Exception {
		String test = COMPARED.get(fence.page() + " " + fence.language());
		switch (fence.language()) {
			case "java" -> assertCompiled(fence, sources);
			case "yaml" -> new DocumentedProperties().assertBound(fence);
			case "xml" -> assertDependency(fence);
			case "groovy" -> assertGradle(fence);
			case "json" -> assertJson(fence);
			case "bash" -> COMMANDS.assertKnown(fence);
			case "" -> {
				if (!isDrawing(fence)) {
					COMMANDS.assertKnown(fence);
				}
			}
			case "text" -> assertThat(test != null || isDrawing(fence))
				.as("%s is an output that no test compares. Let a test do so, and name it in COMPARED", fence)
				.isTrue();
			case "http", "kotlin", "python" ->
				assertThat(test)
					.as("%s is on a page whose %s no test compares. Let a test do so, and name it in COMPARED", fence,
							fence.language())
					.isNotNull();
			default -> fail(fence + " has a language that no test knows, and that the site may not render");
		}
		if (test != null) {
			assertThat(COMMANDS.isTest(test)).as(test).isTrue();
		}
	}

	private static boolean isDrawing(Fence fence) {
		return fence.code().contains("──") || fence.code().contains("-----");
	}

	private static void assertCompiled(Fence fence, List<String> sources) {
		List<String> parts = ELISION.splitAsStream(fence.code()).map(ReadmeTests::normalize).toList();
		assertThat(sources)
			.withFailMessage("%s is in no source file of sample-app. %s on:%n%s", fence, SNIPPETS, fence.code())
			.anyMatch((source) -> containsInOrder(source, parts));
	}

	private static boolean containsInOrder(String source, List<String> parts) {
		int from = 0;
		for (String part : parts) {
			int index = source.indexOf(part, from);
			if (index == -1) {
				return false;
			}
			from = index + part.length();
		}
		return true;
	}

	private void assertDependency(Fence fence) throws Exception {
		Element dependency = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(fence.code())))
			.getDocumentElement();
		assertThat(dependency.getTagName()).isEqualTo("dependency");
		assertCoordinates(text(dependency, "groupId"), text(dependency, "artifactId"), text(dependency, "version"));
	}

	private static String text(Element element, String name) {
		return element.getElementsByTagName(name).item(0).getTextContent();
	}

	private void assertGradle(Fence fence) {
		assertThat(fence.code().lines()).isNotEmpty().allSatisfy((line) -> {
			Matcher dependency = GRADLE.matcher(line);
			assertThat(dependency.matches()).as(line).isTrue();
			assertCoordinates(dependency.group(1), dependency.group(2), dependency.group(3));
		});
	}

	private void assertCoordinates(String group, String artifact, String version) {
		assertThat(group).isEqualTo("io.github.statesignals");
		assertThat(COMMANDS.isModule(artifact)).as("%s is a module", artifact).isTrue();
		assertThat(version).isEqualTo(this.version);
	}

	private static void assertJson(Fence fence) {
		try (MappingIterator<JsonNode> values = JsonMapper.shared()
			.readerFor(JsonNode.class)
			.readValues(fence.code())) {
			assertThat(values.readAll()).as(fence.toString()).isNotEmpty();
		}
	}

	private static List<String> sources() {
		try (Stream<Path> files = Files.walk(Path.of("src"))) {
			return files.filter((file) -> file.toString().endsWith(".java")).map(ReadmeTests::read).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String read(Path file) {
		try {
			return normalize(Files.readString(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// White space and the borders of regions may differ.
	private static String normalize(String code) {
		return code.replaceAll("// (tag|end)::.*", "").replaceAll("\\s+", "");
	}

}
