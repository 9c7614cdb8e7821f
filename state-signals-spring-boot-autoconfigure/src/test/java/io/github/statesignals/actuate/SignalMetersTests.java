package io.github.statesignals.actuate;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import io.github.statesignals.AnotherClient;
import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalResult;
import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsMetricsAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.SignalCounters;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.observation.SignalMeters;
import io.github.statesignals.transport.SignalTransport;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskRejectedException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

class SignalMetersTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String[] LEGAL = { "work", "fail", "idle", "slow" };

	@RegisterExtension
	private final Applications applications = new Applications();

	@RegisterExtension
	private final AnotherClient client = new AnotherClient();

	private final String channel = "meters-" + UUID.randomUUID();

	private MeterRegistry registry;

	private ConfigurableApplicationContext start(Class<?> configuration, String... properties) {
		ConfigurableApplicationContext context = this.applications.start(configuration, properties);
		this.registry = context.getBean(MeterRegistry.class);
		context.getBean(SignalMeterBinder.class).bindTo(this.registry);
		return context;
	}

	private SignalExporter initialize(ConfigurableApplicationContext context) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, LEGAL)).isTrue();
		return exporter;
	}

	@Test
	void resultsAreCountedByEventAndOutcome() {
		ConfigurableApplicationContext context = start(Working.class, "channel=" + this.channel,
				"exporter.max-pending=1", "protocol.max-payload=2KB");
		SignalExporter exporter = initialize(context);
		assertThat(results()).isEmpty();
		assertThat(exporter.publish("work").isSuccess()).isTrue();
		assertThat(exporter.publish("fail").failed()).hasSize(1);
		assertThat(exporter.publish("idle").unhandled()).hasSize(1);
		CompletableFuture<SignalResult> slow = exporter.signal("slow").timeout(TIMEOUT).publishAsync();
		assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> exporter.publish("work"));
		// Otherwise it may not be sent.
		await().atMost(TIMEOUT).until(() -> gauge(SignalMeters.HANDLERS_ACTIVE) == 1);
		slow.cancel(true);
		assertThat(exporter.signal("slow").timeout(Duration.ofMillis(500)).publish().missing()).hasSize(1);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> exporter.signal("work").metadata("large", "x".repeat(3_000)).publish());
		assertThat(results()).containsExactlyInAnyOrder("work acted 1", "fail failed 1", "idle unhandled 1",
				"work rejected 1", "slow cancelled 1", "slow missing 1", "work error 1");
		assertThat(count(SignalMeters.MISSING, "event", "slow")).isOne();
		assertThat(count(SignalMeters.UNHANDLED, "event", "idle")).isOne();
		assertThat(acknowledgements("work")).isOne();
		assertThat(acknowledgements("fail")).isOne();
		assertThat(acknowledgements("slow")).isZero();
		context.getBean(Working.class).latch.countDown();
		await().atMost(TIMEOUT).until(() -> functionCount(SignalMeters.LATE) == 2);
		assertThat(functionCount(SignalMeters.UNEXPECTED)).isZero();
	}

	@Test
	void registryThatIsBoundAfterTheInitializationCountsResultsByEvent() {
		ConfigurableApplicationContext context = start(Working.class, "channel=" + this.channel);
		SignalExporter exporter = initialize(context);
		this.registry = new SimpleMeterRegistry();
		context.getBean(SignalMeterBinder.class).bindTo(this.registry);
		exporter.publish("work");
		assertThat(results()).containsExactly("work acted 1");
	}

	@Test
	void publishesOfAnExporterThatIsNotInitializedHaveNoEvent() {
		SignalExporter exporter = start(Metered.class).getBean(SignalExporter.class);
		for (int i = 0; i < 50; i++) {
			exporter.publish("event-" + i);
		}
		assertThat(results()).containsExactly("UNKNOWN no_subscriber 50");
		assertThat(tagValues(SignalMeters.RESULTS, "channel")).containsOnly("default");
	}

	@Test
	void publishesThatAreNotSentBecauseTheApplicationHasStoppedAreErrors() {
		ConfigurableApplicationContext context = start(Working.class, "channel=" + this.channel);
		SignalExporter exporter = initialize(context);
		context.getBean(SignalEngine.class).stop();
		assertThat(exporter.signal("work").publishAsync()).isCompletedExceptionally();
		assertThat(results()).containsExactly("work error 1");
		assertThat(gauge(SignalMeters.CONNECTED)).isZero();
	}

	@Test
	void gaugesHaveThePublishesInFlightAndQueued() {
		ConfigurableApplicationContext context = start(Working.class, "channel=" + this.channel,
				"exporter.max-pending=8", "responder.queue-capacity=8", "responder.total-queue-capacity=8",
				"protocol.extensions=off");
		SignalExporter exporter = initialize(context);
		assertThat(gauge(SignalMeters.CONNECTED)).isOne();
		assertThat(gauge(SignalMeters.SUBSCRIBERS, "channel", this.channel)).isOne();
		assertThat(gauge(SignalMeters.PUBLISHES_USAGE)).isZero();
		// Without an id one of an event is in flight, and the next waits.
		List<CompletableFuture<SignalResult>> publishing = List.of(exporter.signal("slow").publishAsync(),
				exporter.signal("slow").publishAsync(), exporter.signal("work").publishAsync());
		assertThat(gauge(SignalMeters.PUBLISHES_ACTIVE)).isEqualTo(2);
		assertThat(gauge(SignalMeters.PUBLISHES_QUEUED)).isOne();
		assertThat(gauge(SignalMeters.PUBLISHES_USAGE)).isEqualTo(3 / 8.0);
		assertThat(gauge(SignalMeters.MEMORY_USED, "area", "publishes")).isPositive();
		assertThat(tagValues(SignalMeters.MEMORY_MAX, "area")).containsOnly("received", "answers", "callbacks");
		await().atMost(TIMEOUT).untilAsserted(() -> {
			assertThat(gauge(SignalMeters.HANDLERS_ACTIVE)).isOne();
			assertThat(gauge(SignalMeters.HANDLERS_QUEUED)).isOne();
			assertThat(gauge(SignalMeters.HANDLERS_USAGE)).isEqualTo(1 / 8.0);
			assertThat(gauge(SignalMeters.MEMORY_USED, "area", "received")).isPositive();
		});
		context.getBean(Working.class).latch.countDown();
		assertThat(publishing).allSatisfy((result) -> assertThat(result.join().isSuccess()).isTrue());
		await().atMost(TIMEOUT).untilAsserted(() -> {
			assertThat(gauge(SignalMeters.PUBLISHES_USAGE)).isZero();
			assertThat(gauge(SignalMeters.PUBLISHES_ACTIVE)).isZero();
			assertThat(gauge(SignalMeters.HANDLERS_ACTIVE)).isZero();
			assertThat(gauge(SignalMeters.MEMORY_USED, "area", "received")).isZero();
		});
	}

	@Test
	void exportersOfOneChannelShareItsMetersAndExportersOfAnotherHaveOthers() {
		ConfigurableApplicationContext context = start(Working.class, "channel=" + this.channel);
		initialize(context);
		SignalExporterFactory factory = context.getBean(SignalExporterFactory.class);
		SignalExporter second = factory.create("second");
		assertThat(second.initializeAndWait(1, TIMEOUT, "work", "more")).isTrue();
		factory.create("third", this.channel + ".other").initialize("work");
		assertThat(gauge(SignalMeters.SUBSCRIBERS, "channel", this.channel)).isOne();
		assertThat(gauge(SignalMeters.SUBSCRIBERS, "channel", this.channel + ".other")).isZero();
		assertThat(tagValues(SignalMeters.MISSING, "event")).containsOnly("work", "fail", "idle", "slow", "more");
	}

	@Test
	void receivedMessagesAddNoMeters() {
		ConfigurableApplicationContext context = start(Working.class, "channel=" + this.channel);
		SignalExporter exporter = initialize(context);
		exporter.publish("work");
		// Its initialization is one, too.
		assertThat(functionCount(SignalMeters.RECEIVED, "kind", "signal")).isEqualTo(2);
		assertThat(functionCount(SignalMeters.RECEIVED, "kind", "response")).isEqualTo(2);
		Set<Meter.Id> before = ids();
		double malformed = functionCount(SignalMeters.MALFORMED);
		RedisCommands<String, String> redis = this.client.redis();
		for (int i = 0; i < 200; i++) {
			for (String event : List.of("event-" + i, "initialization", "work")) {
				redis.publish("event-signal-pubsub:" + this.channel, """
						{"publisher_id": "publisher-%1$d", "process_name": "process-%1$d", "event": "%2$s",
						"runner_host": "host-%1$d", "sample_no": %1$d, "tag": "tag-%1$d", "metadata": {}}
						""".formatted(i, event));
				redis.publish("event-signal-response:" + this.channel, """
						{"responder_id": "responder-%d", "publisher_id": "%s", "event": "%s", "ras": 1, "message": null}
						""".formatted(i, (i % 2 == 0) ? exporter.getPublisherId() : "publisher-" + i, event));
			}
			redis.publish("event-signal-pubsub:" + this.channel + "-" + i, "{}");
			redis.publish("event-signal-pubsub:" + this.channel, "malformed " + i);
		}
		await().atMost(TIMEOUT).until(() -> functionCount(SignalMeters.MALFORMED) == malformed + 200);
		exporter.signal("work").timeout(Duration.ofMillis(500)).publish();
		assertThat(functionCount(SignalMeters.RECEIVED, "kind", "signal")).isGreaterThanOrEqualTo(600);
		assertThat(functionCount(SignalMeters.LATE)).isPositive();
		assertThat(gauge(SignalMeters.SUBSCRIBERS)).isGreaterThan(50);
		assertThat(ids()).isEqualTo(before);
	}

	@Test
	void forgedAndUnsignedMessagesAreRefusedForTheirReasons() {
		start(Working.class, "channel=" + this.channel, "channels." + this.channel + ".signing=require",
				"signing.keys.one.secret=" + "k".repeat(40), "signing.key=one");
		this.client.redis().publish("event-signal-pubsub:" + this.channel, """
				{"publisher_id": "p", "process_name": "p", "event": "work", "runner_host": "h", "sample_no": 1,
				"tag": "t", "metadata": {}}
				""");
		await().atMost(TIMEOUT).until(() -> functionCount(SignalMeters.REFUSED, "reason", "signature") == 1);
		assertThat(functionCount(SignalMeters.REFUSED, "reason", "forged")).isZero();
	}

	@Test
	void eachCounterHasItsMeterAndItsMemberOfTheEndpoint() {
		SignalEngine engine = start(Metered.class, "channel=" + this.channel).getBean(SignalEngine.class);
		SignalCounters counters = engine.counters();
		counters.malformed.add(1);
		counters.rejected.add(2);
		counters.expired.add(3);
		counters.repeated.add(4);
		counters.missed.add(5);
		counters.late.add(6);
		counters.unexpected.add(7);
		counters.gaps.add(8);
		counters.forged.add(9);
		counters.unsigned.add(10);
		counters.unverified.add(11);
		assertThat(functionCount(SignalMeters.MALFORMED)).isEqualTo(1);
		assertThat(functionCount(SignalMeters.REJECTED)).isEqualTo(2);
		assertThat(functionCount(SignalMeters.EXPIRED)).isEqualTo(3);
		assertThat(functionCount(SignalMeters.REPEATED)).isEqualTo(4);
		assertThat(functionCount(SignalMeters.MISSED)).isEqualTo(5);
		assertThat(functionCount(SignalMeters.LATE)).isEqualTo(6);
		assertThat(functionCount(SignalMeters.UNEXPECTED)).isEqualTo(7);
		assertThat(functionCount(SignalMeters.GAPS)).isEqualTo(8);
		assertThat(functionCount(SignalMeters.REFUSED, "reason", "forged")).isEqualTo(9);
		assertThat(functionCount(SignalMeters.REFUSED, "reason", "signature")).isEqualTo(10);
		assertThat(functionCount(SignalMeters.UNVERIFIED)).isEqualTo(11);
		// Where late answers are unexpected ones, too.
		assertThat(new SignalsEndpoint(engine).signals().heard()).isEqualTo(new SignalsEndpoint.CountersDescriptor(
				counters.signals.sum(), counters.responses.sum(), 1, 2, 3, 4, 5, 13, 8, 19, 11));
	}

	@Test
	void everyMeterHasTheTagsThatAreDocumented() {
		ConfigurableApplicationContext context = start(Working.class, "channel=" + this.channel,
				"channels." + this.channel + ".delivery=durable");
		context.getBean(SignalExporter.class).initialize(LEGAL);
		for (SignalMeters documented : SignalMeters.values()) {
			Collection<Meter> meters = this.registry.find(documented.getName()).meters();
			assertThat(meters).as(documented.name()).isNotEmpty().allSatisfy((meter) -> {
				assertThat(meter.getId().getType()).isEqualTo(documented.getType());
				assertThat(meter.getId().getBaseUnit()).isEqualTo(documented.getBaseUnit());
				assertThat(meter.getId().getDescription()).isEqualTo(documented.getDescription());
				assertThat(meter.getId().getTags()).extracting(Tag::getKey)
					.containsExactlyInAnyOrder(
							List.of(documented.getKeyNames()).stream().map(KeyName::asString).toArray(String[]::new));
			});
		}
		assertThat(this.registry.getMeters()).filteredOn((meter) -> meter.getId().syntheticAssociation() == null)
			.extracting((meter) -> meter.getId().getName())
			.filteredOn((name) -> name.startsWith("state.signals"))
			.allMatch((name) -> List.of(SignalMeters.values())
				.stream()
				.anyMatch((documented) -> documented.getName().equals(name)));
	}

	@Test
	void metersNeedARegistryAndMicrometer() {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class,
					StateSignalsMetricsAutoConfiguration.class))
			.withBean(SignalTransport.class, () -> new InMemoryBroker().transport());
		runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SignalMeterBinder.class));
		runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("signalMeterBinder"));
		runner.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(context).hasSingleBean(SignalMeterBinder.class));
	}

	private Set<Meter.Id> ids() {
		return this.registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
	}

	// Those that are not zero.
	private List<String> results() {
		return this.registry.find(SignalMeters.RESULTS.getName())
			.counters()
			.stream()
			.filter((counter) -> counter.count() > 0)
			.map((counter) -> "%s %s %.0f".formatted(counter.getId().getTag("event"), counter.getId().getTag("outcome"),
					counter.count()))
			.toList();
	}

	private List<String> tagValues(SignalMeters meter, String tag) {
		return this.registry.get(meter.getName()).meters().stream().map((each) -> each.getId().getTag(tag)).toList();
	}

	private double count(SignalMeters meter, String... tags) {
		return this.registry.get(meter.getName()).tags(tags).counter().count();
	}

	private double functionCount(SignalMeters meter, String... tags) {
		FunctionCounter counter = this.registry.get(meter.getName()).tags(tags).functionCounter();
		return counter.count();
	}

	private long acknowledgements(String event) {
		return this.registry.get(SignalMeters.ACKNOWLEDGEMENT.getName()).tags("event", event).timer().count();
	}

	private double gauge(SignalMeters meter, String... tags) {
		return this.registry.get(meter.getName()).tags(tags).gauge().value();
	}

	@Configuration(proxyBeanMethods = false)
	static class Metered {

		@Bean
		MeterRegistry registry() {
			return new SimpleMeterRegistry();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Working extends Metered {

		private final CountDownLatch latch = new CountDownLatch(1);

		@OnSignal(event = "work")
		void work() {
		}

		@OnSignal(event = "fail")
		void fail() {
			throw new IllegalStateException("no disk");
		}

		@OnSignal(event = "slow")
		void slow() throws InterruptedException {
			this.latch.await();
		}

	}

}
