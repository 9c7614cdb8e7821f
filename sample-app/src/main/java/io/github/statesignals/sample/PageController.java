package io.github.statesignals.sample;

import io.github.statesignals.sample.Board.Part;
import io.github.statesignals.sample.Conductor.RunInProgressException;
import io.github.statesignals.sample.CollectorProcess.Action;
import io.github.statesignals.sample.SampleProperties.CollectorName;

import java.util.List;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Profile;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Serves the page, and handles the requests of its buttons. Their responses are empty, or
 * have the reason of a refusal; changes are sent to all browsers.
 */
@Controller
@Profile("!collector")
class PageController {

	private final PageModel model;

	private final PageEvents events;

	private final Conductor conductor;

	private final CollectorProcesses processes;

	private final List<Collector> collectors;

	private final Origins origins;

	private final Board board;

	private final ObjectProvider<RedisFreezer> freezer;

	private final AsyncTaskExecutor executor;

	PageController(PageModel model, PageEvents events, Conductor conductor, CollectorProcesses processes,
			List<Collector> collectors, Origins origins, Board board, ObjectProvider<RedisFreezer> freezer,
			@Qualifier("applicationTaskExecutor") AsyncTaskExecutor executor) {
		this.model = model;
		this.events = events;
		this.conductor = conductor;
		this.processes = processes;
		this.collectors = collectors;
		this.origins = origins;
		this.board = board;
		this.freezer = freezer;
		this.executor = executor;
	}

	@GetMapping("/")
	String page(Model model) {
		model.addAttribute("page", this.model);
		return "page";
	}

	@GetMapping(path = "/page/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter events() {
		return this.events.connect();
	}

	@PostMapping("/page/runs")
	ResponseEntity<Void> run() {
		this.conductor.start(this.executor);
		return done();
	}

	@PostMapping("/page/processes")
	ResponseEntity<Void> addProcess() {
		this.processes.add();
		return done();
	}

	@PostMapping("/page/processes/{number}")
	ResponseEntity<Void> changeProcess(@PathVariable int number, @RequestParam Action action) {
		this.processes.apply(number, action);
		return done();
	}

	@PostMapping("/page/collectors")
	ResponseEntity<Void> changeCollector(@RequestParam String responder, @RequestParam Fault fault) {
		CollectorName name = this.origins.collector(responder)
			.orElseThrow(() -> new RefusedException("This responder is no collector of the sample."));
		int process = this.origins.of(responder);
		if (process == Origins.OWN) {
			Collector.named(name, this.collectors).setFault(fault);
		}
		else {
			this.processes.setFault(process, name, fault);
		}
		this.board.changed(Part.RESPONDERS);
		return done();
	}

	@PostMapping("/page/redis/freeze")
	ResponseEntity<Void> freezeRedis() {
		RedisFreezer freezer = this.freezer.getIfAvailable();
		if (freezer == null) {
			throw new RefusedException("Only the embedded Redis can be frozen.");
		}
		freezer.freeze();
		return done();
	}

	@ExceptionHandler({ RefusedException.class, RunInProgressException.class })
	ResponseEntity<String> refused(RuntimeException ex) {
		return text(HttpStatus.CONFLICT, PlainText.shorten(ex.getMessage(), "not possible now"));
	}

	@ExceptionHandler
	ResponseEntity<String> failed(DataAccessException ex) {
		return text(HttpStatus.SERVICE_UNAVAILABLE, "Redis: " + PlainText.shorten(ex.getMessage(), "no message"));
	}

	@ExceptionHandler
	ResponseEntity<String> invalid(MethodArgumentTypeMismatchException ex) {
		return text(HttpStatus.BAD_REQUEST, "The value of '%s' is not valid.".formatted(ex.getName()));
	}

	private static ResponseEntity<Void> done() {
		return ResponseEntity.noContent().build();
	}

	private static ResponseEntity<String> text(HttpStatus status, String text) {
		return ResponseEntity.status(status).contentType(MediaType.TEXT_PLAIN).body(text);
	}

}
