package io.github.statesignals.sample;

import java.util.Optional;

import io.github.statesignals.sample.Conductor.CollectorsMissingException;
import io.github.statesignals.sample.Conductor.RunInProgressException;

import org.springframework.context.annotation.Profile;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Runs again on request.
 */
@RestController
@RequestMapping("/api/runs")
@Profile("!collector")
class RunController {

	private final Conductor conductor;

	private final int collectors;

	RunController(Conductor conductor, SampleProperties properties) {
		this.conductor = conductor;
		this.collectors = properties.collectors();
	}

	@PostMapping
	RunReport run(@RequestParam Optional<Integer> collectors) {
		return this.conductor.run(collectors.orElse(this.collectors));
	}

	@GetMapping("/latest")
	ResponseEntity<RunReport> latest() {
		return ResponseEntity.of(this.conductor.latest());
	}

	@GetMapping(path = "/latest.csv", produces = "text/csv")
	ResponseEntity<String> latestAsCsv() {
		return ResponseEntity.of(this.conductor.latest().map(RunExport::csv));
	}

	@ExceptionHandler
	ProblemDetail handle(RunInProgressException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail handle(CollectorsMissingException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail handle(IllegalArgumentException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail handle(DataAccessException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "Redis: " + ex.getMessage());
	}

}
