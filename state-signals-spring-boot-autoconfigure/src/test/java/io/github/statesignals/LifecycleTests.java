package io.github.statesignals;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.github.statesignals.SubscriberLeftEvent.Reason;
import io.github.statesignals.core.engine.SignalEngine;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.DefaultLifecycleProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Applications that start, stop, and start again, over a real Redis.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class LifecycleTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private final String channel = "channel=lifecycle-" + UUID.randomUUID();

	@RegisterExtension
	private final Applications applications = new Applications();

	// Starting

	@Test
	void aRunnerIsAnsweredByTheApplicationItself() {
		for (int i = 0; i < 5; i++) {
			try (ConfigurableApplicationContext context = this.applications.start(OneApplication.class, this.channel,
					"exporter.legal-events=a")) {
				SignalResult result = context.getBean(OneApplication.class).result;
				assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
				assertThat(result.responses())
					.containsOnlyKeys(context.getBean(SignalResponder.class).getResponderId());
			}
		}
	}

	@Test
	void anExporterThatIsInitializedWhenItIsMadeIsInitializedBeforeRunners() {
		ConfigurableApplicationContext context = this.applications.start(Initializing.class, this.channel);
		Initializing beans = context.getBean(Initializing.class);
		String own = context.getBean(SignalResponder.class).getResponderId();
		assertThat(beans.results).hasSize(2)
			.allSatisfy((result) -> assertThat(result.responses()).containsOnlyKeys(own));
		SignalExporter audit = context.getBean("auditExporter", SignalExporter.class);
		assertThatIllegalArgumentException().isThrownBy(() -> audit.publish("audti"))
			.withMessageContaining("initialized with 'audit'.");
	}

	@Test
	void waitingForSubscribersInABeanMethodFailsTheStartWithARemedy() {
		assertThatException().isThrownBy(() -> this.applications.start(Waiting.class, this.channel))
			.havingRootCause()
			.isInstanceOf(IllegalStateException.class)
			.withMessageContaining("Call initialize() here")
			.withMessageContaining("ApplicationRunner");
	}

	// Starting again

	@Test
	void comesBackAsItWasWhenTheContextIsStartedAgain() {
		ConfigurableApplicationContext responding = this.applications.start(Responding.class, this.channel,
				"responder.name=other");
		ConfigurableApplicationContext context = this.applications.start(Initializing.class, this.channel);
		SignalExporter exporter = context.getBean(SignalExporter.class);
		SignalExporter audit = context.getBean("auditExporter", SignalExporter.class);
		String own = context.getBean(SignalResponder.class).getResponderId();
		String other = responding.getBean(SignalResponder.class).getResponderId();
		SignalExporter shutDown = context.getBean(SignalExporterFactory.class).create("shut-down");
		shutDown.initialize("a");
		shutDown.shutdown();
		for (int i = 0; i < 2; i++) {
			context.stop();
			assertThat(exporter.getSubscribers()).isEmpty();
			context.start();
			assertThat(audit.publish("audit").responses()).containsKey(own);
			assertThatIllegalArgumentException().isThrownBy(() -> audit.publish("audti"));
			assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("strat"));
			await().atMost(TIMEOUT).until(() -> exporter.getSubscribers().contains(other));
			assertThat(exporter.publish("a").responses()).containsOnlyKeys(own, other);
			assertThat(shutDown.getSubscribers()).isEmpty();
		}
	}

	@Test
	void waitsForItsSubscribersAgainAndInitializesOnce() {
		List<Signal> received = new CopyOnWriteArrayList<>();
		ConfigurableApplicationContext responding = this.applications.start(Object.class, this.channel,
				"responder.name=other");
		responding.getBean(SignalResponder.class).on("*", (signal) -> Acknowledgement.success());
		responding.getBean(SignalResponder.class).on(Signal.INITIALIZATION, (signal) -> {
			received.add(signal);
			return Acknowledgement.success();
		});
		ConfigurableApplicationContext context = this.applications.start(Responding.class, this.channel,
				"exporter.legal-events=a", "exporter.await-subscribers=2", "exporter.await-timeout=-1s",
				"exporter.republish-interval=1h");
		SignalExporter exporter = context.getBean(SignalExporter.class);
		exporter.initialize("b");
		assertThat(exporter.publish("b").responses()).hasSize(2);
		received.clear();
		context.stop();
		context.start();
		assertThat(exporter.getSubscribers()).hasSize(2);
		assertThat(exporter.publish("b").responses()).hasSize(2);
		assertThat(received).hasSize(1);
		exporter.shutdown();
		context.stop();
		// Nothing to wait for.
		context.start();
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void comesBackOnADurableChannel() {
		String durable = "durable-" + UUID.randomUUID();
		ConfigurableApplicationContext context = this.applications.start(Object.class, "channel=" + durable,
				"channels." + durable + ".delivery=durable", "channels." + durable + ".retention=200000000000d",
				"connect-timeout=200000000000d", "responder.name=worker");
		SignalExporter exporter = context.getBean(SignalExporter.class);
		exporter.initialize("a");
		SignalResponder.Registration registration = context.getBean(SignalResponder.class)
			.on("a", (signal) -> Acknowledgement.success());
		assertThat(exporter.publish("a").responses()).containsOnlyKeys("worker");
		context.stop();
		context.start();
		assertThat(exporter.publish("a").responses()).containsOnlyKeys("worker");
		registration.close();
		assertThat(exporter.getSubscribers()).as("signals are stored for it").containsExactly("worker");
	}

	// Stopping

	@Test
	void sendsByeForAnyLengthOfTheShutdownPhase() {
		ConfigurableApplicationContext publishing = this.applications.start(Publishing.class, this.channel,
				"exporter.legal-events=a");
		ConfigurableApplicationContext responding = this.applications.start(Responding.class, this.channel,
				"responder.name=other", "spring.lifecycle.timeout-per-shutdown-phase=1000000d",
				"heartbeat-interval=200000000000d", "connect-timeout=200000000000d",
				"exporter.response-timeout=200000000000d");
		String responderId = responding.getBean(SignalResponder.class).getResponderId();
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		await().atMost(TIMEOUT).until(() -> exporter.getSubscribers().contains(responderId));
		responding.close();
		await().atMost(TIMEOUT)
			.until(() -> publishing.getBean(Publishing.class).events
				.contains(new SubscriberLeftEvent(exporter.getPublisherId(), responderId, Reason.SAID_BYE)));
	}

	@Test
	void sendsByeOfAResponderWhoseLastHandlerIsRemovedDuringTheStop() throws Exception {
		ConfigurableApplicationContext publishing = this.applications.start(Publishing.class, this.channel,
				"exporter.legal-events=a");
		ConfigurableApplicationContext responding = this.applications.start(Object.class, this.channel,
				"responder.name=once");
		SignalResponder responder = responding.getBean(SignalResponder.class);
		CountDownLatch entered = new CountDownLatch(1);
		CompletableFuture<SignalResponder.Registration> removed = new CompletableFuture<>();
		SignalResponder.Registration registration = responder.on("a", (signal) -> {
			entered.countDown();
			removed.join().close();
			return Acknowledgement.success();
		});
		SignalExporter exporter = publishing.getBean(SignalExporter.class);
		await().atMost(TIMEOUT).until(() -> exporter.getSubscribers().contains(responder.getResponderId()));
		CompletableFuture<SignalResult> published = exporter.signal("a").publishAsync();
		assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(responding::stop);
		await().atMost(TIMEOUT).until(() -> !responding.getBean(SignalEngine.class).isRunning());
		removed.complete(registration);
		stopped.join();
		assertThat(published.join().isSuccess()).isTrue();
		await().atMost(TIMEOUT)
			.until(() -> publishing.getBean(Publishing.class).events.contains(
					new SubscriberLeftEvent(exporter.getPublisherId(), responder.getResponderId(), Reason.SAID_BYE)));
	}

	@Test
	void anAnswerOfAStoppedApplicationIsLoggedWithTheReason(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.start(Object.class, this.channel);
		context.stop();
		context.getBean(SignalResponder.class).respond("publisher", "start", 1, null);
		assertThat(output).contains("Could not answer 'start' of 'publisher'")
			.contains("the application is still connecting, or has stopped");
	}

	@Test
	void aSubscriptionThatIsNotSentBecauseTheApplicationIsNotConnectedIsNoWarning(CapturedOutput output) {
		ConfigurableApplicationContext context = this.applications.start(Object.class, this.channel);
		context.stop();
		SignalResponder responder = context.getBean(SignalResponder.class);
		responder.respond("publisher", Signal.INITIALIZATION, 1, null);
		responder.respond("publisher", "start", 1, null);
		assertThat(output).contains("Could not answer 'start'").doesNotContain("Could not answer 'initialization'");
	}

	@Test
	void aBlockedHandlerIsWaitedForOnce(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext context = this.applications.start(Blocking.class, this.channel,
				"exporter.legal-events=a", "spring.lifecycle.timeout-per-shutdown-phase=1s");
		Blocking blocking = context.getBean(Blocking.class);
		context.getBean(SignalExporter.class).signal("a").publishAsync();
		assertThat(blocking.entered.await(20, TimeUnit.SECONDS)).isTrue();
		Logger logger = (Logger) LoggerFactory.getLogger(DefaultLifecycleProcessor.class);
		Level level = logger.getLevel();
		logger.setLevel(Level.INFO);
		try {
			context.close();
		}
		finally {
			logger.setLevel(level);
		}
		// The engine has given up on it in its own phase. In a later one the executor
		// would have used up all of that again, and Spring would have named it.
		assertThat(output).contains("had not finished within PT0.9S")
			.doesNotContainPattern("still running after timeout.*TaskExecutor");
		assertThat(blocking.interrupted.get(20, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void aBlockedHandlerOnAVirtualThreadIsInterrupted() throws Exception {
		ConfigurableApplicationContext context = this.applications.start(Blocking.class, this.channel,
				"exporter.legal-events=a", "spring.lifecycle.timeout-per-shutdown-phase=1s",
				"spring.threads.virtual.enabled=true");
		Blocking blocking = context.getBean(Blocking.class);
		context.getBean(SignalExporter.class).signal("a").publishAsync();
		assertThat(blocking.entered.await(20, TimeUnit.SECONDS)).isTrue();
		context.close();
		assertThat(blocking.interrupted.get(20, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void anApplicationThatIsStoppedHasNoEventLoop() {
		Set<Thread> before = eventLoops();
		ConfigurableApplicationContext context = this.applications.start(Responding.class, this.channel,
				"exporter.legal-events=a");
		for (int i = 0; i < 2; i++) {
			assertThat(context.getBean(SignalExporter.class).publish("a").isSuccess()).isTrue();
			assertThat(before.containsAll(eventLoops())).isFalse();
			context.stop();
			await().atMost(TIMEOUT).untilAsserted(() -> assertThat(eventLoops()).isSubsetOf(before));
			context.start();
		}
	}

	private static Set<Thread> eventLoops() {
		Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
		threads.removeIf((thread) -> !thread.getName().matches("lettuce-.*EventLoop-.*"));
		return threads;
	}

	// Parents and children

	@Test
	void handlersOfAChildThatIsClosedAreNotCalledAnyMore() {
		ConfigurableApplicationContext parent = this.applications.start(Object.class, this.channel,
				"exporter.legal-events=a,b");
		SignalExporter exporter = parent.getBean(SignalExporter.class);
		SignalResponder responder = parent.getBean(SignalResponder.class);
		responder.on("b", (signal) -> Acknowledgement.success("parent"));
		ConfigurableApplicationContext child = child(parent, Child.class);
		List<String> handled = child.getBean(Child.class).handled;
		assertThat(exporter.publish("a").messages()).containsValue("child");
		child.close();
		assertThat(exporter.publish("a").messages()).isEmpty();
		assertThat(exporter.publish("b").messages()).containsValue("parent");
		assertThat(handled).containsExactly("a");
	}

	@Test
	void handlersOfAChildThatIsStoppedAreNotCalledUntilItIsStarted() {
		ConfigurableApplicationContext parent = this.applications.start(Responding.class, this.channel,
				"exporter.legal-events=a");
		SignalExporter exporter = parent.getBean(SignalExporter.class);
		try (ConfigurableApplicationContext child = child(parent, Child.class)) {
			for (Runnable stop : List.<Runnable>of(child::stop, child::pause)) {
				child.start();
				assertThat(exporter.publish("a").messages()).containsValue("child");
				stop.run();
				SignalResult result = exporter.publish("a");
				assertThat(result.isSuccess()).as("the parent acts").isTrue();
				assertThat(result.messages()).isEmpty();
			}
			child.restart();
			assertThat(exporter.publish("a").messages()).containsValue("child");
			assertThat(child.getBean(Child.class).handled).hasSize(3);
		}
	}

	@Test
	void aResponderWhoseHandlersAreAllOfAChildLeavesWithIt() {
		ConfigurableApplicationContext parent = this.applications.start(Object.class, this.channel,
				"exporter.legal-events=a");
		SignalExporter exporter = parent.getBean(SignalExporter.class);
		assertThat(exporter.getSubscribers()).isEmpty();
		ConfigurableApplicationContext child = child(parent, Child.class);
		assertThat(exporter.getSubscribers()).hasSize(1);
		child.close();
		assertThat(exporter.getSubscribers()).isEmpty();
	}

	@Test
	void aChildThatFailsToStartLeavesNoHandler() {
		ConfigurableApplicationContext parent = this.applications.start(Object.class, this.channel,
				"exporter.legal-events=a");
		assertThatException().isThrownBy(() -> child(parent, FailingChild.class));
		assertThat(parent.getBean(SignalExporter.class).getSubscribers()).isEmpty();
	}

	@Test
	void aChildDoesNotInitializeTheExporterOfItsParent() {
		ConfigurableApplicationContext parent = this.applications.start(Object.class, this.channel,
				"exporter.legal-events=a");
		SignalExporter exporter = parent.getBean(SignalExporter.class);
		exporter.initialize("b");
		try (ConfigurableApplicationContext child = child(parent, Object.class)) {
			assertThat(child.getBean(SignalExporter.class)).isSameAs(exporter);
			assertThat(exporter.publish("b")).isNotNull();
		}
		assertThat(exporter.publish("b")).isNotNull();
	}

	@Test
	void aChildWhoseChannelsHaveNoEffectIsReported(CapturedOutput output) {
		ConfigurableApplicationContext parent = this.applications.start(Object.class, this.channel);
		child(parent, Object.class, "state-signals." + this.channel).close();
		assertThat(output).doesNotContain("of its parent context");
		for (String property : List.of("channel=other", "channels.other.retention=1d")) {
			int logged = output.getOut().length();
			child(parent, Object.class, "state-signals." + property).close();
			assertThat(output.getOut().substring(logged)).contains("uses the channels of its parent context")
				.contains("have no effect");
		}
	}

	private static ConfigurableApplicationContext child(ConfigurableApplicationContext parent, Class<?> configuration,
			String... properties) {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(Starter.class, configuration).parent(parent)
			.web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "state-signals.exporter.legal-events=a")
			.properties(properties);
		builder.application().setRegisterShutdownHook(false);
		return builder.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Starter {

	}

	static class Responding {

		@OnSignal(event = "a")
		void a() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OneApplication extends Responding {

		private SignalResult result;

		@Bean
		ApplicationRunner runner(SignalExporter exporter) {
			return (arguments) -> this.result = exporter.publish("a");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Initializing extends Responding {

		private final List<SignalResult> results = new CopyOnWriteArrayList<>();

		@Bean(defaultCandidate = false)
		SignalExporter auditExporter(SignalExporterFactory exporters) {
			SignalExporter exporter = exporters.create("audit");
			exporter.initialize("audit");
			return exporter;
		}

		@Bean
		Component component(SignalExporter exporter) {
			return new Component(exporter);
		}

		@Bean
		ApplicationRunner runner(SignalExporter exporter, @Qualifier("auditExporter") SignalExporter audit) {
			return (arguments) -> this.results.addAll(List.of(exporter.publish("a"), audit.publish("audit")));
		}

	}

	static class Component {

		private final SignalExporter exporter;

		Component(SignalExporter exporter) {
			this.exporter = exporter;
		}

		@PostConstruct
		void initialize() {
			this.exporter.initialize("a");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Waiting {

		@Bean(defaultCandidate = false)
		SignalExporter auditExporter(SignalExporterFactory exporters) {
			SignalExporter exporter = exporters.create("audit");
			exporter.initializeAndWait(1, Duration.ofSeconds(-1), "audit");
			return exporter;
		}

	}

	static class Publishing {

		private final List<Object> events = new CopyOnWriteArrayList<>();

		@EventListener
		void onLeft(SubscriberLeftEvent event) {
			this.events.add(event);
		}

	}

	static class Blocking {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

		@OnSignal(event = "a")
		void a() {
			this.entered.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.interrupted.complete(true);
			}
		}

	}

	static class Child {

		private final List<String> handled = new CopyOnWriteArrayList<>();

		@OnSignal(event = "a")
		Acknowledgement a() {
			this.handled.add("a");
			return Acknowledgement.success("child");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingChild extends Child {

		@Bean
		SmartLifecycle failing() {
			return new SmartLifecycle() {

				@Override
				public void start() {
					throw new IllegalStateException("failing, on purpose");
				}

				@Override
				public void stop() {
				}

				@Override
				public boolean isRunning() {
					return false;
				}

			};
		}

	}

}
