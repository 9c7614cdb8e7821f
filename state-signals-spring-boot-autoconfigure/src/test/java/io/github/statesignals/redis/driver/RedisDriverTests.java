package io.github.statesignals.redis.driver;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.statesignals.TestRedis;
import io.github.statesignals.redis.RedisTransports;
import io.github.statesignals.redis.driver.StreamCommands.Entry;
import io.lettuce.core.resource.ClientResources;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

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

	@Test
	void connectionsThatBlockLeaveOneOfThePoolForOtherCommands() {
		JedisConnectionFactory application = pooled(3);
		try {
			RedisDriver driver = RedisTransports.driver(application);
			driver.openStreamCommands();
			StreamCommands second = driver.openStreamCommands();
			assertThatException().isThrownBy(driver::openStreamCommands)
				.withMessageContaining("3 connections")
				.satisfies((ex) -> assertThat(ConnectProblem.of(ex)).isEqualTo(ConnectProblem.POOL));
			second.close().join();
			assertThat(driver.openStreamCommands()).isNotNull();
		}
		finally {
			application.destroy();
		}
	}

	@Test
	void poolWithoutAnIdleConnectionIsNamed() {
		JedisConnectionFactory application = pooled(1);
		try (RedisConnection connection = application.getConnection()) {
			connection.multi();
			assertThatException().isThrownBy(() -> RedisTransports.driver(application).openPublisher())
				.satisfies((ex) -> assertThat(ConnectProblem.of(ex)).isEqualTo(ConnectProblem.POOL));
			connection.discard();
		}
		finally {
			application.destroy();
		}
	}

	@Test
	void fieldsOfStoredEntriesAreReadByTheirNames() {
		JedisConnectionFactory application = pooled(3);
		byte[] log = bytes("log-" + UUID.randomUUID());
		try (RedisConnection connection = application.getConnection()) {
			connection.execute("XGROUP", bytes("CREATE"), log, bytes("r"), bytes("0"), bytes("MKSTREAM"));
			connection.execute("XADD", log, bytes("*"), bytes("signals"), bytes("{}"), bytes("later"), bytes("x"));
			connection.execute("XADD", log, bytes("*"), bytes("later"), bytes("x"), bytes("responder"), bytes("r"),
					bytes("signals"), bytes("{}"));
			StreamCommands commands = RedisTransports.driver(application).openStreamCommands();
			List<Entry> read = commands.read(log, "r", null, 10, Duration.ofSeconds(1)).join();
			assertThat(read).extracting(Entry::lines).containsExactly(bytes("{}"), bytes("{}"));
			assertThat(read).extracting(Entry::responder).containsExactly(null, bytes("r"));
			commands.close().join();
		}
		finally {
			application.destroy();
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private static JedisConnectionFactory pooled(int size) {
		GenericObjectPoolConfig<?> pool = new GenericObjectPoolConfig<>();
		pool.setMaxTotal(size);
		pool.setMaxWait(Duration.ofMillis(50));
		return RedisTransports
			.started(new JedisConnectionFactory(new RedisStandaloneConfiguration(TestRedis.host(), TestRedis.port()),
					JedisClientConfiguration.builder().usePooling().poolConfig(pool).build()));
	}

	private static boolean runsOnCallingThread(RedisDriver driver) {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		driver.onEventLoop(() -> thread.complete(Thread.currentThread()));
		return thread.getNow(null) == Thread.currentThread();
	}

}
