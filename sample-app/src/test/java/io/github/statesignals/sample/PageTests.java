package io.github.statesignals.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the page, its events and its buttons, without a browser.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "sample.workload=100ms", "sample.interval=10ms" })
@DirtiesContext
class PageTests {

	private final HttpClient client = HttpClient.newHttpClient();

	private final String address;

	private final int port;

	@Autowired
	private Conductor conductor;

	@Autowired
	private List<Collector> collectors;

	@Autowired
	private SignalExporter exporter;

	@Autowired
	private SignalResponderFactory responders;

	PageTests(@LocalServerPort int port) {
		this.port = port;
		this.address = "http://127.0.0.1:" + port;
	}

	@AfterEach
	void removeFaults() {
		this.collectors.forEach((collector) -> collector.setFault(Fault.NONE));
		Awaitility.await().until(() -> !this.conductor.isRunning());
	}

	@Test
	void showsTheRespondersAndTheFirstRun() throws Exception {
		HttpResponse<String> page = get("/");
		assertThat(page.statusCode()).isEqualTo(200);
		assertThat(page.body()).contains("Start a run", "run-1", "this process", "redis_port=");
		assertThat(page.headers().firstValue("Content-Security-Policy"))
			.hasValueSatisfying((policy) -> assertThat(policy).contains("default-src 'self'").doesNotContain("unsafe"));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "/page.css", "/page.js", "/theme.js", "/icon.svg", "/webjars/picocss__pico/css/pico.min.css",
					"/webjars/uplot/dist/uPlot.min.css", "/webjars/uplot/dist/uPlot.iife.min.js",
					"/webjars/htmx.org/dist/htmx.min.js", "/webjars/htmx-ext-sse/sse.js" })
	void servesAllThatThePageLoads(String path) throws Exception {
		assertThat(get("/").body()).contains('"' + path + '"').doesNotContain("https://").doesNotContain("//cdn");
		assertThat(get(path).statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/signals", "/actuator/health", "/actuator/prometheus" })
	void servesTheActuator(String path) throws Exception {
		assertThat(get(path).statusCode()).isEqualTo(200);
	}

	@Test
	void servesTheMetersOfARun() throws Exception {
		assertThat(new RunClient(this.port).run().success()).isTrue();
		assertThat(get("/actuator/prometheus").body()).contains("state_signals_connected 1.0")
			.containsPattern("state_signals_results_total\\{channel=\"default\",event=\"benchmark-start\","
					+ "outcome=\"acted\"} [1-9]")
			.containsPattern("state_signals_acknowledgement_seconds_count\\{channel=\"default\","
					+ "event=\"benchmark-stop\"} [1-9]");
	}

	@Test
	void sendsChanges() throws Exception {
		HttpResponse<InputStream> events = this.client.send(
				request("/page/events").timeout(Duration.ofSeconds(20)).build(),
				HttpResponse.BodyHandlers.ofInputStream());
		try (BufferedReader reader = new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
			String run = this.conductor.latest().orElseThrow().run();
			readUntil(reader, run + " ended");
			assertThat(post("/page/runs").statusCode()).isEqualTo(204);
			String next = "run-" + (Integer.parseInt(run.substring("run-".length())) + 1);
			readUntil(reader, "event:status");
			readUntil(reader, next + " ended: collected by all");
		}
	}

	@Test
	void setsTheFaultOfACollector() throws Exception {
		String memory = this.responders.get("memory").getResponderId();
		assertThat(post("/page/collectors?fault=FAIL&responder=" + memory).statusCode()).isEqualTo(204);
		RunReport report = new RunClient(this.port).run();
		assertThat(report.signals()).allSatisfy(
				(signal) -> assertThat(signal.answers()).filteredOn((answer) -> answer.responder().equals(memory))
					.singleElement()
					.satisfies((answer) -> {
						assertThat(answer.ras()).isZero();
						assertThat(answer.message()).isEqualTo("will not collect: set to fail");
					}));
		assertThat(get("/").body()).contains("memory failed benchmark-start of " + report.run());
		assertThat(post("/page/collectors?fault=NONE&responder=" + memory).statusCode()).isEqualTo(204);
		assertThat(new RunClient(this.port).run().success()).isTrue();
	}

	@Test
	void escapesTextOfPeers() throws Exception {
		String name = "<img src=x onerror=alert(1)>";
		SignalResponder.Registration registration = this.responders.get(name).on("benchmark-start", (signal) -> {
			throw new IllegalStateException("<script>alert(2)</script>");
		});
		try {
			Awaitility.await()
				.until(() -> this.exporter.getSubscribers().stream().anyMatch((id) -> id.startsWith(name)));
			assertThat(new RunClient(this.port).run().success()).isFalse();
			assertThat(get("/").body()).contains("&lt;img src=x", "&lt;script&gt;alert(2)")
				.doesNotContain("<img")
				.doesNotContain("<script>");
		}
		finally {
			registration.close();
		}
	}

	@ParameterizedTest
	@CsvSource({ "/page/collectors?responder=unknown&fault=FAIL, 409, This responder is no collector of the sample.",
			"/page/collectors?responder=unknown&fault=BOIL, 400, The value of 'fault' is not valid.",
			"/page/processes/7?action=KILL, 409, There is no process 7.",
			"/page/processes/x?action=KILL, 400, The value of 'number' is not valid.",
			"/page/processes/2?action=BOIL, 400, The value of 'action' is not valid." })
	void refusesInvalidRequests(String path, int status, String text) throws Exception {
		HttpResponse<String> response = post(path);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.body()).isEqualTo(text);
		assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/page/runs", "/page/processes", "/page/redis/freeze", "/api/runs" })
	void takesChangesFromThePageAlone(String path) throws Exception {
		String latest = this.conductor.latest().orElseThrow().run();
		for (Map.Entry<String, String> header : List.of(Map.entry("Origin", "https://example.org"),
				Map.entry("Origin", "null"), Map.entry("Origin", "http://127.0.0.1:1"),
				Map.entry("Sec-Fetch-Site", "cross-site"), Map.entry("Sec-Fetch-Site", "same-site"))) {
			assertThat(post(path, header.getKey(), header.getValue()).statusCode()).as("%s", header).isEqualTo(403);
		}
		assertThat(get(path.equals("/api/runs") ? "/page/runs" : path).statusCode()).isGreaterThanOrEqualTo(400);
		assertThat(this.conductor.latest().orElseThrow().run()).isEqualTo(latest);
		assertThat(this.conductor.isRunning()).isFalse();
	}

	@Test
	void takesChangesFromItsOwnOrigin() throws Exception {
		assertThat(post("/page/runs", "Origin", this.address, "Sec-Fetch-Site", "same-origin").statusCode())
			.isEqualTo(204);
	}

	// A name of a foreign site that points here.
	@Test
	void answersUnderItsOwnNamesAlone() throws Exception {
		assertThat(statusFor("localhost")).isEqualTo("200");
		assertThat(statusFor("example.org")).isEqualTo("403");
	}

	private String statusFor(String host) throws IOException {
		try (Socket socket = new Socket("127.0.0.1", this.port)) {
			socket.getOutputStream()
				.write("GET /page.css HTTP/1.1\r\nHost: %s:%d\r\nConnection: close\r\n\r\n".formatted(host, this.port)
					.getBytes(StandardCharsets.US_ASCII));
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
			return Objects.requireNonNull(reader.readLine()).split(" ")[1];
		}
	}

	private static void readUntil(BufferedReader reader, String text) throws IOException {
		String line = reader.readLine();
		while (line != null && !line.contains(text)) {
			line = reader.readLine();
		}
		assertThat(line).contains(text);
	}

	private HttpResponse<String> get(String path) throws Exception {
		return this.client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
	}

	private HttpResponse<String> post(String path, String... headers) throws Exception {
		HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create(this.address + path)).timeout(Duration.ofSeconds(20));
	}

}
