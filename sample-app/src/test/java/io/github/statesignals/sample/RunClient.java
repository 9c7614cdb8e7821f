package io.github.statesignals.sample;

import java.util.Map;
import java.util.Objects;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Requests runs of a conductor.
 */
class RunClient {

	private final RestTestClient client;

	RunClient(int port) {
		this.client = RestTestClient.bindToServer().baseUrl("http://127.0.0.1:" + port).build();
	}

	RunReport run() {
		return report(this.client.post().uri("/api/runs").exchange());
	}

	RunReport run(int collectors) {
		return report(this.client.post().uri("/api/runs?collectors={number}", collectors).exchange());
	}

	RunReport latest() {
		return report(this.client.get().uri("/api/runs/latest").exchange());
	}

	ProblemDetail refusedRun(HttpStatus status) {
		return problem(status, this.client.post().uri("/api/runs").exchange());
	}

	ProblemDetail refusedRun(HttpStatus status, int collectors) {
		return problem(status, this.client.post().uri("/api/runs?collectors={number}", collectors).exchange());
	}

	private static RunReport report(RestTestClient.ResponseSpec response) {
		return Objects.requireNonNull(
				response.expectStatus().isOk().expectBody(RunReport.class).returnResult().getResponseBody());
	}

	private static ProblemDetail problem(HttpStatus status, RestTestClient.ResponseSpec response) {
		return Objects.requireNonNull(response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody(ProblemDetail.class)
			.returnResult()
			.getResponseBody());
	}

	/**
	 * Returns the only entry of a collector.
	 * @param collector its name
	 * @param byResponder by responder id
	 * @param <T> the type of the entries
	 * @return the entry
	 */
	static <T> T of(String collector, Map<String, T> byResponder) {
		return byResponder.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().startsWith(collector + "-"))
			.map(Map.Entry::getValue)
			.reduce((one, other) -> {
				throw new AssertionError("More than one '" + collector + "' in " + byResponder.keySet());
			})
			.orElseThrow(() -> new AssertionError("No '" + collector + "' in " + byResponder.keySet()));
	}

}
