package com.example.operating;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.example.OwnRedis;
import com.example.Pages;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The requests in docs/operating.md have the responses that it shows.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class OperatingTests {

	private static final Pattern EXCHANGE = Pattern
		.compile("```http\\n(?<method>GET|POST|DELETE) (?<path>\\S+)\\n(?:\\n(?<body>.*?)\\n)?```\\n"
				+ "\\n```http\\nHTTP/1.1 (?<status>\\d+)\\n\\n(?<response>.*?)\\n```", Pattern.DOTALL);

	private final HttpClient client = HttpClient.newHttpClient();

	@RegisterExtension
	private static final OwnRedis redis = new OwnRedis();

	@Test
	void requestsHaveTheDocumentedResponses(CapturedOutput output) throws Exception {
		String page = Pages.text("docs/operating.md");
		List<String> paths = new ArrayList<>();
		try (ConfigurableApplicationContext context = run("--management.endpoint.signals.access=unrestricted")) {
			Matcher exchange = EXCHANGE.matcher(page);
			while (exchange.find()) {
				paths.add(exchange.group("path"));
				HttpResponse<String> response = send(context, exchange.group("method"), exchange.group("path"),
						exchange.group("body"));
				assertThat(response.statusCode()).as(exchange.group() + response.body())
					.isEqualTo(Integer.parseInt(exchange.group("status")));
				assertThat(normalized(response.body())).as(exchange.group())
					.isEqualTo(normalized(exchange.group("response")));
			}
		}
		assertThat(page.split("```http")).as("blocks that are no request with a response")
			.hasSize(2 * paths.size() + 1);
		assertThat(paths).hasSizeGreaterThan(8);
		assertThat(Pages.code("docs/operating.md", "text")).isNotEmpty()
			.allSatisfy((line) -> assertThat(output.getOut()).containsPattern(Pages.pattern(line.strip())));
	}

	@Test
	void wrongRequestsAreRefused() throws Exception {
		try (ConfigurableApplicationContext context = run("--management.endpoint.signals.access=unrestricted")) {
			assertThat(send(context, "POST", "/actuator/signals", "{}").statusCode()).isEqualTo(400);
			assertThat(
					send(context, "POST", "/actuator/signals", "{\"event\": \"benchmark-start\", \"timeout\": \"x\"}")
						.statusCode())
				.isEqualTo(400);
			assertThat(send(context, "POST", "/actuator/signals", "{\"event\": \"benchmark-start\", \"metadata\": 1}")
				.body()).contains("'metadata' must be a JSON object");
			assertThat(send(context, "POST", "/actuator/signals/responders/node/lock", "{\"tag\": \"run-7\"}"))
				.satisfies((response) -> {
					assertThat(response.statusCode()).isEqualTo(409);
					assertThat(response.body()).contains("Responder 'node' can't be locked");
				});
			assertThat(send(context, "GET", "/actuator/signals/exporters/other", null).statusCode()).isEqualTo(404);
			assertThat(send(context, "GET", "/actuator/signals/others/other", null).statusCode()).isEqualTo(404);
		}
	}

	private static ConfigurableApplicationContext run(String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.addAll(List.of("--spring.config.location=optional:classpath:none/", "--server.port=0",
				"--spring.application.name=benchmark", "--spring.data.redis.port=" + redis.port(),
				"--management.endpoints.web.exposure.include=health,signals", "--state-signals.responder.name=cpu",
				"--state-signals.exporter.legal-events=benchmark-start", "--state-signals.exporter.await-subscribers=1",
				"--state-signals.channels.rollout.delivery=durable"));
		return new SpringApplicationBuilder(OperatedApplication.class).run(all.toArray(String[]::new));
	}

	private HttpResponse<String> send(ConfigurableApplicationContext context, String method, String path, String body)
			throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create(
					"http://localhost:%s%s".formatted(context.getEnvironment().getProperty("local.server.port"), path)))
			.method(method, (body != null) ? BodyPublishers.ofString(body) : BodyPublishers.noBody());
		if (body != null) {
			request.header("Content-Type", "application/json");
		}
		return this.client.send(request.build(), BodyHandlers.ofString());
	}

	// Ids and times differ.
	private static JsonNode normalized(String json) {
		return JsonMapper.shared()
			.readTree(json.replaceAll("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}", "uuid")
				.replaceAll("\"\\d{4}-\\d\\d-\\d\\dT[^\"]+\"", "\"time\"")
				.replaceAll("\"PT[^\"]+\"", "\"duration\"")
				.replaceAll("\"(signals|responses)\":\\s*\\d+", "\"$1\":0"));
	}

	@Nested
	class ByDefault {

		private static ConfigurableApplicationContext context;

		@BeforeAll
		static void start() {
			context = run();
		}

		@AfterAll
		static void close() {
			context.close();
		}

		@ParameterizedTest
		@CsvSource({ "POST,", "POST,/exporters/benchmark", "POST,/responders/cpu/pause",
				"POST,/channels/rollout/dead-letters/1-0.0", "DELETE,/exporters/benchmark/cpu",
				"DELETE,/channels/rollout/node", "PUT,", "DELETE," })
		void nothingCanBeChanged(String method, String path) throws Exception {
			assertThat(send(context, "GET", "/actuator/signals", null).statusCode()).isEqualTo(200);
			HttpResponse<String> response = send(context, method, "/actuator/signals" + ((path != null) ? path : ""),
					"{\"event\": \"benchmark-start\"}");
			assertThat(response.statusCode()).isIn(404, 405);
			assertThat(send(context, "GET", "/actuator/signals/exporters/benchmark", null).body())
				.contains("\"lastResults\":{}");
		}

	}

}
