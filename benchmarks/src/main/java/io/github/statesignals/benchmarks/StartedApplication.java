package io.github.statesignals.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * Starts an application that uses Redis, and reports the cost of starting it.
 */
final class StartedApplication {

	private StartedApplication() {
	}

	public static void main(String[] arguments) throws IOException, ClassNotFoundException {
		SpringApplication spring = new SpringApplication(Class.forName(arguments[0]));
		spring.setWebApplicationType(WebApplicationType.NONE);
		ConfigurableApplicationContext context = spring.run(Arrays.copyOfRange(arguments, 1, arguments.length));
		context.getBean(StringRedisTemplate.class).hasKey("benchmark");
		var runtime = ManagementFactory.getRuntimeMXBean();
		Map<String, Long> numbers = new LinkedHashMap<>();
		numbers.put("start", System.currentTimeMillis() - runtime.getStartTime());
		numbers.put("cpu", Footprint.cpuMillis());
		numbers.put("classes", (long) ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
		Map<String, Long> footprint = Footprint.now();
		numbers.put("heap", footprint.getOrDefault("heap", 0L));
		numbers.put("beside", footprint.getOrDefault("beside", 0L));
		numbers.put("threads", footprint.getOrDefault("threads", 0L));
		Peer.reply(System.out, numbers);
		// Runs until its standard input ends.
		while (System.in.read() != -1) {
			Thread.onSpinWait();
		}
		System.exit(0);
	}

}
