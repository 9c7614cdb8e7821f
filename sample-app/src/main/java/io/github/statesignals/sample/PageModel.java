package io.github.statesignals.sample;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import io.github.statesignals.sample.Board.Responder;
import io.github.statesignals.sample.Board.State;
import io.github.statesignals.sample.CollectorProcess.Action;
import io.github.statesignals.sample.CollectorProcess.ProcessState;
import io.github.statesignals.sample.CollectorProcess.ProcessView;
import io.github.statesignals.sample.SampleProperties.CollectorName;
import io.github.statesignals.sample.SentSignal.Cell;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Standalone;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * The state of the page, for its templates, at this moment.
 */
@Component
@Profile("!collector")
class PageModel {

	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

	private final Board board;

	private final Conductor conductor;

	private final CollectorProcesses processes;

	private final List<Collector> collectors;

	private final Origins origins;

	private final SampleProperties properties;

	private final @Nullable Standalone redis;

	private final boolean embedded;

	PageModel(Board board, Conductor conductor, CollectorProcesses processes, List<Collector> collectors,
			Origins origins, SampleProperties properties, DataRedisConnectionDetails redis,
			ObjectProvider<EmbeddedRedis> embeddedRedis) {
		this.board = board;
		this.conductor = conductor;
		this.processes = processes;
		this.collectors = collectors;
		this.origins = origins;
		this.properties = properties;
		this.redis = redis.getStandalone();
		this.embedded = embeddedRedis.getIfAvailable() != null;
	}

	public String getStatus() {
		return this.board.status();
	}

	public boolean isRunning() {
		return this.conductor.isRunning();
	}

	public boolean isEmbedded() {
		return this.embedded;
	}

	public String getRedisHost() {
		return (this.redis != null) ? this.redis.getHost() : "localhost";
	}

	public int getRedisPort() {
		return (this.redis != null) ? this.redis.getPort() : 6379;
	}

	public String getLate() {
		return Latency.format(this.properties.late());
	}

	public long getFrozenSeconds() {
		return RedisFreezer.FROZEN_FOR.toSeconds();
	}

	public Fault[] getFaults() {
		return Fault.values();
	}

	/**
	 * Returns the grid of signals: the latest run first.
	 * @return the grid
	 */
	public Grid getGrid() {
		List<SentSignal> signals = this.board.signals();
		Map<String, List<SentSignal>> byRun = new LinkedHashMap<>();
		signals.forEach((signal) -> byRun.computeIfAbsent(signal.run, (run) -> new ArrayList<>()).add(0, signal));
		List<SentSignal> columns = byRun.values().stream().flatMap(List::stream).toList();
		List<RunColumns> runs = byRun.entrySet()
			.stream()
			.map((run) -> new RunColumns(run.getKey(), run.getValue().size(), time(run.getValue().get(0).at)))
			.toList();
		List<Responder> responders = this.board.responders();
		List<Row> rows = responders.stream()
			.map((responder) -> new Row(responder.id(), responder.name(), place(responder.id()),
					columns.stream().map((signal) -> Tile.of(signal.cell(responder.id()))).toList(),
					responder.state() == State.SUBSCRIBED))
			.toList();
		return new Grid(runs,
				columns.stream()
					.map((signal) -> new Column(signal.event.replaceFirst("^benchmark-", ""), signal.event,
							isFirst(signal, byRun.values())))
					.toList(),
				rows);
	}

	/**
	 * Returns the responders by process: first this one, last those of no known process.
	 * @return the groups
	 */
	public List<Group> getGroups() {
		Map<Integer, List<Member>> members = new LinkedHashMap<>();
		List<ProcessView> running = this.processes.processes();
		for (Responder responder : this.board.responders()) {
			int process = this.origins.of(responder.id());
			members.computeIfAbsent(process, (number) -> new ArrayList<>()).add(member(responder, process, running));
		}
		List<Group> groups = new ArrayList<>();
		groups.add(new Group(Origins.OWN, "This process", "pid " + ProcessHandle.current().pid(), List.of(),
				members.getOrDefault(Origins.OWN, List.of())));
		for (ProcessView process : running) {
			groups.add(new Group(process.number(), "Process " + process.number(),
					"pid %d, %s".formatted(process.pid(), process.state().word()), process.actions(),
					members.getOrDefault(process.number(), List.of())));
		}
		List<Member> others = members.getOrDefault(Origins.OTHER, List.of());
		if (!others.isEmpty()) {
			groups.add(new Group(Origins.OTHER, "Other peers", "not started from this page", List.of(), others));
		}
		return groups;
	}

	public List<Line> getTimeline() {
		return this.board.entries()
			.stream()
			.map((entry) -> new Line(entry.kind().name().toLowerCase(Locale.ROOT), time(entry.at()),
					entry.at().truncatedTo(ChronoUnit.MILLIS).toString(), entry.text()))
			.toList();
	}

	public @Nullable RunReport getReport() {
		return this.conductor.latest().orElse(null);
	}

	/**
	 * Returns the table of the latest run's figures.
	 * @return a line for each responder that delivered any
	 */
	public List<FigureLine> getFigures() {
		Optional<RunReport> report = this.conductor.latest();
		if (report.isEmpty()) {
			return List.of();
		}
		List<FigureLine> lines = new ArrayList<>();
		report.get()
			.figures()
			.forEach((id, figures) -> lines.add(new FigureLine(id, ResponderName.of(id), place(id), figures)));
		return lines;
	}

	public String time(Instant instant) {
		return TIME.format(instant.atZone(ZoneId.systemDefault()));
	}

	private Member member(Responder responder, int process, List<ProcessView> running) {
		Optional<CollectorName> collector = this.origins.collector(responder.id());
		return new Member(responder.id(), "r-" + Integer.toHexString(responder.id().hashCode()), responder.name(),
				ResponderName.digits(responder.id()), responder.state().name().toLowerCase(Locale.ROOT),
				time(responder.since()), collector.map((name) -> fault(name, process, running)).orElse(null));
	}

	private @Nullable Fault fault(CollectorName name, int process, List<ProcessView> running) {
		if (process == Origins.OWN) {
			return Collector.named(name, this.collectors).getFault();
		}
		return running.stream()
			.filter((view) -> view.number() == process && view.state() == ProcessState.RUNNING)
			.map((view) -> Objects.requireNonNullElse(view.faults().get(name), Fault.NONE))
			.findFirst()
			.orElse(null);
	}

	private String place(String responderId) {
		int process = this.origins.of(responderId);
		return switch (process) {
			case Origins.OTHER -> "other peer";
			case Origins.OWN -> "this process";
			default -> "process " + process;
		};
	}

	private static boolean isFirst(SentSignal signal, Collection<List<SentSignal>> runs) {
		return runs.stream().anyMatch((run) -> run.get(0) == signal);
	}

	/**
	 * The grid of signals.
	 *
	 * @param runs the runs
	 * @param columns a column for each signal
	 * @param rows a row for each responder
	 */
	record Grid(List<RunColumns> runs, List<Column> columns, List<Row> rows) {
	}

	/**
	 * The columns of a run.
	 *
	 * @param run the run
	 * @param signals the number of its signals
	 * @param time the time of its start
	 */
	record RunColumns(String run, int signals, String time) {
	}

	/**
	 * The column of a signal.
	 *
	 * @param label the end of the event's name
	 * @param event the event
	 * @param first whether it is the first one of its run
	 */
	record Column(String label, String event, boolean first) {
	}

	/**
	 * The row of a responder.
	 *
	 * @param id its id
	 * @param name its name
	 * @param place its process
	 * @param tiles its answers
	 * @param subscribed whether it is subscribed
	 */
	record Row(String id, String name, String place, List<Tile> tiles, boolean subscribed) {
	}

	/**
	 * A cell of the grid.
	 *
	 * @param style the name of its style
	 * @param word its state
	 * @param latency the latency of the answer; empty without one
	 * @param message the message of a failure; empty without one
	 */
	record Tile(String style, String word, String latency, String message) {

		private static final Tile NOT_AWAITED = new Tile("none", "not awaited", "", "");

		static Tile of(@Nullable Cell cell) {
			return (cell != null) ? new Tile(cell.state().name().toLowerCase(Locale.ROOT), cell.state().word(),
					cell.latency(), cell.message()) : NOT_AWAITED;
		}

	}

	/**
	 * The responders of a process.
	 *
	 * @param number the number of the process
	 * @param title its title
	 * @param detail its pid and state
	 * @param actions the operations on it that are possible now
	 * @param members its responders
	 */
	record Group(int number, String title, String detail, List<Action> actions, List<Member> members) {
	}

	/**
	 * A responder in the roster.
	 *
	 * @param id its id
	 * @param key a key for the elements of the page
	 * @param name its name
	 * @param digits the digits that distinguish it from others of the name
	 * @param state its state
	 * @param since since when
	 * @param fault its fault; {@code null} if it can't be set
	 */
	record Member(String id, String key, String name, String digits, String state, String since,
			@Nullable Fault fault) {

		/**
		 * Returns the parameters of a request that sets the fault, as JSON. Only ids of
		 * collectors of the sample are in it.
		 * @return a JSON object
		 */
		public String vals() {
			return "{\"responder\":\"" + this.id + "\"}";
		}

	}

	/**
	 * A line of the timeline.
	 *
	 * @param kind its kind
	 * @param time the time to show
	 * @param instant the exact time
	 * @param text the fact
	 */
	record Line(String kind, String time, String instant, String text) {
	}

	/**
	 * A line of the table of figures.
	 *
	 * @param id the responder's id
	 * @param name its name
	 * @param place its process
	 * @param figures the figures
	 */
	record FigureLine(String id, String name, String place, Map<String, BigDecimal> figures) {
	}

}
