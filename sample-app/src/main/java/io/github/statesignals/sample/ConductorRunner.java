package io.github.statesignals.sample;

import java.io.File;
import java.nio.file.Path;

import io.github.statesignals.sample.Conductor.CollectorsMissingException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails.Standalone;
import org.springframework.boot.system.ApplicationHome;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Conducts the first run when the application has started, and prints its progress.
 */
@Component
@Profile("!collector")
class ConductorRunner implements ApplicationRunner {

	private final Conductor conductor;

	private final int collectors;

	private final @Nullable Standalone redis;

	private final boolean embedded;

	private final Environment environment;

	ConductorRunner(Conductor conductor, SampleProperties properties, DataRedisConnectionDetails redis,
			ObjectProvider<EmbeddedRedis> embeddedRedis, Environment environment) {
		this.conductor = conductor;
		this.collectors = properties.collectors();
		this.redis = redis.getStandalone();
		this.embedded = embeddedRedis.getIfAvailable() != null;
		this.environment = environment;
	}

	@Override
	public void run(ApplicationArguments arguments) {
		print("Redis is %s%s.".formatted(
				(this.redis != null) ? this.redis.getHost() + ":" + this.redis.getPort() : "as configured",
				this.embedded
						? ", embedded (--spring.data.redis.host=... and --spring.data.redis.port=... name another)"
						: ""));
		String address = "http://127.0.0.1:" + this.environment.getProperty("local.server.port");
		print("Open %s/ to see each answer as it comes (--server.port=... chooses another port).".formatted(address));
		print("Waiting for %d collectors, then running the benchmark ...".formatted(this.collectors));
		print("");
		try {
			print(ReportPrinter.print(this.conductor.run(this.collectors)));
		}
		catch (CollectorsMissingException ex) {
			print(ex.getMessage());
		}
		String runs = address + "/api/runs";
		print("");
		print("Run again, on the page or with:");
		print("  curl -X POST \"%s\"".formatted(runs));
		print("Add a process with three more collectors%s, and run with all of them:"
			.formatted(this.embedded ? "" : ", with this one's spring.data.redis.* settings"));
		print("  " + furtherProcess());
		// Without quotes, zsh takes the question mark for a pattern.
		print("  curl -X POST \"%s?collectors=%d\"".formatted(runs, this.collectors + 3));
		print("Ctrl-C ends this process.");
	}

	private String furtherProcess() {
		String arguments = "--spring.profiles.active=collector "
				+ ((this.redis != null) ? "--spring.data.redis.host=%s --spring.data.redis.port=%d"
					.formatted(this.redis.getHost(), this.redis.getPort()) : "--spring.data.redis....");
		File source = new ApplicationHome(SampleApplication.class).getSource();
		if (source != null && source.isFile()) {
			return "java -jar \"%s\" %s".formatted(Path.of("").toAbsolutePath().relativize(source.toPath()), arguments);
		}
		return "mvn -q -Dmaven.test.skip -pl sample-app -am spring-boot:run -Dspring-boot.run.arguments=\"%s\""
			.formatted(arguments);
	}

	private static void print(@Nullable String line) {
		System.out.println(line);
	}

}
