package io.github.statesignals.redis.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The permissions that are stated are those of the documentation and of the scripts.
 */
class RequiredPermissionsTests {

	private static final Pattern CALL = Pattern.compile("(?:\\b(?:call|attempt)\\(|\\{)'([A-Z]+)'(?:, '([A-Z]+)')?");

	private static final Pattern BLOCK = Pattern.compile("^```text\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

	/**
	 * Those that the driver sends.
	 */
	private static final List<String> DIRECT = List.of("+eval", "+evalsha", "+xreadgroup");

	@ParameterizedTest
	@EnumSource
	void rulesAreDocumented(RequiredPermissions permissions) throws IOException {
		assertThat(text("..", "docs", "security.md")).contains(permissions.rule());
	}

	@Test
	void pageShowsNothingElse() throws IOException {
		List<String> known = Stream.of(RequiredPermissions.values())
			.map(RequiredPermissions::rule)
			.collect(Collectors.toList());
		known.add("ACL SETUSER orders on >password resetchannels <rule>");
		known.add(new MissingPermission("+hset +xack").description());
		assertThat(BLOCK.matcher(Files.readString(Path.of("..", "docs", "security.md")))
			.results()
			.map((block) -> block.group(1).strip().replaceAll("\\s+", " "))).isNotEmpty().isSubsetOf(known);
	}

	@ParameterizedTest
	@EnumSource(names = "APPLICATION")
	void ruleOfAnApplicationIsInTheReadme(RequiredPermissions permissions) throws IOException {
		assertThat(text("..", "README.md")).contains(permissions.rule());
	}

	@Test
	void rulesHaveExactlyTheCommandsOfScripts() throws IOException {
		Set<String> commands = new TreeSet<>(DIRECT);
		Set<String> qualified = new TreeSet<>(DIRECT);
		for (String script : scripts()) {
			Matcher call = CALL.matcher(script);
			while (call.find()) {
				String name = "+" + call.group(1).toLowerCase(Locale.ROOT);
				commands.add(name);
				qualified.add(name.equals("+xgroup") ? name + "|" + call.group(2).toLowerCase(Locale.ROOT) : name);
			}
		}
		commands.remove("+publish");
		assertThat(commands).isEqualTo(commands(RequiredPermissions.DURABLE_APPLICATION));
		Set<String> divided = commands(RequiredPermissions.DURABLE_EXPORTER);
		divided.addAll(commands(RequiredPermissions.DURABLE_RESPONDER));
		// To remove a responder is for neither role.
		qualified.removeAll(List.of("+publish", "+xgroup|destroy", "+hsetnx"));
		assertThat(divided).isEqualTo(qualified);
	}

	private static Set<String> commands(RequiredPermissions permissions) {
		Set<String> commands = new TreeSet<>();
		Stream.of(permissions.rule().split("[ ()]+")).filter((token) -> token.startsWith("+")).forEach(commands::add);
		return commands;
	}

	@Test
	void scriptsCallRedisByFunctionsThatNameMissingPermissions() throws IOException {
		assertThat(scripts()).hasSizeGreaterThan(10)
			.allSatisfy((script) -> assertThat(script).doesNotContain("redis.call", "redis.pcall"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			NOPERM this user has no permissions to run the 'exists' command or its subcommand ; +exists
			NOPERM User app has no permissions to run the 'xgroup|create' command ; +xgroup|create
			NOPERM this user has no permissions to access one of the keys used as arguments ; ~event-signal:*
			NOPERM No permissions to access a key ; ~event-signal:*
			NOPERM this user has no permissions to access one of the channels used as arguments ; &event-signal-*
			NOPERM No permissions to access a channel ; &event-signal-*
			ERR NOPERM +exists +xtrim script: 3647, on @user_script:5. ; +exists +xtrim
			ERR Error running script (call to f_3): @user_script:5: NOPERM ~event-signal:{a}:log ; ~event-signal:{a}:log
			""")
	void permissionIsFoundInTheReplyOfEachVersion(String reply, String permission) {
		Exception failure = new IllegalStateException("Error in execution", new IllegalStateException(reply));
		MissingPermission missing = MissingPermission.of(failure);
		assertThat(missing).isNotNull();
		assertThat(missing.rules()).isEqualTo(permission);
		assertThat(MissingPermission.of(RedisExceptions.translate(failure))).isEqualTo(missing);
		assertThat(ConnectProblem.remedy(failure)).startsWith("Grant: ACL SETUSER <user> " + permission + ". ");
	}

	private static List<String> scripts() throws IOException {
		List<String> scripts = new ArrayList<>();
		for (Resource resource : new PathMatchingResourcePatternResolver()
			.getResources("classpath*:io/github/statesignals/redis/**/*.lua")) {
			if (!"call.lua".equals(resource.getFilename())) {
				scripts.add(resource.getContentAsString(StandardCharsets.UTF_8));
			}
		}
		return scripts;
	}

	private static String text(String first, String... more) throws IOException {
		return Files.readString(Path.of(first, more)).replaceAll("\\s+", " ");
	}

}
