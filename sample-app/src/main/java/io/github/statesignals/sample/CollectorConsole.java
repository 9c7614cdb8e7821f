package io.github.statesignals.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.sample.SampleProperties.CollectorName;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.stereotype.Component;

/**
 * Lets the process that started this one control it: prints the ids of the responders,
 * reads faults from standard input, and ends the application with it.
 */
@Component
@ConditionalOnBooleanProperty("sample.console")
class CollectorConsole implements SmartInitializingSingleton {

	private static final String STARTED = "started:";

	private final ApplicationContext context;

	private final SignalResponderFactory responders;

	private final List<Collector> collectors;

	CollectorConsole(ApplicationContext context, SignalResponderFactory responders, List<Collector> collectors) {
		this.context = context;
		this.responders = responders;
		this.collectors = collectors;
	}

	// Before the responders subscribe.
	@Override
	public void afterSingletonsInstantiated() {
		StringBuilder line = new StringBuilder(STARTED);
		this.collectors.forEach((collector) -> line.append(' ')
			.append(collector.getName())
			.append('=')
			.append(this.responders.get(collector.getName().toString()).getResponderId()));
		System.out.println(line);
		Thread reader = new Thread(this::read, "console");
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		try (BufferedReader commands = new BufferedReader(
				new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
			for (String line = commands.readLine(); line != null; line = commands.readLine()) {
				String[] command = line.split("=");
				Collector.named(CollectorName.valueOf(command[0]), this.collectors).setFault(Fault.valueOf(command[1]));
			}
		}
		catch (IOException ex) {
			System.out.println("Standard input can't be read: " + ex);
		}
		System.exit(SpringApplication.exit(this.context));
	}

	static String command(CollectorName collector, Fault fault) {
		return collector.name() + "=" + fault.name() + "\n";
	}

	// Returns the ids of the responders from the line that a process prints when it has
	// started.
	static @Nullable Map<CollectorName, String> parse(String line) {
		if (!line.startsWith(STARTED)) {
			return null;
		}
		Map<CollectorName, String> responders = new EnumMap<>(CollectorName.class);
		for (String pair : line.substring(STARTED.length()).trim().split(" ")) {
			String[] parts = pair.split("=", 2);
			responders.put(CollectorName.valueOf(parts[0].toUpperCase(Locale.ROOT)), parts[1]);
		}
		return responders;
	}

}
