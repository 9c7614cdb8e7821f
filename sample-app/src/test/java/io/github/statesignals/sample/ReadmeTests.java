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
 * README.md shows no Java code that is not compiled here.
 */
class ReadmeTests {

	private static final Path README = Path.of("..", "README.md");

	private static final Pattern FENCE = Pattern.compile("^```java\\R(?<code>.*?)^```",
			Pattern.MULTILINE | Pattern.DOTALL);

	// Where a fence leaves something out.
	private static final Pattern ELISION = Pattern.compile("^\\s*// \\.\\.\\.$", Pattern.MULTILINE);

	@TestFactory
	Stream<DynamicTest> everyJavaFenceIsCompiled() throws IOException {
		String readme = Files.readString(README);
		List<String> sources = sources();
		List<DynamicTest> tests = new ArrayList<>();
		Matcher fence = FENCE.matcher(readme);
		while (fence.find()) {
			long line = readme.substring(0, fence.start()).lines().count() + 1;
			String code = fence.group("code");
			String name = "README.md:%d (%s)".formatted(line, code.lines().findFirst().orElse("empty"));
			tests.add(DynamicTest.dynamicTest(name, () -> assertCompiled(name, code, sources)));
		}
		assertThat(tests).isNotEmpty();
		return tests.stream();
	}

	private static void assertCompiled(String name, String code, List<String> sources) {
		List<String> parts = ELISION.splitAsStream(code).map(ReadmeTests::normalize).toList();
		assertThat(sources)
			.withFailMessage("%s is in no source file of sample-app. Correct README.md or a snippet in "
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

	// White space, and where a region begins and ends, is the formatter's and the
	// README's own.
	private static String normalize(String code) {
		return code.replaceAll("// (tag|end)::.*", "").replaceAll("\\s+", "");
	}

}
