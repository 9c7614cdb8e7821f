package io.github.statesignals.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.example.Pages;
import com.example.Pages.Fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * The commands of the documentation. They are not run: their modules, profiles, tests,
 * options and addresses have to exist.
 */
class Commands {

	private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");

	private static final Pattern PROFILE = Pattern.compile("<profile>\\s*(?:<!--.*?-->\\s*)?<id>(.*?)</id>",
			Pattern.DOTALL);

	private static final Pattern TOKEN = Pattern.compile("(?:'[^']*'|\"[^\"]*\"|[^\\s'\"])+");

	// Of applications, not of this project.
	private static final Set<String> PROGRAMS = Set.of("java", "python3", "/tmp/peer/bin/pip", "target/app");

	private static final Set<String> GOALS = Set.of("verify", "install", "test", "package", "spring-boot:run",
			"native:compile", "spring-boot:build-image");

	// Of Maven, of its plugins and of Spring Boot.
	private static final Set<String> KNOWN = Set.of("skipTests", "maven.test.skip", "test", "native",
			"surefire.failIfNoSpecifiedTests");

	private final Set<String> modules = matches(MODULE, Pages.text("pom.xml"));

	private final List<Path> sources = files();

	private final Set<String> profiles = this.sources.stream()
		.filter((file) -> file.endsWith("pom.xml"))
		.flatMap((pom) -> matches(PROFILE, read(pom)).stream())
		.collect(Collectors.toSet());

	boolean isModule(String name) {
		return this.modules.contains(name);
	}

	boolean isTest(String pattern) {
		Pattern name = Pattern.compile(pattern.replaceAll("#.*", "").replace("*", ".*") + "\\.(java|kt)");
		return this.sources.stream().anyMatch((file) -> name.matcher(file.getFileName().toString()).matches());
	}

	void assertKnown(Fence fence) {
		for (String line : fence.code().replace("\\\n", " ").split("\\R| && ")) {
			List<String> tokens = new ArrayList<>();
			Matcher token = TOKEN.matcher(line.replaceAll("(^|\\s)#.*", "").replaceAll("^([A-Z_]+=\\S+\\s+)+", ""));
			while (token.find()) {
				tokens.add(token.group().replaceAll("['\"]", ""));
			}
			if (!tokens.isEmpty()) {
				check(fence, tokens.get(0), tokens.subList(1, tokens.size()));
			}
		}
	}

	private void check(Fence fence, String program, List<String> arguments) {
		if (program.equals("mvn")) {
			checkMaven(fence, arguments);
		}
		else if (program.equals("curl")) {
			arguments.stream()
				.filter((argument) -> argument.matches("(http://)?(localhost|127\\.0\\.0\\.1):8080/.*"))
				.map((address) -> address.replaceAll(".*:8080|[?].*", ""))
				.forEach((path) -> assertThat(occurs("\"" + path + "\"")).as("%s has the path %s", fence, path)
					.isTrue());
		}
		else if (Files.isExecutable(Pages.ROOT.resolve(program))) {
			String script = scripts(program);
			arguments.stream()
				.filter((argument) -> argument.startsWith("--"))
				.map((argument) -> argument.replaceAll("=.*", "").substring(2))
				.forEach((option) -> assertThat(script).as("options of %s", fence).contains("\"" + option + "\""));
		}
		else if (!PROGRAMS.contains(program)) {
			fail("%s begins with '%s', which is not a program that Commands.java knows", fence, program);
		}
	}

	private void checkMaven(Fence fence, List<String> arguments) {
		for (int i = 0; i < arguments.size(); i++) {
			String argument = arguments.get(i);
			switch (argument) {
				case "-pl" ->
					assertThat(arguments.get(++i).split(",")).as("modules of %s", fence).allMatch(this::isModule);
				case "-P", "-Pnative" -> {
					String profile = (argument.length() > 2) ? argument.substring(2) : arguments.get(++i);
					assertThat(this.profiles.contains(profile) || KNOWN.contains(profile))
						.as("profile %s of %s", profile, fence)
						.isTrue();
				}
				case "-am", "-q" -> {
				}
				default -> {
					if (argument.startsWith("-Dtest=")) {
						assertThat(argument.substring(7).split(",")).as("tests of %s", fence).allMatch(this::isTest);
					}
					else if (argument.startsWith("-D")) {
						String property = argument.substring(2).replaceAll("=.*", "");
						assertThat(KNOWN.contains(property) || occurs("\"" + property + "\"")
								|| occurs("${" + property + "}") || occurs("<" + property + ">"))
							.as("property %s of %s", property, fence)
							.isTrue();
					}
					else {
						assertThat(GOALS).as("goals of %s", fence).contains(argument);
					}
				}
			}
		}
	}

	private boolean occurs(String text) {
		return this.sources.stream().anyMatch((file) -> read(file).contains(text));
	}

	// The script, and the programs of its folder that it calls.
	private String scripts(String program) {
		Path script = Pages.ROOT.resolve(program);
		return read(script) + this.sources.stream()
			.filter((file) -> file.startsWith(script.resolveSibling("src")))
			.map(Commands::read)
			.collect(Collectors.joining());
	}

	private static Set<String> matches(Pattern pattern, String text) {
		return pattern.matcher(text).results().map((match) -> match.group(1)).collect(Collectors.toSet());
	}

	// Nothing in target, where other builds write meanwhile.
	private List<Path> files() {
		List<Path> files = new ArrayList<>(List.of(Pages.ROOT.resolve("pom.xml")));
		for (String module : this.modules) {
			files.add(Pages.ROOT.resolve(module).resolve("pom.xml"));
			Path folder = Pages.ROOT.resolve(module).resolve("src");
			if (Files.isDirectory(folder)) {
				try (Stream<Path> sources = Files.walk(folder)) {
					sources.filter((file) -> file.toString().matches(".*\\.(java|kt)"))
						.filter((file) -> !file.endsWith("Commands.java"))
						.forEach(files::add);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			}
		}
		return files;
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
