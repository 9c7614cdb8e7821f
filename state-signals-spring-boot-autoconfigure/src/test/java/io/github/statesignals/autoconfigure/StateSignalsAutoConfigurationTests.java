package io.github.statesignals.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalGatewayFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.SignalResult;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.core.lane.ScheduledTimer;
import io.github.statesignals.handler.DefaultSignalGatewayFactory;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import io.github.statesignals.redis.RedisPubSubSignalTransport;
import io.github.statesignals.redis.RedisTransports;
import io.github.statesignals.transport.SignalExtension;
import io.github.statesignals.transport.SignalTransport;
import io.lettuce.core.RedisClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import redis.embedded.RedisServer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.system.JavaVersion;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Beans that the auto-configuration defines, those of the application that replace them,
 * and the effect of properties.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class StateSignalsAutoConfigurationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final InMemoryBroker broker = new InMemoryBroker();

	private final ApplicationContextRunner inMemory = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class))
		.withBean("transport", SignalTransport.class, this.broker::transport);

	private final ApplicationContextRunner overRedis = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, JacksonAutoConfiguration.class,
				StateSignalsAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.url=" + TestRedis.uri());

	@Test
	void setsUpExporterAndResponderOnTransportOfApplication() {
		this.inMemory.withUserConfiguration(Handling.class).run((context) -> {
			assertThat(context).hasSingleBean(SignalTransport.class)
				.hasSingleBean(SignalEngine.class)
				.hasSingleBean(SignalExporter.class)
				.hasSingleBean(SignalExporterFactory.class)
				.hasSingleBean(SignalResponder.class)
				.hasSingleBean(SignalResponderFactory.class)
				.hasSingleBean(SignalGatewayFactory.class)
				.hasBean(SignalEngineConfiguration.EXECUTOR);
			assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		});
	}

	@Test
	void setsUpTransportOverRedis() {
		this.overRedis.withUserConfiguration(Handling.class).run((context) -> {
			assertThat(context).getBean(SignalTransport.class).isInstanceOf(RedisPubSubSignalTransport.class);
			assertThat(context.getBean(SignalTransport.class).isConnected()).isTrue();
			assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		});
	}

	@Test
	void beginsToConnectBeforeOtherBeansAreCreated() {
		this.overRedis.withUserConfiguration(Watching.class)
			.run((context) -> assertThat(context.getBean(Watching.class).transportWasThere).isTrue());
	}

	@Test
	void connectsToRedisThatApplicationStartsItself() {
		int port = TestRedis.freePort();
		this.overRedis.withUserConfiguration(Handling.class)
			.withBean(RedisServer.class, () -> TestRedis.startServer(port), (bean) -> bean.setDestroyMethodName("stop"))
			.withPropertyValues("spring.data.redis.url=redis://127.0.0.1:" + port)
			.run((context) -> assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
	}

	@Test
	void transportOfApplicationIsNotCreatedEarly() {
		this.overRedis.withBean("signalTransport", SignalTransport.class, this.broker::transport)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BeanFactoryInitializer.class));
	}

	@Test
	void transportOfApplicationReplacesTheOneOverRedis() {
		this.overRedis.withBean("transport", SignalTransport.class, this.broker::transport)
			.withPropertyValues("spring.data.redis.url=redis://localhost:" + TestRedis.freePort())
			.run((context) -> assertThat(context).hasNotFailed()
				.getBeanNames(SignalTransport.class)
				.containsExactly("transport"));
	}

	@Test
	void setsUpNothingWhenDisabled() {
		this.overRedis.withPropertyValues("state-signals.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(SignalTransport.class)
				.doesNotHaveBean(SignalEngine.class)
				.doesNotHaveBean(SignalExporter.class)
				.doesNotHaveBean(SignalResponder.class)
				.doesNotHaveBean(SignalEngineConfiguration.EXECUTOR)
				.doesNotHaveBean(StateSignalsProperties.class));
	}

	@Test
	void setsUpNothingWithoutRedisConnectionFactory() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SignalTransport.class)
				.doesNotHaveBean(SignalExporter.class));
	}

	@Test
	void engineOfApplicationReplacesTheDefault() {
		this.inMemory.withUserConfiguration(OwnEngine.class, Handling.class).run((context) -> {
			assertThat(context).hasSingleBean(SignalEngine.class);
			assertThat(context.getBean(SignalResponder.class).getName()).isEqualTo("own-engine");
			assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		});
	}

	@Test
	void exporterOfApplicationReplacesTheDefault() {
		this.inMemory.withUserConfiguration(OwnExporter.class)
			.withPropertyValues("state-signals.exporter.legal-events=start")
			.run((context) -> {
				assertThat(context).hasSingleBean(SignalExporter.class);
				SignalExporter exporter = context.getBean(SignalExporter.class);
				assertThat(exporter.getPublisherId()).startsWith("own-exporter-");
				assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("stop"))
					.withMessageContaining("initialized with 'start'.");
			});
	}

	@Test
	void responderOfApplicationReplacesTheDefaultAndGetsTheHandlers() {
		this.inMemory.withUserConfiguration(OwnResponder.class, Handling.class).run((context) -> {
			assertThat(context).hasSingleBean(SignalResponder.class);
			SignalExporter exporter = context.getBean(SignalExporter.class);
			exporter.initializeAndWait(1, PATIENCE, "start");
			assertThat(exporter.getSubscribers())
				.containsExactly(context.getBean(SignalResponder.class).getResponderId())
				.allMatch((id) -> id.startsWith("own-responder-"));
		});
	}

	@Test
	void gatewayFactoryOfApplicationReplacesTheDefault() {
		this.inMemory.withUserConfiguration(OwnGatewayFactory.class)
			.run((context) -> assertThat(context).getBeanNames(SignalGatewayFactory.class)
				.containsExactly("ownGatewayFactory"));
	}

	@Test
	void handlersRunOnExecutorOfApplication() {
		this.inMemory.withUserConfiguration(OwnExecutor.class, Handling.class).run((context) -> {
			publish(context);
			assertThat(context.getBean(Handling.class).threads).isNotEmpty()
				.allMatch((name) -> name.startsWith("own-executor-"));
		});
	}

	@Test
	void handlersRunOnStartersExecutorDespiteAnotherOfApplication() {
		this.inMemory.withUserConfiguration(Handling.class)
			.withBean("another", Executor.class, () -> new SimpleAsyncTaskExecutor("another-"))
			.run((context) -> {
				publish(context);
				assertThat(context.getBean(Handling.class).threads).isNotEmpty()
					.allMatch((name) -> name.startsWith("state-signals-"));
			});
	}

	@Test
	void applicationWithDisabledResponderPublishesOnly() {
		this.inMemory.withUserConfiguration(Handling.class)
			.withPropertyValues("state-signals.responder.enabled=false")
			.run((context) -> {
				SignalEngine engine = context.getBean(SignalEngine.class);
				SignalExporter exporter = context.getBean(SignalExporter.class);
				exporter.initialize("start");
				assertThat(exporter.publish("start").code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
				await().until(() -> engine.counters().signals.sum() == 2);
				// An answer to those two would be received before this.
				exporter.publish("start");
				await().until(() -> engine.counters().signals.sum() == 3);
				assertThat(engine.counters().responses.sum()).isZero();
				assertThat(exporter.getSubscribers()).isEmpty();
				assertThat(context.getBean(Handling.class).threads).isEmpty();
			});
	}

	@Test
	void unhandledIsAnsweredAsConfigured() {
		this.inMemory.withUserConfiguration(Handling.class)
			.withPropertyValues("state-signals.responder.unhandled=reject", "state-signals.responder.name=cpu")
			.run((context) -> {
				SignalExporter exporter = context.getBean(SignalExporter.class);
				exporter.initializeAndWait(1, PATIENCE, "stop");
				SignalResult result = exporter.publish("stop");
				assertThat(result.code()).isEqualTo(ResultCode.SUB_FAILED);
				assertThat(result.messages().values()).containsExactly("'cpu' has no handler for 'stop'");
			});
	}

	@Test
	void respondersAreLockedAsConfigured() {
		this.inMemory.withUserConfiguration(Handling.class)
			.withPropertyValues("state-signals.responder.lock-tag=run-7")
			.run((context) -> {
				SignalExporter exporter = context.getBean(SignalExporter.class);
				exporter.initialization("start").tag("run-7").initializeAndWait(1, PATIENCE);
				exporter.signal("start").tag("run-8").timeout(Duration.ofMillis(1)).publish();
				assertThat(exporter.signal("start").tag("run-7").publish().code())
					.isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
				assertThat(context.getBean(Handling.class).signals).extracting(Signal::tag).containsExactly("run-7");
			});
	}

	@Test
	void namesOfPropertiesTakePrecedence() {
		this.inMemory
			.withPropertyValues("spring.application.name=app", "state-signals.responder.name=cpu",
					"state-signals.exporter.process-name=conductor", "state-signals.exporter.runner-host=rack-1")
			.run((context) -> assertNames(context, "conductor", "rack-1", "cpu"));
	}

	@Test
	void namesDefaultToThatOfApplication() {
		this.inMemory.withPropertyValues("spring.application.name=app")
			.run((context) -> assertNames(context, "app", hostName(), "app"));
	}

	@Test
	void namesDefaultToHostWithoutApplicationName() {
		this.inMemory.run((context) -> assertNames(context, "application", hostName(), hostName()));
	}

	@Test
	void blankApplicationNameIsIgnored() {
		this.inMemory.withPropertyValues("spring.application.name=")
			.run((context) -> assertNames(context, "application", hostName(), hostName()));
	}

	@Test
	void signalsAreSentOnTheConfiguredChannel() {
		Recorder recorder = recorder("staging");
		Recorder other = recorder();
		this.inMemory.withUserConfiguration(Handling.class)
			.withPropertyValues("state-signals.channel=staging")
			.run((context) -> assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
		this.inMemory.run((context) -> context.getBean(SignalExporter.class).publish("last"));
		await().untilAsserted(() -> assertThat(other.events()).containsExactly("last"));
		assertThat(recorder.events()).startsWith("initialization", "start");
	}

	@Test
	void exporterIsNotInitializedWithoutLegalEvents() {
		Recorder recorder = recorder();
		this.inMemory.run((context) -> {
			assertThat(context.getBean(SignalEngine.class).exporters()).isEmpty();
			// Signals are received in order: nothing else was sent before.
			context.getBean(SignalExporter.class).publish("probe");
			await().untilAsserted(() -> assertThat(recorder.events()).containsExactly("probe"));
		});
	}

	@Test
	void exporterIsInitializedWithLegalEvents() {
		Recorder recorder = recorder();
		this.inMemory.withPropertyValues("state-signals.exporter.legal-events=start, stop").run((context) -> {
			SignalExporter exporter = context.getBean(SignalExporter.class);
			assertThat(exporter.publish("stop").code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThatIllegalArgumentException().isThrownBy(() -> exporter.publish("boom"));
			await().untilAsserted(() -> assertThat(recorder.events()).containsExactly("initialization", "stop"));
		});
		await().untilAsserted(() -> assertThat(recorder.events()).endsWith("shutdown"));
	}

	@Test
	void expectedRespondersAreSubscribers() {
		this.inMemory
			.withPropertyValues("state-signals.exporter.legal-events=start",
					"state-signals.exporter.expected-responders=a-1-resp,b-2-resp",
					"state-signals.exporter.response-timeout=1ms")
			.run((context) -> assertThat(context.getBean(SignalExporter.class).publish("start").missing())
				.containsExactlyInAnyOrder("a-1-resp", "b-2-resp"));
	}

	@Test
	void startsWithTheSubscribersItAwaits(CapturedOutput output) {
		this.inMemory.withUserConfiguration(Handling.class)
			.run((responding) -> this.inMemory
				.withPropertyValues("state-signals.exporter.legal-events=start",
						"state-signals.exporter.await-subscribers=1")
				.run((context) -> assertThat(context.getBean(SignalExporter.class).getSubscribers())
					.containsExactly(responding.getBean(SignalResponder.class).getResponderId())));
		assertThat(output).doesNotContain("and does not wait longer");
	}

	@Test
	void awaitsLateSubscribers() throws Exception {
		Recorder recorder = recorder();
		CompletableFuture<Set<String>> subscribers = CompletableFuture.supplyAsync(() -> {
			AtomicReference<Set<String>> found = new AtomicReference<>();
			this.inMemory
				.withPropertyValues("state-signals.exporter.legal-events=start",
						"state-signals.exporter.await-subscribers=1", "state-signals.exporter.await-timeout=-1",
						"state-signals.exporter.republish-interval=20ms")
				.run((context) -> found.set(context.getBean(SignalExporter.class).getSubscribers()));
			return found.get();
		}, (task) -> new Thread(task, "late").start());
		await().until(() -> recorder.events().contains("initialization"));
		this.inMemory.withUserConfiguration(Handling.class)
			.run((responding) -> assertThat(subscribers.get(10, TimeUnit.SECONDS))
				.containsExactly(responding.getBean(SignalResponder.class).getResponderId()));
	}

	@Test
	void startsWithFewerSubscribersThanAwaitedAndLogsThem(CapturedOutput output) {
		this.inMemory
			.withPropertyValues("state-signals.exporter.legal-events=start",
					"state-signals.exporter.expected-responders=a-1-resp", "state-signals.exporter.await-subscribers=2",
					"state-signals.exporter.await-timeout=10ms")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("has 1 of 2 subscribers").contains("a-1-resp");
	}

	@Test
	void runnersCanPublish() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Running.class)
			.web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off", "state-signals.exporter.legal-events", "start",
					"state-signals.exporter.await-subscribers", "1", "state-signals.exporter.republish-interval", "1h"))
			.run()) {
			SignalResult result = context.getBean(Running.class).result.get();
			assertThat(result.code()).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(result.responses()).hasSize(1);
		}
	}

	@Test
	void startsAndFindsHandlersWhenInitializationIsLazy() {
		this.inMemory.withUserConfiguration(Handling.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("state-signals.responder.name=lazy")
			.run((lazy) -> {
				assertThat(lazy.getBeanFactory().containsSingleton("handling")).isFalse();
				// Only the other application was touched.
				this.inMemory.run((context) -> assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
				assertThat(lazy.getBean(Handling.class).signals).hasSize(1);
			});
	}

	@Test
	void exporterIsInitializedWhenInitializationIsLazy() {
		Recorder recorder = recorder();
		this.inMemory
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("state-signals.exporter.legal-events=start")
			.run((context) -> await().until(() -> recorder.events().contains("initialization")));
	}

	@Test
	void propertiesAreCheckedWhenInitializationIsLazy() {
		this.inMemory
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("state-signals.responder.queue-capacity=0")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void jacksonSettingsApplyToPayloadsAndNotToTheProtocol() {
		this.overRedis.withUserConfiguration(RunHandling.class)
			.withPropertyValues("state-signals.protocol.extensions=off",
					"spring.jackson.property-naming-strategy=UPPER_CAMEL_CASE",
					"spring.jackson.default-property-inclusion=non_empty")
			.run((context) -> {
				SignalExporter exporter = context.getBean(SignalExporter.class);
				try (RawRedis redis = new RawRedis(exporter.getPublisherId())) {
					exporter.initializeAndWait(1, PATIENCE, "start");
					await().untilAsserted(() -> assertThat(redis.payloads).hasSize(2));
					SignalResult result = exporter.signal("start").payload(new Run("run-7", 3)).publish();
					assertThat(result.messages().values()).containsExactly("Run[runName=run-7, sampleCount=3]");
					await().untilAsserted(() -> assertThat(redis.payloads).hasSize(4));
					assertThat(redis.payloads.get(2).propertyNames()).containsExactlyInAnyOrder("publisher_id",
							"process_name", "event", "runner_host", "sample_no", "tag", "metadata");
					assertThat(redis.payloads.get(2).get("metadata"))
						.isEqualTo(JsonMapper.shared().readTree("{\"RunName\":\"run-7\",\"SampleCount\":3}"));
					assertThat(redis.payloads.get(3).propertyNames()).containsExactlyInAnyOrder("responder_id",
							"publisher_id", "event", "ras", "message");
				}
			});
	}

	@Test
	void jsonMapperOfApplicationConvertsPayloads() {
		Recorder recorder = recorder();
		this.inMemory.withUserConfiguration(RunHandling.class)
			.withBean(JsonMapper.class,
					() -> JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build())
			.run((context) -> {
				assertThat(publishRun(context)).containsExactly("Run[runName=run-7, sampleCount=3]");
				assertThat(recorder.last("start").metadata()).containsOnlyKeys("run_name", "sample_count");
			});
	}

	@Test
	void convertsPayloadsWithoutAJsonMapperOfTheApplication() {
		Recorder recorder = recorder();
		this.inMemory.withUserConfiguration(RunHandling.class).run((context) -> {
			assertThat(context).doesNotHaveBean(JsonMapper.class);
			assertThat(publishRun(context)).containsExactly("Run[runName=run-7, sampleCount=3]");
			assertThat(recorder.last("start").metadata()).containsOnlyKeys("runName", "sampleCount");
		});
	}

	@Test
	void primaryOfSeveralJsonMappersConvertsPayloads() {
		Recorder recorder = recorder();
		this.inMemory.withUserConfiguration(RunHandling.class)
			.withBean("plain", JsonMapper.class, () -> JsonMapper.builder().build())
			.withBean("snake", JsonMapper.class,
					() -> JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build(),
					(definition) -> definition.setPrimary(true))
			.run((context) -> {
				assertThat(publishRun(context)).containsExactly("Run[runName=run-7, sampleCount=3]");
				assertThat(recorder.last("start").metadata()).containsOnlyKeys("run_name", "sample_count");
			});
	}

	@Test
	void failsIfItIsAmbiguousWhichJsonMapperIsMeant() {
		this.inMemory.withBean("plain", JsonMapper.class, () -> JsonMapper.builder().build())
			.withBean("other", JsonMapper.class, () -> JsonMapper.builder().build())
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(NoUniqueBeanDefinitionException.class)
				.hasMessageContaining("plain,other"));
	}

	@Test
	void primaryOfSeveralConnectionFactoriesIsUsed() {
		this.overRedis.withUserConfiguration(PrimaryConnectionFactory.class, Handling.class)
			.run((context) -> assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
	}

	@Test
	void failsIfItIsAmbiguousWhichConnectionFactoryIsMeant() {
		this.overRedis.withUserConfiguration(SeveralConnectionFactories.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(FailureAnalyzedException.class)
				.hasMessageContaining("several were found: here, there"));
	}

	@Test
	void connectionFactoryIsChosenByName() {
		this.overRedis
			.withUserConfiguration(NowhereConnectionFactory.class, NamedConnectionFactory.class, Handling.class)
			.run((context) -> assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
	}

	@Test
	void transportOfApplicationChoosesAmongConnectionFactories() {
		this.overRedis.withUserConfiguration(SeveralConnectionFactories.class, OwnRedisTransport.class, Handling.class)
			.run((context) -> assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS));
	}

	@Test
	void applicationMayHaveSeveralExporters() {
		this.inMemory.withUserConfiguration(SeveralExporters.class)
			.run((context) -> assertThat(context.getBeansOfType(SignalExporter.class)).containsOnlyKeys("one", "two"));
	}

	@Test
	void failsIfItIsAmbiguousWhichExporterToInitialize() {
		this.inMemory.withUserConfiguration(SeveralExporters.class)
			.withPropertyValues("state-signals.exporter.legal-events=start")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(NoUniqueBeanDefinitionException.class)
				.hasMessageContaining("one,two"));
	}

	@Test
	void failsIfItIsAmbiguousWhichResponderGetsHandler() {
		this.inMemory.withUserConfiguration(SeveralResponders.class, Handling.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOfSatisfying(InvalidSignalHandlerException.class, (failure) -> {
					assertThat(failure).hasMessageContaining(Handling.class.getName() + ".start(Signal)");
					assertThat(failure.getRemedy()).contains("@OnSignal(responder = \"...\")").contains("@Primary");
				}));
	}

	@Test
	void virtualThreadsRunHandlersIfEnabled() {
		this.inMemory.withUserConfiguration(Handling.class)
			.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> {
				assertThat(publish(context)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
				boolean virtual = JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE);
				assertThat(context.getBean(SignalEngineConfiguration.EXECUTOR))
					.isInstanceOf(virtual ? SimpleAsyncTaskExecutor.class : ThreadPoolTaskExecutor.class);
				assertThat(context.getBean(Handling.class).threads).isNotEmpty()
					.allMatch((name) -> name.startsWith("state-signals-"));
			});
	}

	private static void assertNames(ApplicationContext context, String processName, String runnerHost,
			String responderName) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		SignalResponder responder = context.getBean(SignalResponder.class);
		assertThat(exporter.getPublisherId()).matches(uuid(processName, ""));
		assertThat(responder.getName()).isEqualTo(responderName);
		assertThat(responder.getResponderId()).matches(uuid(responderName, "-resp"));
		AtomicReference<Signal> received = new AtomicReference<>();
		responder.listen(received::set);
		exporter.publish("probe");
		await().until(() -> received.get() != null);
		assertThat(received.get().processName()).isEqualTo(processName);
		assertThat(received.get().runnerHost()).isEqualTo(runnerHost);
	}

	private static String uuid(String prefix, String suffix) {
		return Pattern.quote(prefix) + "-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}" + suffix;
	}

	private static String hostName() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "localhost";
		}
	}

	private static ResultCode publish(ApplicationContext context) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, PATIENCE, "start")).isTrue();
		return exporter.publish("start").code();
	}

	private static Iterable<String> publishRun(ApplicationContext context) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, PATIENCE, "start")).isTrue();
		return exporter.signal("start").payload(new Run("run-7", 3)).publish().messages().values();
	}

	private Recorder recorder() {
		return recorder("");
	}

	private Recorder recorder(String channel) {
		Recorder recorder = new Recorder();
		SignalTransport transport = this.broker.transport();
		transport.open(channel);
		transport.start(recorder);
		return recorder;
	}

	/**
	 * Receives the signals of the applications.
	 */
	private static final class Recorder extends SilentListener {

		private final List<Signal> signals = new CopyOnWriteArrayList<>();

		List<String> events() {
			return this.signals.stream().map(Signal::event).toList();
		}

		Signal last(String event) {
			await().until(() -> events().contains(event));
			return this.signals.stream().filter((signal) -> signal.event().equals(event)).findFirst().orElseThrow();
		}

		@Override
		public void onSignal(String channel, Signal signal, @Nullable SignalExtension extension) {
			this.signals.add(signal);
		}

	}

	/**
	 * Receives the messages of one publisher and its responders on Redis.
	 */
	private static final class RawRedis implements AutoCloseable {

		private final RedisClient client = RedisClient.create(TestRedis.uri().toString());

		private final List<JsonNode> payloads = new CopyOnWriteArrayList<>();

		RawRedis(String publisherId) {
			StatefulRedisPubSubConnection<String, String> connection = this.client.connectPubSub();
			connection.addListener(new RedisPubSubAdapter<>() {

				@Override
				public void message(String channel, String message) {
					JsonNode payload = JsonMapper.shared().readTree(message);
					if (publisherId.equals(payload.path("publisher_id").asString(""))) {
						RawRedis.this.payloads.add(payload);
					}
				}

			});
			connection.sync().subscribe("event-signal-pubsub", "event-signal-response");
		}

		@Override
		public void close() {
			this.client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
		}

	}

	record Run(String runName, int sampleCount) {
	}

	@Configuration(proxyBeanMethods = false)
	static class Watching {

		final boolean transportWasThere;

		Watching(ConfigurableListableBeanFactory beanFactory) {
			this.transportWasThere = beanFactory.containsSingleton("signalTransport");
		}

	}

	@Configuration("handling")
	static class Handling {

		final List<String> threads = new CopyOnWriteArrayList<>();

		final List<Signal> signals = new CopyOnWriteArrayList<>();

		@OnSignal(event = "start")
		void start(Signal signal) {
			this.threads.add(Thread.currentThread().getName());
			this.signals.add(signal);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RunHandling {

		@OnSignal(event = "start")
		Acknowledgement start(Run run) {
			return Acknowledgement.success(run.toString());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEngine {

		@Bean(destroyMethod = "close")
		SignalEngine engine(SignalTransport transport) {
			return new SignalEngine(transport,
					new EngineSettings("", EngineSettings.Extensions.NEGOTIATED,
							new EngineSettings.Exporters("host", List.of(), Duration.ofSeconds(1), PATIENCE, 0,
									Duration.ZERO, 10),
							new EngineSettings.Responders("own-engine", true, EngineSettings.Unhandled.ACKNOWLEDGE,
									EngineSettings.Expired.REJECT, null, null, true, 10, 10),
							PATIENCE),
					new SimpleAsyncTaskExecutor("own-engine-"), JsonMapper.shared(), List::of, (event) -> {
					}, new ScheduledTimer(), () -> SignalObserver.NONE);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnExporter {

		@Bean
		SignalExporter exporter(SignalExporterFactory factory) {
			return factory.create("own-exporter");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnResponder {

		@Bean
		SignalResponder responder(SignalEngine engine) {
			return engine.get("own-responder");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnGatewayFactory {

		@Bean
		SignalGatewayFactory ownGatewayFactory(ConfigurableListableBeanFactory beanFactory) {
			return new DefaultSignalGatewayFactory(beanFactory);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnExecutor {

		@Bean
		Executor stateSignalsTaskExecutor() {
			return new SimpleAsyncTaskExecutor("own-executor-");
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@ImportAutoConfiguration(StateSignalsAutoConfiguration.class)
	static class Running {

		private final AtomicReference<SignalResult> result = new AtomicReference<>();

		@Bean
		SignalTransport transport() {
			return new InMemoryBroker().transport();
		}

		@Bean
		ApplicationRunner publisher(SignalExporter exporter) {
			return (arguments) -> this.result.set(exporter.publish("start"));
		}

		@OnSignal(event = "start")
		void start() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralConnectionFactories {

		@Bean
		RedisConnectionFactory here() {
			return new LettuceConnectionFactory(TestRedis.host(), TestRedis.port());
		}

		@Bean
		RedisConnectionFactory there() {
			return new LettuceConnectionFactory(TestRedis.host(), TestRedis.port());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnRedisTransport {

		@Bean
		SignalTransport transport(@Qualifier("there") RedisConnectionFactory connectionFactory) {
			return RedisTransports.broadcast(connectionFactory, new RedisPubSubSignalTransport.Settings(PATIENCE,
					DataSize.ofKilobytes(1), Duration.ZERO, false, null));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralExporters {

		@Bean
		SignalExporter one(SignalExporterFactory factory) {
			return factory.create("one");
		}

		@Bean
		SignalExporter two(SignalExporterFactory factory) {
			return factory.create("two");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SeveralResponders {

		@Bean
		SignalResponder one(SignalEngine engine) {
			return engine.get("one");
		}

		@Bean
		SignalResponder two(SignalEngine engine) {
			return engine.get("two");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryConnectionFactory extends NowhereConnectionFactory {

		@Bean
		@Primary
		RedisConnectionFactory here() {
			return new LettuceConnectionFactory(TestRedis.host(), TestRedis.port());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NamedConnectionFactory {

		@Bean
		RedisConnectionFactory stateSignalsConnectionFactory() {
			return new LettuceConnectionFactory(TestRedis.host(), TestRedis.port());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NowhereConnectionFactory {

		@Bean
		RedisConnectionFactory nowhere() {
			return new LettuceConnectionFactory("localhost", TestRedis.freePort());
		}

	}

}
