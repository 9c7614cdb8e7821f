package io.github.statesignals.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * The arms to run, and for how long.
 *
 * @param arms the arms, in the order in which the first round starts them
 * @param responders how many responders answer
 * @param window how many signals are in flight for throughput
 * @param rounds how often the processes are started
 * @param slices how often each is measured in a round
 * @param warmUp how long each works before it is measured
 * @param warmUps how often the warm-up is repeated at most while the compilers are busy
 * @param slice how long a measurement takes
 * @param attempts how often a slice is measured at most until the machine is quiet; 0 to
 * count all
 * @param crowd how many exporters, and as many responders
 * @param only the parts to run
 * @param python the interpreter that has the Python package
 * @param redis the Redis to use, as {@code host:port}; started here if there is none
 * @param soak how long to soak; runs nothing else
 * @param limit how long all of it may take
 * @param out where the results go
 * @param jfr whether to make a flight recording of every measured JVM
 */
record Options(List<Arm> arms, List<Integer> responders, int window, int rounds, int slices, Duration warmUp,
		int warmUps, Duration slice, int attempts, int crowd, Set<String> only, @Nullable String python,
		@Nullable String redis, @Nullable Duration soak, Duration limit, Path out, boolean jfr) {

	static final String ROUND_TRIPS = "round-trips";

	static final String FOREIGN = "foreign";

	static final String CROWD = "crowd";

	static final String CATCH_UP = "catch-up";

	static final String START_UP = "start-up";

	static final String HELP = """
			benchmarks/run [options]
			  --quick                  two to three minutes, to check that everything works
			  --arms=a,b               of floor, floor-again, floor-json, ours, ours-named, ours-durable,
			                           naive, redisson, python
			  --responders=1,10        how many responders answer (1,10,100,1000)
			  --window=256             signals in flight for throughput
			  --rounds=5               how often the processes are started
			  --slices=3               how often each is measured in a round
			  --slice=1s --warm-up=2s  how long each measurement, and the warm-up before it, takes
			  --warm-ups=6             how often the warm-up is repeated at most while compilers are busy
			  --attempts=4             how often a slice is measured at most, until compilers and other
			                           processes are quiet; a busy one does not count, but with 0
			  --crowd=100              as many exporters, and responders
			  --only=a,b               of round-trips, catch-up, foreign, crowd, start-up
			  --python=path            an interpreter that has the package state-signals 1.0.1;
			                           else that of STATE_SIGNALS_TEST_PYTHON, else that arm is left out
			  --redis=host:port        use this Redis; else redis-server is started
			  --soak=10m               run only a soak test: 100,000 publishers join and leave
			  --limit=90m              end after this time, even if measurements are missing
			  --out=directory          where the numbers and charts go (benchmarks/target/results)
			  --jfr                    write a flight recording of every measured JVM to that directory
			""";

	private static final Set<String> NAMES = Set.of("quick", "arms", "responders", "window", "rounds", "slices",
			"slice", "warm-up", "warm-ups", "attempts", "crowd", "only", "python", "redis", "soak", "limit", "out",
			"jfr");

	static Options parse(String... words) {
		Arguments given = Arguments
			.parse(Arrays.stream(words).map((word) -> word.replaceFirst("^--", "")).toArray(String[]::new));
		given.values().keySet().stream().filter((name) -> !NAMES.contains(name)).findFirst().ifPresent((name) -> {
			throw new IllegalArgumentException("There is no option '" + name + "'");
		});
		boolean quick = given.has("quick");
		String python = given.find("python");
		String soak = given.find("soak");
		return new Options(
				list(given, "arms", "floor,ours,ours-named,ours-durable,floor-again,floor-json,naive,redisson,python")
					.stream()
					.map(Arm::of)
					.toList(),
				list(given, "responders", quick ? "1,100" : "1,10,100,1000").stream().map(Integer::valueOf).toList(),
				Integer.parseInt(value(given, "window", "256")),
				Integer.parseInt(value(given, "rounds", quick ? "1" : "5")),
				Integer.parseInt(value(given, "slices", quick ? "1" : "3")),
				duration(value(given, "warm-up", quick ? "500ms" : "2s")),
				Integer.parseInt(value(given, "warm-ups", quick ? "1" : "6")),
				duration(value(given, "slice", quick ? "300ms" : "1s")),
				Integer.parseInt(value(given, "attempts", quick ? "0" : "4")),
				Integer.parseInt(value(given, "crowd", quick ? "10" : "100")),
				Set.copyOf(list(given, "only", String.join(",", ROUND_TRIPS, CATCH_UP, FOREIGN, CROWD, START_UP))),
				(python != null) ? python : System.getenv("STATE_SIGNALS_TEST_PYTHON"), given.find("redis"),
				(soak != null) ? duration(soak) : null, duration(value(given, "limit", "90m")),
				Path.of(value(given, "out", "benchmarks/target/results")).toAbsolutePath(), given.has("jfr"));
	}

	private static String value(Arguments given, String name, String otherwise) {
		String value = given.find(name);
		return (value != null) ? value : otherwise;
	}

	private static List<String> list(Arguments given, String name, String otherwise) {
		return Arrays.stream(value(given, name, otherwise).toLowerCase(Locale.ROOT).split(","))
			.map(String::strip)
			.toList();
	}

	private static Duration duration(String value) {
		return DurationStyle.detectAndParse(value);
	}

}
