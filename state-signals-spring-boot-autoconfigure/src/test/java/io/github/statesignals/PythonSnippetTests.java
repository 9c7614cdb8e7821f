package io.github.statesignals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of docs/python.md runs with the real Python package.
 */
@Tag("python")
@Timeout(60)
class PythonSnippetTests {

	private static final Pattern BLOCK = Pattern.compile("^```python\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void codeOfThePageIsActedOn() throws IOException {
		Benchmark benchmark = this.applications.start(Benchmark.class).getBean(Benchmark.class);
		List<String> blocks = BLOCK.matcher(Files.readString(Path.of("..", "docs", "python.md")))
			.results()
			.map((block) -> block.group(1))
			.toList();
		assertThat(blocks).hasSize(1).allSatisfy((block) -> assertThat(run(block)).isEqualTo("0 {}"));
		assertThat(benchmark.uuids).containsExactly("5b1f", "5b1f", "5b1f");
	}

	private static String run(String block) throws IOException {
		String script = block.replace("redis_host=\"localhost\"",
				"redis_host=\"127.0.0.1\", redis_port=" + TestRedis.port())
				+ "print(int(result), messages, flush=True)\nexporter.shutdown()\nimport os\nos._exit(0)\n";
		Process python = new ProcessBuilder(System.getenv(PythonPeer.INTERPRETER), "-c", script)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		return new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
	}

	static class Benchmark {

		final List<String> uuids = new CopyOnWriteArrayList<>();

		@OnSignal(event = "benchmark-start", responder = "cpu")
		void cpu(String uuid) {
			this.uuids.add(uuid);
		}

		@OnSignal(event = "benchmark-start", responder = "memory")
		void memory(String uuid) {
			this.uuids.add(uuid);
		}

		@OnSignal(event = "benchmark-start", responder = "gc")
		void gc(String uuid) {
			this.uuids.add(uuid);
		}

	}

}
