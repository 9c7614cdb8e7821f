package io.github.statesignals;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A process with exporters and responders of the real Python package, on
 * {@link TestRedis}. The interpreter that has the package is the one that the environment
 * variable {@code STATE_SIGNALS_TEST_PYTHON} names; without it there is no peer. Its
 * program is {@code src/test/python/peer.py}.
 * <p>
 * Closing it fails if one of its loops has ended because of a message.
 */
final class PythonPeer implements AutoCloseable {

	static final String INTERPRETER = "STATE_SIGNALS_TEST_PYTHON";

	/**
	 * An answer that never comes.
	 */
	static final Object SILENT = "silent";

	private static final Path PROGRAM = Path.of(System.getProperty("basedir", ""), "src/test/python/peer.py");

	/**
	 * For events that follow at once, on a busy machine.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final JsonMapper json = JsonMapper.builder().build();

	private final Process process;

	private final BufferedWriter commands;

	private final Map<Integer, CompletableFuture<Map<String, Object>>> replies = new ConcurrentHashMap<>();

	private final Map<String, Responder> responders = new ConcurrentHashMap<>();

	private final Map<String, Recorder> recorders = new ConcurrentHashMap<>();

	private final List<String> deaths = new CopyOnWriteArrayList<>();

	private final CompletableFuture<String> version = new CompletableFuture<>();

	private final StringBuffer log = new StringBuffer();

	private final AtomicInteger number = new AtomicInteger();

	private PythonPeer(String interpreter) throws IOException {
		this.process = new ProcessBuilder(interpreter, "-B", PROGRAM.toString(), "--port",
				String.valueOf(TestRedis.port()))
			.start();
		this.commands = this.process.outputWriter(StandardCharsets.UTF_8);
		read(this.process.errorReader(StandardCharsets.UTF_8), (line) -> this.log.append(line).append('\n'), () -> {
		});
		read(this.process.inputReader(StandardCharsets.UTF_8), this::receive, this::abandon);
	}

	/**
	 * Start a peer.
	 * @return the peer, ready
	 */
	static PythonPeer start() {
		String interpreter = System.getenv(INTERPRETER);
		if (interpreter == null || interpreter.isBlank()) {
			throw new IllegalStateException("Set " + INTERPRETER
					+ " to a Python interpreter that has the package state-signals, " + Version.supported());
		}
		try {
			PythonPeer peer = new PythonPeer(interpreter);
			peer.version();
			return peer;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Could not start " + interpreter, ex);
		}
	}

	/**
	 * How a responder answers an event.
	 * @param ras the {@code ras}
	 * @param message the message
	 * @return the answer
	 */
	static Object answer(int ras, String message) {
		return Map.of("ras", ras, "message", message);
	}

	static Object answer(int ras) {
		return Map.of("ras", ras);
	}

	/**
	 * How a responder answers an initialization if it only subscribes.
	 * @return the answer
	 */
	static Object answerWithoutRas() {
		return Map.of();
	}

	/**
	 * Returns the version of the package.
	 * @return the version, one of those that the tests expect something of
	 */
	Version version() {
		return Version.of(get(this.version));
	}

	String number() {
		return get(this.version);
	}

	/**
	 * Returns the log of the package, which consists of warnings and errors.
	 * @return the lines that it has logged so far
	 */
	List<String> log() {
		String mark = "end of the log: " + this.number.incrementAndGet();
		call("log", "mark", Map.of("text", mark));
		await().atMost(PATIENCE).until(() -> this.log.toString().contains(mark));
		return this.log.toString().lines().filter((line) -> !line.startsWith("end of the log: ")).toList();
	}

	/**
	 * Create an exporter.
	 * @param processName its process name
	 * @return the exporter, not initialized
	 */
	Exporter exporter(String processName) {
		return new Exporter(Map.of("process_name", processName));
	}

	Exporter exporter(String processName, String runnerHost) {
		return new Exporter(Map.of("process_name", processName, "runner_host", runnerHost));
	}

	/**
	 * Create a responder.
	 * @param responderName its name
	 * @param behaviour by event, or "*" for any other: how it answers
	 * @return the responder, listening
	 */
	Responder responder(String responderName, Map<String, Object> behaviour) {
		return responder(responderName, behaviour, Map.of());
	}

	/**
	 * Create a responder that is locked from the start.
	 * @param responderName its name
	 * @param behaviour by event, or "*" for any other: how it answers
	 * @param locks {@code lock_id} and {@code lock_tag}
	 * @return the responder, listening
	 */
	Responder responder(String responderName, Map<String, Object> behaviour, Map<String, Object> locks) {
		return new Responder(responderName, behaviour, locks);
	}

	/**
	 * Records the messages on Redis channels from now on.
	 * @param pattern the channels, as in {@code PSUBSCRIBE}
	 * @return the recorder
	 */
	Recorder record(String pattern) {
		return new Recorder(pattern);
	}

	/**
	 * Kills the process, in place of closing it.
	 */
	void kill() {
		get(this.process.destroyForcibly().onExit());
	}

	@Override
	public void close() {
		try {
			write(Map.of("cmd", "exit"));
			get(this.process.onExit());
		}
		finally {
			this.process.destroyForcibly();
		}
		assertThat(this.deaths).as("loops of the Python package that died").isEmpty();
	}

	private static void read(BufferedReader lines, Consumer<String> consumer, Runnable atEnd) {
		Thread reader = new Thread(() -> {
			try (lines) {
				lines.lines().forEach(consumer);
			}
			catch (IOException | UncheckedIOException ex) {
				// The process was killed.
			}
			finally {
				atEnd.run();
			}
		}, "python-peer");
		reader.setDaemon(true);
		reader.start();
	}

	private void receive(String line) {
		Map<String, Object> message = asMap(this.json.readValue(line, Map.class));
		if (message.containsKey("ready")) {
			this.version.complete((String) message.get("version"));
		}
		else if (message.containsKey("received")) {
			this.responders.get(message.get("received")).received.add(asMap(message.get("signal")));
		}
		else if (message.containsKey("recorded")) {
			this.recorders.get(message.get("recorded")).messages
				.add(new Recorded((String) message.get("channel"), (String) message.get("payload")));
		}
		else if (message.containsKey("died") || message.containsKey("thread_died")) {
			this.deaths.add(line);
		}
		else if (message.containsKey("error")) {
			this.replies.remove(message.get("id"))
				.completeExceptionally(new IllegalStateException((String) message.get("error")));
		}
		else {
			this.replies.remove(message.get("id")).complete(message);
		}
	}

	private void abandon() {
		IllegalStateException ended = new IllegalStateException("The Python peer has ended:\n" + this.log);
		this.version.completeExceptionally(ended);
		this.replies.values().forEach((reply) -> reply.completeExceptionally(ended));
	}

	private CompletableFuture<Map<String, Object>> send(String name, String command, Map<String, ?> arguments) {
		int id = this.number.incrementAndGet();
		CompletableFuture<Map<String, Object>> reply = new CompletableFuture<>();
		this.replies.put(id, reply);
		Map<String, Object> line = new LinkedHashMap<>(arguments);
		line.put("id", id);
		line.put("cmd", command);
		line.put("name", name);
		write(line);
		return reply;
	}

	private Map<String, Object> call(String name, String command, Map<String, ?> arguments) {
		return get(send(name, command, arguments));
	}

	/**
	 * A received signal is reported before it is answered, on another path than the
	 * answer: the reply to any later command follows it.
	 */
	private void catchUp() {
		get(send("none", "subs", Map.of()).exceptionally((ex) -> Map.of()));
	}

	private synchronized void write(Map<String, ?> command) {
		try {
			this.commands.write(this.json.writeValueAsString(command));
			this.commands.newLine();
			this.commands.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The Python peer takes no commands:\n" + this.log, ex);
		}
	}

	private <T> T get(CompletableFuture<T> future) {
		return future.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
	}

	private String newName() {
		return "peer-" + this.number.incrementAndGet();
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> asMap(Object value) {
		return (Map<String, Object>) value;
	}

	/**
	 * The result of a publish of the Python package.
	 *
	 * @param code the result code
	 * @param messages the messages by responder id
	 */
	record Result(int code, Map<String, Object> messages) {
	}

	/**
	 * A Redis message that was recorded.
	 *
	 * @param channel the Redis channel
	 * @param payload the payload as text
	 */
	record Recorded(String channel, String payload) {
	}

	/**
	 * The versions of the package that the tests run with, and how they differ.
	 */
	enum Version {

		V0_5_2("0.5.2", "AttributeError"),

		V1_0_1("1.0.1", "ValueError");

		private final String number;

		private final String illegalEventError;

		Version(String number, String illegalEventError) {
			this.number = number;
			this.illegalEventError = illegalEventError;
		}

		static Version of(String number) {
			return Arrays.stream(values())
				.filter((version) -> version.number.equals(number))
				.findFirst()
				.orElseThrow(() -> new IllegalStateException("The Python package state-signals has version " + number
						+ ", but these tests are about " + supported() + ". Install one of them"));
		}

		private static String supported() {
			return Arrays.stream(values()).map((version) -> version.number).collect(Collectors.joining(" or "));
		}

		/**
		 * Returns the type of the error with which an exporter refuses an event that is
		 * not legal: the older one fails while it makes the message.
		 * @return the type's name
		 */
		String illegalEventError() {
			return this.illegalEventError;
		}

	}

	/**
	 * Records messages on Redis channels, in the order in which Redis took them.
	 */
	final class Recorder {

		private final String name = newName();

		private final List<Recorded> messages = new CopyOnWriteArrayList<>();

		private Recorder(String pattern) {
			PythonPeer.this.recorders.put(this.name, this);
			call(this.name, "record", Map.of("pattern", pattern));
		}

		/**
		 * Returns everything that was published so far.
		 * @return the messages
		 */
		List<Recorded> messages() {
			call(this.name, "recorded", Map.of());
			return List.copyOf(this.messages);
		}

	}

	/**
	 * An exporter of the Python package. Arguments have the names of the package, besides
	 * the events: {@code tag}, {@code metadata}, {@code timeout}, {@code expected_resps},
	 * {@code periodic}, {@code sample}.
	 */
	final class Exporter {

		private final String name = newName();

		private final String publisherId;

		private Exporter(Map<String, String> arguments) {
			this.publisherId = (String) call(this.name, "exporter", arguments).get("publisher_id");
		}

		String publisherId() {
			return this.publisherId;
		}

		void initialize(Map<String, ?> options, String... legalEvents) {
			call(this.name, "initialize", with(options, "legal_events", legalEvents));
		}

		boolean initializeAndWait(int subscribers, String... legalEvents) {
			return get(initializeAndWaitAsync(subscribers, Map.of(), legalEvents));
		}

		CompletableFuture<Boolean> initializeAndWaitAsync(int subscribers, Map<String, ?> options,
				String... legalEvents) {
			Map<String, Object> arguments = with(options, "legal_events", legalEvents);
			arguments.put("await_sub_count", subscribers);
			return send(this.name, "initialize_and_wait", arguments)
				.thenApply((reply) -> reply.get("result").equals(0));
		}

		Result publish(String event) {
			return publish(event, Map.of());
		}

		Result publish(String event, Map<String, ?> options) {
			return get(publishAsync(event, options));
		}

		CompletableFuture<Result> publishAsync(String event, Map<String, ?> options) {
			return send(this.name, "publish", with(options, "event", event))
				.thenApply((reply) -> new Result((int) reply.get("result"), asMap(reply.get("messages"))));
		}

		Set<Object> subscribers() {
			return Set.copyOf((List<?>) call(this.name, "subs", Map.of()).get("subs"));
		}

		void shutdown() {
			call(this.name, "shutdown", Map.of());
		}

		private static Map<String, Object> with(Map<String, ?> options, String key, Object value) {
			Map<String, Object> arguments = new LinkedHashMap<>(options);
			arguments.put(key, value);
			return arguments;
		}

	}

	/**
	 * A responder in the Python process.
	 */
	final class Responder {

		private final String name = newName();

		private final List<Map<String, Object>> received = new CopyOnWriteArrayList<>();

		private final String responderId;

		private Responder(String responderName, Map<String, Object> behaviour, Map<String, Object> locks) {
			PythonPeer.this.responders.put(this.name, this);
			Map<String, Object> arguments = new LinkedHashMap<>(locks);
			arguments.put("responder_name", responderName);
			arguments.put("behaviour", behaviour);
			this.responderId = (String) call(this.name, "responder", arguments).get("responder_id");
		}

		String responderId() {
			return this.responderId;
		}

		/**
		 * Returns a field of the received signals, of at least all answered ones.
		 * @param key the name of the field on the wire
		 * @return the value in each signal
		 */
		List<Object> received(String key) {
			return signals().stream().map((signal) -> signal.get(key)).collect(Collectors.toList());
		}

		/**
		 * Returns the metadata of received signals of one event.
		 * @param event the event
		 * @return the metadata of each signal, {@code null} for none
		 */
		List<Map<String, Object>> metadataOf(String event) {
			return signals().stream()
				.filter((signal) -> event.equals(signal.get("event")))
				.map((signal) -> asMap(signal.get("metadata")))
				.collect(Collectors.toList());
		}

		/**
		 * Waits until an event is received.
		 * @param event the event
		 * @return the first signal of that event, with all fields by name
		 */
		Map<String, Object> awaitReceived(String event) {
			await().atMost(PATIENCE).until(() -> received("event").contains(event));
			return signals().get(received("event").indexOf(event));
		}

		private List<Map<String, Object>> signals() {
			catchUp();
			return this.received;
		}

		void lockPublisher(String publisherId) {
			call(this.name, "lock_id", Map.of("publisher_id", publisherId));
		}

		void lockTag(String tag) {
			call(this.name, "lock_tag", Map.of("tag", tag));
		}

		void unlock() {
			call(this.name, "unlock", Map.of());
		}

		/**
		 * Answer by hand.
		 * @param publisherId whom to answer
		 * @param event which event to answer
		 * @param answer {@code ras} and {@code message}
		 */
		void respond(String publisherId, String event, Map<String, ?> answer) {
			Map<String, Object> arguments = new LinkedHashMap<>(answer);
			arguments.put("publisher_id", publisherId);
			arguments.put("event", event);
			call(this.name, "respond", arguments);
		}

		/**
		 * Cut its connection, with no goodbye.
		 */
		void stop() {
			call(this.name, "stop_responder", Map.of());
		}

	}

}
