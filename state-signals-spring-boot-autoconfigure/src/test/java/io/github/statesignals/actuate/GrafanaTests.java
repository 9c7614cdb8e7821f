package io.github.statesignals.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.observation.SignalMeters;
import io.micrometer.common.docs.KeyName;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard, the alert rules and the table of meters have the names that Prometheus
 * reads from a running application.
 */
class GrafanaTests {

	private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{(.*)\\})? \\S+$");

	private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\w+) ");

	private static final Pattern LABEL = Pattern.compile("(\\w+)(=~|=)\"([^\"]*)\"");

	private static final Pattern METRIC = Pattern.compile("\\b(state_signals_\\w+)(?:\\{([^}]*)\\})?");

	private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");

	// Prometheus adds them to all samples.
	private static final Set<String> TARGET = Set.of("job", "instance");

	@RegisterExtension
	private final Applications applications = new Applications();

	// The values of each label of each metric.
	private final Map<String, Map<String, Set<String>>> metrics = new HashMap<>();

	private String scraped;

	@BeforeEach
	void scrape() {
		String channel = "grafana-" + UUID.randomUUID();
		ConfigurableApplicationContext context = this.applications.start(Working.class, "channel=" + channel,
				"channels." + channel + ".delivery=durable", "responder.name=worker");
		PrometheusMeterRegistry registry = context.getBean(PrometheusMeterRegistry.class);
		context.getBean(SignalMeterBinder.class).bindTo(registry);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, Duration.ofSeconds(20), "work")).isTrue();
		assertThat(exporter.publish("work").isSuccess()).isTrue();
		this.scraped = registry.scrape();
		Matcher sample = SAMPLE.matcher(this.scraped);
		while (sample.find()) {
			Map<String, Set<String>> labels = this.metrics.computeIfAbsent(sample.group(1), (name) -> new TreeMap<>());
			String text = (sample.group(2) != null) ? sample.group(2) : "";
			LABEL.matcher(text)
				.results()
				.forEach((label) -> labels.computeIfAbsent(label.group(1), (name) -> new HashSet<>())
					.add(label.group(3)));
		}
	}

	@Test
	void dashboardHasTheNamesOfARunningApplication() throws IOException {
		JsonNode dashboard = JsonMapper.shared().readTree(Files.readString(file("state-signals.json")));
		List<String> expressions = new ArrayList<>();
		dashboard.findValues("expr").forEach((expression) -> expressions.add(expression.asString()));
		assertThat(expressions).hasSizeGreaterThan(30);
		for (JsonNode variable : dashboard.get("templating").get("list")) {
			JsonNode definition = variable.get("definition");
			if (definition != null) {
				Matcher query = Pattern.compile("label_values\\((.*), (\\w+)\\)").matcher(definition.asString());
				assertThat(query.matches()).as(definition.asString()).isTrue();
				check(query.group(1));
				assertThat(labels(query.group(1))).contains(query.group(2));
			}
		}
		expressions.forEach(this::check);
		for (JsonNode target : dashboard.findValues("targets")
			.stream()
			.flatMap((all) -> all.values().stream())
			.toList()) {
			checkTemplates(target.get("expr").asString(), target.get("legendFormat").asString(), "\\{\\{(\\w+)}}");
		}
		assertThat(dashboard.findValuesAsString("title")).doesNotHaveDuplicates();
	}

	@Test
	void alertRulesHaveTheNamesOfARunningApplication() throws IOException {
		Map<String, List<Map<String, Object>>> file = new Yaml().load(Files.readString(file("alerts.yml")));
		List<?> rules = (List<?>) file.get("groups").get(0).get("rules");
		assertThat(rules).hasSizeGreaterThan(10);
		for (Object each : rules) {
			Map<?, ?> rule = (Map<?, ?>) each;
			String expression = (String) rule.get("expr");
			check(expression);
			Map<?, ?> annotations = (Map<?, ?>) rule.get("annotations");
			assertThat(annotations.keySet()).asString().contains("summary", "description");
			annotations.values().forEach((text) -> checkTemplates(expression, (String) text, "\\$labels\\.(\\w+)"));
		}
	}

	@Test
	void tableHasAllMetersWithTheirNamesInPrometheus() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "observability.md"));
		List<String> rows = page.substring(page.indexOf("## Metrics"))
			.lines()
			.filter((line) -> line.startsWith("| `state.signals."))
			.toList();
		Set<String> types = TYPE.matcher(this.scraped)
			.results()
			.map((type) -> type.group(1))
			.collect(Collectors.toSet());
		List<String> expected = new ArrayList<>();
		for (SignalMeters meter : SignalMeters.values()) {
			String suffix = switch (meter.getType()) {
				case COUNTER -> "_total";
				default -> (meter.getBaseUnit() != null) ? "_" + meter.getBaseUnit() : "";
			};
			String name = meter.getName().replace('.', '_') + suffix;
			assertThat(types).contains(name);
			String tags = Stream.of(meter.getKeyNames()).map(KeyName::asString).collect(Collectors.joining(", "));
			expected.add("| `%s` | `%s` | %s | %s | %s |".formatted(meter.getName(), name,
					meter.getType().name().toLowerCase(), tags.isEmpty() ? "-" : tags, meter.getDescription()));
		}
		assertThat(rows).isEqualTo(expected);
	}

	private static Path file(String name) {
		return Path.of("..", "docs", "grafana", name);
	}

	private void check(String expression) {
		assertThat(isBalanced(expression)).as(expression).isTrue();
		List<MatchResult> used = METRIC.matcher(expression).results().toList();
		assertThat(used).as(expression).isNotEmpty();
		for (MatchResult metric : used) {
			assertThat(this.metrics).containsKey(metric.group(1));
			Matcher matcher = LABEL.matcher((metric.group(2) != null) ? metric.group(2) : "");
			while (matcher.find()) {
				checkMatcher(metric.group(1), matcher);
			}
		}
		GROUPING.matcher(expression)
			.results()
			.forEach((grouping) -> assertThat(labels(expression)).as(expression)
				.contains(grouping.group(1).split(", ")));
	}

	private void checkMatcher(String metric, MatchResult matcher) {
		Map<String, Set<String>> labels = this.metrics.get(metric);
		if (TARGET.contains(matcher.group(1))) {
			return;
		}
		assertThat(labels).as(metric).containsKey(matcher.group(1));
		if (!matcher.group(3).startsWith("$")) {
			assertThat(labels.get(matcher.group(1))).contains(matcher.group(3).split("\\|"));
		}
	}

	// Checks that the names in a text are labels of the result.
	private void checkTemplates(String expression, String text, String template) {
		List<String> named = Pattern.compile(template).matcher(text).results().map((name) -> name.group(1)).toList();
		List<MatchResult> groupings = GROUPING.matcher(expression).results().toList();
		Set<String> result = groupings.isEmpty() ? labels(expression)
				: groupings.stream()
					.flatMap((grouping) -> Arrays.stream(grouping.group(1).split(", ")))
					.collect(Collectors.toSet());
		assertThat(result).as(text).containsAll(named);
	}

	private Set<String> labels(String expression) {
		Set<String> labels = new HashSet<>(TARGET);
		METRIC.matcher(expression)
			.results()
			.forEach((metric) -> labels.addAll(this.metrics.get(metric.group(1)).keySet()));
		return labels;
	}

	private static boolean isBalanced(String expression) {
		List<Character> open = new ArrayList<>();
		for (char character : expression.replaceAll("\"[^\"]*\"", "").toCharArray()) {
			int opening = "({[".indexOf(character);
			int closing = ")}]".indexOf(character);
			if (opening >= 0) {
				open.add(")}]".charAt(opening));
			}
			else if (character == '"'
					|| (closing >= 0 && (open.isEmpty() || open.remove(open.size() - 1) != character))) {
				return false;
			}
		}
		return open.isEmpty();
	}

	@Configuration(proxyBeanMethods = false)
	static class Working {

		@Bean
		PrometheusMeterRegistry registry() {
			return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		}

		@OnSignal(event = "work")
		void work() {
		}

	}

}
