package io.github.statesignals.actuate;

import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.statesignals.Applications;
import io.github.statesignals.DurableChannels;
import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.observation.SignalMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class DurableMetersTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final Applications applications = new Applications();

	private final String channel = "meters-" + UUID.randomUUID();

	private final MockClock clock = new MockClock();

	private final MeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, this.clock);

	private ConfigurableApplicationContext start(Class<?> configuration, String... more) {
		List<String> properties = new ArrayList<>(
				List.of("channel=" + this.channel, "channels." + this.channel + ".delivery=durable"));
		properties.addAll(List.of(more));
		return this.applications.start(configuration, properties.toArray(String[]::new));
	}

	@Test
	void lagAndAgeAreThoseOfEachOwnResponderAndTheLargestOfAllOthers() {
		start(Blocking.class, "responder.name=other").close();
		start(Blocking.class, "responder.name=another").close();
		ConfigurableApplicationContext context = start(Blocking.class, "responder.name=own");
		bind(context);
		assertThat(gauge(SignalMeters.DURABLE_LAG, "own")).isZero();
		assertThat(gauge(SignalMeters.DURABLE_AGE, "own")).isZero();
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(3, TIMEOUT, "flip")).isTrue();
		exporter.signal("flip").timeout(Duration.ofMillis(500)).publish();
		exporter.signal("flip").timeout(Duration.ofMillis(500)).publish();
		await().atMost(TIMEOUT).untilAsserted(() -> {
			this.clock.add(DurableMeters.INTERVAL);
			assertThat(gauge(SignalMeters.DURABLE_UNACKNOWLEDGED, "own")).isEqualTo(2);
			// In seconds: less than an hour.
			assertThat(gauge(SignalMeters.DURABLE_AGE, "own")).isPositive().isLessThan(3_600);
			// Before Redis 7 there is none.
			assertThat(gauge(SignalMeters.DURABLE_LAG, "OTHER")).isIn(2.0, Double.NaN);
			assertThat(gauge(SignalMeters.DURABLE_UNACKNOWLEDGED, "OTHER")).isZero();
			assertThat(gauge(SignalMeters.DURABLE_AGE, "OTHER")).isPositive();
		});
		assertThat(this.registry.get(SignalMeters.DURABLE_LAG.getName()).meters())
			.extracting((meter) -> meter.getId().getTag("responder"))
			.containsExactlyInAnyOrder("own", "OTHER");
		context.getBean(Blocking.class).latch.countDown();
		await().atMost(TIMEOUT).untilAsserted(() -> {
			this.clock.add(DurableMeters.INTERVAL);
			assertThat(gauge(SignalMeters.DURABLE_UNACKNOWLEDGED, "own")).isZero();
			assertThat(gauge(SignalMeters.DURABLE_AGE, "own")).isZero();
		});
	}

	@Test
	void responderThatIsAddedLaterHasItsOwnMetersOnItsChannelOnly() {
		ConfigurableApplicationContext context = start(Object.class);
		bind(context);
		SignalResponderFactory responders = context.getBean(SignalResponderFactory.class);
		responders.get("elsewhere", "other-" + this.channel).on("flip", (signal) -> null);
		responders.get("later").on("flip", (signal) -> null);
		await().atMost(TIMEOUT).untilAsserted(() -> {
			this.clock.add(DurableMeters.INTERVAL);
			read();
			assertThat(this.registry.get(SignalMeters.DURABLE_AGE.getName()).meters())
				.extracting((meter) -> meter.getId().getTag("responder"))
				.contains("later")
				.doesNotContain("elsewhere");
		});
	}

	@Test
	void metersSurviveAGarbageCollection() {
		bind(start(Object.class));
		WeakReference<Object> garbage = new WeakReference<>(new Object());
		await().atMost(TIMEOUT).until(() -> {
			System.gc();
			return garbage.get() == null;
		});
		assertThat(gauge(SignalMeters.DURABLE_AGE, "OTHER")).isZero();
	}

	@Test
	void deadLettersAreCounted() {
		ConfigurableApplicationContext context = start(Object.class);
		bind(context);
		assertThat(this.registry.get(SignalMeters.DURABLE_DEAD_LETTERS.getName()).gauge().value()).isZero();
		context.getBean(StringRedisTemplate.class)
			.opsForHash()
			.put("event-signal:{" + this.channel + "}:dead-letters", "1-1.0 r", "1 bug\n{}");
		this.clock.add(DurableMeters.INTERVAL);
		assertThat(this.registry.get(SignalMeters.DURABLE_DEAD_LETTERS.getName()).gauge().value()).isOne();
	}

	@Test
	void redisIsReadOnceInAnInterval() {
		DurableChannels channels = start(Object.class).getBean(DurableChannels.class);
		AtomicInteger reads = new AtomicInteger();
		new DurableMeters(before(reads::incrementAndGet, channels), List.of(this.channel),
				(channel) -> List.of("one", "two"), this.registry)
			.bind();
		assertThat(reads).hasValue(0);
		read();
		read();
		// The backlog and the dead letters.
		await().atMost(TIMEOUT).untilAtomic(reads, (count) -> assertThat(count).isEqualTo(2));
		this.clock.add(DurableMeters.INTERVAL.minusNanos(1));
		read();
		assertThat(reads).hasValue(2);
		this.clock.add(Duration.ofNanos(1));
		read();
		await().atMost(TIMEOUT).untilAtomic(reads, (count) -> assertThat(count).isEqualTo(4));
	}

	@Test
	void aReadThatDoesNotEndNeitherBlocksReadersNorIsRepeated() {
		DurableChannels channels = start(Object.class).getBean(DurableChannels.class);
		CountDownLatch replied = new CountDownLatch(1);
		AtomicInteger reads = new AtomicInteger();
		new DurableMeters(before(() -> {
			reads.incrementAndGet();
			await().atMost(TIMEOUT).until(() -> replied.getCount() == 0);
		}, channels), List.of(this.channel), (channel) -> List.of("one"), this.registry).bind();
		for (int i = 0; i < 3; i++) {
			assertThat(gauge(SignalMeters.DURABLE_AGE, "one")).isNaN();
			this.clock.add(DurableMeters.INTERVAL);
		}
		assertThat(reads).hasValue(1);
		replied.countDown();
		await().atMost(TIMEOUT).untilAsserted(() -> assertThat(gauge(SignalMeters.DURABLE_AGE, "one")).isZero());
	}

	@Test
	void stateThatCanNotBeReadHasNoValue() {
		DurableChannels channels = start(Object.class).getBean(DurableChannels.class);
		new DurableMeters(channels, List.of("broadcast"), (channel) -> List.of("one"), this.registry).bind();
		assertThat(gauge(SignalMeters.DURABLE_AGE, "one")).isNaN();
		assertThat(gauge(SignalMeters.DURABLE_LAG, "OTHER")).isNaN();
	}

	private static DurableChannels before(Runnable call, DurableChannels channels) {
		return (DurableChannels) Proxy.newProxyInstance(DurableChannels.class.getClassLoader(),
				new Class<?>[] { DurableChannels.class }, (proxy, method, arguments) -> {
					call.run();
					return method.invoke(channels, arguments);
				});
	}

	private void bind(ConfigurableApplicationContext context) {
		new SignalMeterBinder(context.getBean(SignalEngine.class), context.getBean(DurableChannels.class),
				List.of(this.channel))
			.bindTo(this.registry);
	}

	private void read() {
		this.registry.getMeters().forEach((meter) -> meter.measure().forEach((measurement) -> measurement.getValue()));
	}

	private double gauge(SignalMeters meter, String responder) {
		return this.registry.get(meter.getName()).tags("responder", responder).gauge().value();
	}

	@Configuration(proxyBeanMethods = false)
	static class Blocking {

		private final CountDownLatch latch = new CountDownLatch(1);

		@OnSignal(event = "flip")
		void flip() throws InterruptedException {
			this.latch.await();
		}

	}

}
