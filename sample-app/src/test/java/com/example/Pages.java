package com.example;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The blocks of code of the documentation.
 */
public final class Pages {

	public static final Path ROOT = Path.of("..");

	private static final Pattern FENCE = Pattern.compile("^```(?<language>\\w*)\\R(?<code>.*?)^```$",
			Pattern.MULTILINE | Pattern.DOTALL);

	private static final Pattern VARIABLE = Pattern.compile("(\\p{XDigit}[\\p{XDigit}-]*)?(…|\\.\\.\\.)");

	private Pages() {
	}

	/**
	 * A block of code.
	 *
	 * @param page the path of its page
	 * @param line the line at which it begins
	 * @param language the language, empty if it has none
	 * @param code the code
	 */
	public record Fence(String page, long line, String language, String code) {

		@Override
		public String toString() {
			return "%s:%d (%s, %s)".formatted(this.page, this.line, this.language,
					this.code.lines().findFirst().orElse("empty"));
		}

	}

	/**
	 * Returns all pages: those of the root and those in docs.
	 * @return the paths of the pages
	 */
	public static List<Path> all() {
		return Stream.of(ROOT, ROOT.resolve("docs"))
			.flatMap(Pages::files)
			.filter((page) -> page.toString().endsWith(".md"))
			.toList();
	}

	/**
	 * Returns the text of a page.
	 * @param page the path of the page, from the root of the repository
	 * @return the text
	 */
	public static String text(String page) {
		try {
			return Files.readString(ROOT.resolve(page));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the blocks of all pages.
	 * @return the blocks
	 */
	public static List<Fence> fences() {
		return all().stream().flatMap((page) -> fences(ROOT.relativize(page).toString()).stream()).toList();
	}

	/**
	 * Returns the blocks of a page.
	 * @param page the path of the page, from the root of the repository
	 * @return the blocks
	 */
	public static List<Fence> fences(String page) {
		String text = text(page);
		List<Fence> fences = new ArrayList<>();
		Matcher fence = FENCE.matcher(text);
		while (fence.find()) {
			fences.add(new Fence(page, text.substring(0, fence.start()).lines().count() + 1, fence.group("language"),
					fence.group("code")));
		}
		return fences;
	}

	/**
	 * Returns the blocks of a page in a language.
	 * @param page the path of the page, from the root of the repository
	 * @param language the language
	 * @return the code of the blocks
	 */
	public static List<String> code(String page, String language) {
		return fences(page).stream().filter((fence) -> fence.language().equals(language)).map(Fence::code).toList();
	}

	/**
	 * Returns the pattern of an output that a page shows. An ellipsis, and the digits of
	 * an id before it, stand for any characters of a line.
	 * @param output the output
	 * @return the pattern
	 */
	public static Pattern pattern(String output) {
		StringBuilder pattern = new StringBuilder();
		int from = 0;
		Matcher variable = VARIABLE.matcher(output);
		while (variable.find()) {
			pattern.append(Pattern.quote(output.substring(from, variable.start()))).append(".*");
			from = variable.end();
		}
		return Pattern.compile(pattern.append(Pattern.quote(output.substring(from))).toString());
	}

	private static Stream<Path> files(Path folder) {
		try (Stream<Path> files = Files.list(folder)) {
			return files.sorted().toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
