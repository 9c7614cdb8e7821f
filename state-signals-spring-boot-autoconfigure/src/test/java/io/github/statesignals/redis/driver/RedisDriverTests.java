package io.github.statesignals.redis.driver;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.redis.RedisTransports;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

class RedisDriverTests {

	@Test
	void tasksRunOnTheEventLoopWhileThereIsOne() {
		ClientResources resources = ClientResources.create();
		LettuceConnectionFactory application = RedisTransports.connect(resources);
		try {
			RedisDriver driver = RedisTransports.driver(application);
			assertThat(runsOnCallingThread(driver)).isTrue();
			StreamCommands commands = driver.openStreamCommands();
			CompletableFuture<Boolean> eventLoop = new CompletableFuture<>();
			driver.onEventLoop(() -> eventLoop.complete(driver.isEventLoop()));
			assertThat(eventLoop).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(true);
			commands.close().join();
			driver.close();
			assertThat(runsOnCallingThread(driver)).isTrue();
		}
		finally {
			application.destroy();
			resources.shutdown(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
		}
	}

	@Test
	void tasksRunOnTheCallingThreadOfADriverWithoutAnEventLoop() {
		assertThat(runsOnCallingThread(RedisTransports.driver(new JedisConnectionFactory()))).isTrue();
	}

	private static boolean runsOnCallingThread(RedisDriver driver) {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		driver.onEventLoop(() -> thread.complete(Thread.currentThread()));
		return thread.getNow(null) == Thread.currentThread();
	}

}
