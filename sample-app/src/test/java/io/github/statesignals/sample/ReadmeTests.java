package io.github.statesignals.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All Java code of README.md and the pages in docs is compiled here.
 */
class ReadmeTests {

	private static final Path ROOT = Path.of("..");

	private static final Pattern FENCE = Pattern.compile("^```java\\R(?<code>.*?)^```",
			Pattern.MULTILINE | Pattern.DOTALL);

	// A part that a fence omits.
	private static final Pattern ELISION = Pattern.compile("^\\s*// \\.\\.\\.$", Pattern.MULTILINE);

	@TestFactory
	Stream<DynamicTest> everyJavaFenceIsCompiled() throws IOException {
		List<String> sources = sources();
		List<DynamicTest> tests = new ArrayList<>();
		for (Path page : pages()) {
			String text = Files.readString(page);
			Matcher fence = FENCE.matcher(text);
			while (fence.find()) {
				long line = text.substring(0, fence.start()).lines().count() + 1;
				String code = fence.group("code");
				String name = "%s:%d (%s)".formatted(ROOT.relativize(page), line,
						code.lines().findFirst().orElse("empty"));
				tests.add(DynamicTest.dynamicTest(name, () -> assertCompiled(name, code, sources)));
			}
		}
		assertThat(tests).isNotEmpty();
		return tests.stream();
	}

	private static List<Path> pages() throws IOException {
		try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
			return Stream.concat(Stream.of(ROOT.resolve("README.md")), docs)
				.filter((page) -> page.toString().endsWith(".md"))
				.sorted()
				.toList();
		}
	}

	private static void assertCompiled(String name, String code, List<String> sources) {
		List<String> parts = ELISION.splitAsStream(code).map(ReadmeTests::normalize).toList();
		assertThat(sources)
			.withFailMessage("%s is in no source file of sample-app. Correct the page or a snippet in "
					+ "sample-app/src/test/java/io/github/statesignals/sample/snippets, so that they agree on:%n%s",
					name, code)
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

	private static List<String> sources() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src"))) {
			return files.filter((file) -> file.toString().endsWith(".java")).map(ReadmeTests::read).toList();
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
