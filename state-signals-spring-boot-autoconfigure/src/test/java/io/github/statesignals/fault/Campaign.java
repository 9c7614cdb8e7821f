package io.github.statesignals.fault;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.github.statesignals.fault.Ledger.Counts;
import io.github.statesignals.fault.Ledger.Violation;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Redis, an application that publishes on all kinds of channels, and the responders
 * {@code a} and {@code b}, each in a separate process with a {@link Ledger}.
 * <p>
 * Publishes belong to an epoch, in which one thing is done to them. At its end the
 * publisher pauses, and all that it has published is checked.
 */
final class Campaign implements AutoCloseable {

	/**
	 * Lets the handler of {@code b} fail for some signals.
	 */
	static final String WITH_FAILURES = "ledger.fails=b";

	static final Set<String> RESPONDERS = Set.of("a", "b");

	private static final Logger logger = LoggerFactory.getLogger(Campaign.class);

	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final Map<String, List<String>> broken = new LinkedHashMap<>();

	private final Ledger ledger = new Ledger();

	private final Map<Path, RandomAccessFile> files = new LinkedHashMap<>();

	private final Map<Path, ByteArrayOutputStream> unfinished = new LinkedHashMap<>();

	private final Map<String, JavaProcess> processes = new LinkedHashMap<>();

	private final List<JavaProcess> all = new ArrayList<>();

	private final Map<String, String> instances = new LinkedHashMap<>();

	private final RedisProcess server;

	private final Path directory;

	private final List<String> options;

	private final List<String> properties;

	private String exporter = "exporter";

	private String epoch = "";

	private int padding;

	private int questions;

	/**
	 * Starts Redis, which writes all to its disk before it replies.
	 * @param options options of the JVMs
	 * @param properties further properties of all applications
	 */
	Campaign(List<String> options, String... properties) {
		this.options = options;
		this.properties = List.of(properties);
		this.server = RedisProcess.start("appendonly yes", "appendfsync always");
		try {
			this.directory = Files.createTempDirectory("state-signals-ledger-");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	RedisProcess server() {
		return this.server;
	}

	Ledger ledger() {
		return this.ledger;
	}

	JavaProcess process(String name) {
		return this.processes.get(name);
	}

	void startResponders() {
		RESPONDERS.stream()
			.sorted()
			.map((name) -> launch(name, "responder.enabled=true"))
			.toList()
			.forEach(this::awaitReady);
	}

	void startExporter() {
		awaitReady(launch(this.exporter, "responder.enabled=false", "ledger.responders=" + RESPONDERS.size()));
	}

	/**
	 * Starts the responders, of which {@code a} publishes, too.
	 */
	void startRespondingExporter() {
		this.exporter = "a";
		String b = launch("b", "responder.enabled=true");
		String a = launch("a", "responder.enabled=true", "ledger.responders=" + RESPONDERS.size());
		awaitReady(b);
		awaitReady(a);
	}

	JavaProcess exporter() {
		return process(this.exporter);
	}

	/**
	 * Starts a process. An earlier one of the same name goes on, unless it was ended.
	 * @param name its name
	 * @param settings its properties; those of the library without their prefix
	 * @return its instance
	 */
	String launch(String name, String... settings) {
		String instance = LedgerApplication.instance(name);
		List<String> arguments = new ArrayList<>(this.server.properties());
		arguments.addAll(List.of("spring.application.name=" + name, "spring.main.banner-mode=off",
				"spring.data.redis.client-name=" + name, "ledger.instance=" + instance,
				"ledger.file=" + this.directory.resolve(instance + ".ledger"),
				"state-signals.channels.durable.delivery=durable", "state-signals.exporter.probe-after=500ms"));
		Stream.concat(this.properties.stream(), Stream.of(settings))
			.map((property) -> property.startsWith("ledger.") ? property : "state-signals." + property)
			.forEach(arguments::add);
		JavaProcess process = JavaProcess.start(LedgerApplication.class, this.options,
				arguments.stream().map((argument) -> "--" + argument).toList(), log(instance).toFile());
		this.processes.put(name, process);
		this.instances.put(name, instance);
		this.all.add(process);
		return instance;
	}

	private Path log(String instance) {
		return this.directory.resolve(instance + ".log");
	}

	void awaitReady(String instance) {
		try {
			await().until(() -> lines("ready").stream().anyMatch((fields) -> fields[2].equals(instance)));
		}
		catch (RuntimeException ex) {
			throw new IllegalStateException("'" + instance + "' does not start: " + logged(instance), ex);
		}
	}

	private String logged(String instance) {
		try {
			return Files.readString(log(instance));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Notes that the exporter was killed: its publishes end without a result.
	 */
	void exporterEnded() {
		refresh();
		publishers().values().forEach(this.ledger::ended);
	}

	/**
	 * Returns the ids of the publishers of the exporter that was started last.
	 * @return the ids
	 */
	Map<Mode, String> publishers() {
		Map<Mode, String> ids = new LinkedHashMap<>();
		lines("publisher").forEach((fields) -> ids.put(Mode.valueOf(fields[2]), fields[3]));
		return ids;
	}

	/**
	 * Returns the ids of the responders, of each those of the process that was started
	 * last.
	 * @param mode the kind of channel
	 * @return the ids
	 */
	List<String> responders(Mode mode) {
		Map<String, String> ids = new LinkedHashMap<>();
		lines("responder").stream()
			.filter((fields) -> fields[2].equals(mode.name()))
			.forEach((fields) -> ids.put(fields[1], fields[3]));
		return List.copyOf(ids.values());
	}

	private List<String[]> lines(String kind) {
		refresh();
		return this.ledger.lines(kind);
	}

	/**
	 * Begins an epoch: publishes until {@link #endEpoch}.
	 * @param name its name, unique and without spaces
	 */
	void beginEpoch(String name) {
		this.epoch = name;
		publish(0);
		awaitSuccesses(20, 0);
	}

	/**
	 * Sets the size of signals, or goes on publishing with another process.
	 * @param newPadding the length of a text in each signal
	 */
	void publish(int newPadding) {
		this.padding = newPadding;
		exporter().send("publish " + this.epoch + " " + this.padding);
	}

	/**
	 * Waits until all responders have acted on further signals, on each channel.
	 * @param count the number of signals
	 * @param sinceNanos the signals that were begun after this time count
	 * @return the time of the first one on the last channel
	 */
	long awaitSuccesses(int count, long sinceNanos) {
		long last = sinceNanos;
		for (Mode mode : Mode.values()) {
			await().until(() -> successes(mode, sinceNanos).size() >= count);
			last = Math.max(last, successes(mode, sinceNanos).get(0));
		}
		return last;
	}

	private List<Long> successes(Mode mode, long sinceNanos) {
		refresh();
		return this.ledger.successes(this.epoch, mode, RESPONDERS.size())
			.stream()
			.filter((begin) -> begin > sinceNanos)
			.toList();
	}

	/**
	 * Waits until publishes have ended, on each channel.
	 * @param count the number of publishes in the epoch
	 */
	void awaitPublishes(int count) {
		for (Mode mode : Mode.values()) {
			awaitPublishes(count, mode);
		}
	}

	void awaitPublishes(int count, Mode mode) {
		await().until(() -> publishes(mode) >= count);
	}

	int publishes(Mode mode) {
		refresh();
		return this.ledger.ended(this.epoch, mode);
	}

	/**
	 * Ends an epoch: waits for all results, and until all stored signals are handled.
	 * @param losesData whether Redis has lost stored data
	 * @return the broken promises
	 */
	List<Violation> endEpoch(boolean losesData) {
		exporter().send("pause");
		await().until(() -> lines("paused").stream().anyMatch((fields) -> fields[1].equals(this.epoch)));
		Set<String> registered = losesData ? Set.of() : RESPONDERS;
		try {
			await().until(() -> {
				refresh();
				return this.ledger.isQuiet(this.epoch) && this.ledger.outstanding(this.epoch, registered) == 0;
			});
		}
		catch (org.awaitility.core.ConditionTimeoutException ex) {
			// The check names the incomplete ones.
			logger.warn("'{}' does not end", this.epoch);
		}
		List<Violation> violations = this.ledger.check(this.epoch, registered);
		if (!violations.isEmpty()) {
			this.instances.values().forEach((instance) -> logger.warn("Log of '{}': {}", instance, logged(instance)));
		}
		return violations;
	}

	Counts count(Mode mode) {
		return this.ledger.count(this.epoch, mode, RESPONDERS.size());
	}

	/**
	 * Returns the counts of the processes that were started last.
	 * @return their counts, by name
	 */
	Map<String, Status> status() {
		String question = "q" + ++this.questions;
		Map<String, Status> statuses = new LinkedHashMap<>();
		this.processes.values().forEach((process) -> process.send("status " + question));
		await().until(
				() -> lines("status").stream().filter((fields) -> fields[1].equals(question)).count() == this.processes
					.size());
		lines("status").stream()
			.filter((fields) -> fields[1].equals(question))
			.forEach((fields) -> statuses.put(fields[2], status(fields)));
		return statuses;
	}

	private Status status(String[] fields) {
		long[] numbers = Stream.of(fields).skip(3).mapToLong(Long::parseLong).toArray();
		String logged = logged(this.instances.get(fields[2]));
		long refused = 0;
		for (int i = 2; i < 8; i++) {
			refused += numbers[i];
		}
		return new Status(numbers[0], (int) numbers[1], refused, numbers[8], logged.lines().count(), logged.length());
	}

	/**
	 * The state of a process.
	 *
	 * @param heap the bytes of the heap that are in use after a full collection
	 * @param threads the number of threads
	 * @param refused the messages that it has refused or skipped, and counted
	 * @param foreign the handler runs for signals of other publishers
	 * @param logLines the lines that it has logged
	 * @param logBytes the characters that it has logged
	 */
	record Status(long heap, int threads, long refused, long foreign, long logLines, long logBytes) {
	}

	private synchronized void refresh() {
		try (Stream<Path> listed = Files.list(this.directory)) {
			for (Path file : listed.filter((path) -> path.toString().endsWith(".ledger")).sorted().toList()) {
				read(file);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read(Path path) throws IOException {
		RandomAccessFile file = this.files.get(path);
		if (file == null) {
			file = new RandomAccessFile(path.toFile(), "r");
			this.files.put(path, file);
			this.unfinished.put(path, new ByteArrayOutputStream());
		}
		ByteArrayOutputStream line = this.unfinished.get(path);
		byte[] buffer = new byte[64 * 1024];
		for (int count = file.read(buffer); count > 0; count = file.read(buffer)) {
			for (int i = 0; i < count; i++) {
				if (buffer[i] == '\n') {
					this.ledger.add(line.toString(StandardCharsets.UTF_8));
					line.reset();
				}
				else {
					line.write(buffer[i]);
				}
			}
		}
	}

	static ConditionFactory await() {
		return Awaitility.await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(20));
	}

	/**
	 * Adds a line to a report in {@code target}.
	 * @param file the name of the report
	 * @param line the line
	 */
	static void report(String file, String line) {
		logger.info("{}", line);
		try {
			Files.writeString(Path.of("target", file), line + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Fails if a promise was broken, also when the test is repeated in this JVM: a broken
	 * promise is no matter of a busy machine.
	 * @param test names the test
	 * @param violations the broken promises
	 */
	static void assertHolds(String test, List<Violation> violations) {
		List<String> all = broken.computeIfAbsent(test, (added) -> new ArrayList<>());
		all.addAll(Ledger.summary(violations));
		assertThat(all).as("broken promises").isEmpty();
	}

	@Override
	public void close() {
		this.all.forEach(JavaProcess::close);
		this.server.close();
		try {
			for (RandomAccessFile file : this.files.values()) {
				file.close();
			}
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
