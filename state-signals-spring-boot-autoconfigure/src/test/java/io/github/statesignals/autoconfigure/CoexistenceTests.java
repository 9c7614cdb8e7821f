package io.github.statesignals.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.OnSignal;
import io.github.statesignals.ResultCode;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.TestRedis;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.transport.SignalTransport;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import redis.embedded.RedisServer;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.data.redis.annotation.RedisListener;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * An application with its own use of Redis, listeners and executors is not disturbed, and
 * closes without leftovers of the starter. On a separate server, so that all of its
 * connections are known.
 */
@Timeout(60)
class CoexistenceTests {

	private static final String CONTAINER = "stateSignalsListenerContainer";

	private static final String SIGNALS = "event-signal-pubsub";

	private static final String RESPONSES = "event-signal-response";

	private static RedisServer server;

	private static RedisClient client;

	private static RedisCommands<String, String> redis;

	@BeforeAll
	static void startRedis() {
		server = TestRedis.startServer(0);
		client = RedisClient.create("redis://127.0.0.1:" + server.ports().get(0));
		redis = client.connect().sync();
	}

	@AfterAll
	static void stopRedis() throws IOException {
		client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
		server.stop();
	}

	@Test
	void listenersOfApplicationRunOnTheirContainerAndItsThreads() {
		try (ConfigurableApplicationContext context = start("neighbour", Neighbour.class)) {
			assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			context.getBean(StringRedisTemplate.class).convertAndSend("news", "all quiet");
			Neighbour neighbour = context.getBean(Neighbour.class);
			await().untilAsserted(() -> assertThat(neighbour.news).containsExactly("all quiet"));
			assertThat(neighbour.newsThreads).allMatch((name) -> name.startsWith("redisMessageListenerContainer-"));
			assertThat(neighbour.signalThreads).hasSize(1).allMatch((name) -> name.startsWith("state-signals-"));
		}
	}

	@Test
	void transportKnowsItsEventLoop() {
		try (ConfigurableApplicationContext context = start("loop", Neighbour.class)) {
			SignalTransport transport = context.getBean(SignalTransport.class);
			Signal signal = new Signal("loop-1", "loop", "anything", "host", 1, "tag", Map.of());
			// A message that is confirmed at once completes on this thread.
			await().until(() -> transport.send("", signal, null).thenApply((sent) -> transport.isEventLoop()).get());
			assertThat(transport.isEventLoop()).isFalse();
		}
	}

	@Test
	void injectionByTypeFindsTheSameBeansAsWithoutTheStarter() throws Exception {
		try (ConfigurableApplicationContext context = start("injected", Injected.class)) {
			assertThat(context.getBean(RedisMessageListenerContainer.class))
				.isSameAs(context.getBean("redisMessageListenerContainer"));
			Injected injected = context.getBean(Injected.class);
			assertThat(injected.container).isSameAs(context.getBean("redisMessageListenerContainer"));
			assertThat(injected.executor).isSameAs(context.getBean("applicationTaskExecutor"));
			assertThat(injected.asyncExecutor).isSameAs(injected.executor);
			assertThat(context.getBean(Asynchronous.class).threadName().get()).startsWith("task-");
		}
	}

	@Test
	void containerForSignalsIsABeanOfItsName() {
		RedisMessageListenerContainer container;
		try (ConfigurableApplicationContext context = start("named", Neighbour.class)) {
			assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			container = context.getBean(CONTAINER, RedisMessageListenerContainer.class);
			assertThat(container.isListening()).isTrue();
			assertThat(container.isAutoStartup()).isFalse();
			assertThat(container.getConnectionFactory()).isSameAs(context.getBean(RedisConnectionFactory.class));
			assertThat(container).isNotSameAs(context.getBean("redisMessageListenerContainer"));
		}
		assertThat(container.isRunning()).isFalse();
	}

	@Test
	void containerForSignalsCanBeReplaced() {
		try (ConfigurableApplicationContext context = start("replaced", Replaced.class)) {
			RedisMessageListenerContainer container = context.getBean(CONTAINER, RedisMessageListenerContainer.class);
			assertThat(container).isExactlyInstanceOf(RedisMessageListenerContainer.class);
			assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(container.isListening()).isTrue();
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 1L, RESPONSES, 1L));
			context.getBean(StringRedisTemplate.class).convertAndSend("news", "all quiet");
			Neighbour neighbour = context.getBean(Neighbour.class);
			await().untilAsserted(() -> assertThat(neighbour.news).containsExactly("all quiet"));
			assertThat(neighbour.newsThreads).allMatch((name) -> name.startsWith("redisMessageListenerContainer-"));
		}
	}

	@Test
	void containerOfTheApplicationsListenersCannotBeTheOneForSignals() {
		assertThatException().isThrownBy(() -> start("shared", Shared.class).close())
			.havingRootCause()
			.withMessageContainingAll(CONTAINER, "redisMessageListenerContainer", "Define a separate");
	}

	@Test
	void contextThatIsStoppedAndStartedSubscribesOnce() {
		try (ConfigurableApplicationContext context = start("restarted", Plain.class)) {
			RedisMessageListenerContainer container = context.getBean(CONTAINER, RedisMessageListenerContainer.class);
			for (int i = 0; i < 2; i++) {
				context.stop();
				assertThat(container.isListening()).isFalse();
				context.start();
				assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
				assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 1L, RESPONSES, 1L));
			}
		}
	}

	@Test
	void signalsAreReceivedWhereTheConnectionFactoryIsAProxy() {
		try (ConfigurableApplicationContext context = start("proxied", Proxied.class)) {
			assertThat(AopUtils.isJdkDynamicProxy(context.getBean(RedisConnectionFactory.class))).isTrue();
			assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		}
	}

	@Test
	void containerOfApplicationWorksWithTheOneForSignals() {
		try (ConfigurableApplicationContext context = start("container", OwnContainer.class)) {
			assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			context.getBean(StringRedisTemplate.class).convertAndSend("weather", "fine");
			OwnContainer application = context.getBean(OwnContainer.class);
			await().untilAsserted(() -> assertThat(application.weather).containsExactly("fine"));
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 1L, RESPONSES, 1L));
		}
	}

	@Test
	void handlersMayUseRedisHoweverFewThreadsTheDriverHas() {
		try (ConfigurableApplicationContext context = start("few", FewThreads.class)) {
			FewThreads application = context.getBean(FewThreads.class);
			RedisConnectionFactory connectionFactory = context.getBean(RedisConnectionFactory.class);
			// One connection for each of the driver's threads, also for that of the
			// signals.
			List<RedisConnection> opened = IntStream.range(0, 5)
				.mapToObj((i) -> connectionFactory.getConnection())
				.toList();
			opened.forEach(RedisConnection::ping);
			for (int i = 1; i <= 20; i++) {
				assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
				assertThat(application.redis.opsForValue().get("handled")).isEqualTo(String.valueOf(i));
			}
			opened.forEach(RedisConnection::close);
			assertThat(application.threads).hasSize(20).noneMatch((name) -> name.startsWith("lettuce-"));
		}
		finally {
			redis.del("handled");
		}
	}

	@Test
	void eachApplicationSubscribesOnceAndHasTwoConnections() {
		try (ConfigurableApplicationContext one = start("one", Plain.class);
				ConfigurableApplicationContext two = start("two", Plain.class)) {
			assertThat(publish(one, 2)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(publish(two, 2)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 2L, RESPONSES, 2L));
			for (String name : List.of("one", "two")) {
				assertThat(connections(name)).hasSize(2)
					.filteredOn((connection) -> connection.contains(" sub=4 "))
					.hasSize(1);
			}
		}
	}

	@Test
	void applicationReceivesOnlyUsefulMessages() {
		try (ConfigurableApplicationContext responding = start("responding", Plain.class);
				ConfigurableApplicationContext publishing = start("publishing", Publishing.class)) {
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 1L, RESPONSES, 0L));
			assertThat(publish(publishing, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 1L, RESPONSES, 1L));
			assertThat(publish(responding, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 1L, RESPONSES, 2L));
		}
	}

	@Test
	void applicationReceivesSignalsFromItsFirstHandlerOn() {
		try (ConfigurableApplicationContext late = start("late", Publishing.class);
				ConfigurableApplicationContext publishing = start("publishing", Publishing.class)) {
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 0L, RESPONSES, 0L));
			late.getBean(SignalResponder.class).on("start", (signal) -> Acknowledgement.success());
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 1L, RESPONSES, 0L));
			assertThat(publish(publishing, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		}
	}

	@Test
	void stoppedEngineReceivesNothingAndCanBeStartedAgain() {
		try (ConfigurableApplicationContext context = start("stopping", Plain.class)) {
			SignalEngine engine = context.getBean(SignalEngine.class);
			engine.stop();
			await().untilAsserted(
					() -> assertThat(connections("stopping")).filteredOn((connection) -> connection.contains(" sub=4 "))
						.isEmpty());
			assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 0L, RESPONSES, 0L));
			engine.start();
			assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
		}
	}

	@Test
	void closeLeavesNothing() {
		Set<Thread> threadsBefore = threads("state-signals-");
		Set<Thread> eventLoopsBefore = threads("lettuce-");
		try (ConfigurableApplicationContext context = start("closing", Plain.class)) {
			assertThat(publish(context, 1)).isEqualTo(ResultCode.ALL_SUBS_SUCCESS);
			assertThat(connections("closing")).isNotEmpty();
			// Those of applications before it may be ending.
			assertThat(threads("state-signals-")).anyMatch((thread) -> !threadsBefore.contains(thread));
			assertThat(threads("lettuce-")).anyMatch((thread) -> !eventLoopsBefore.contains(thread));
		}
		// Sooner than idle threads end by themselves.
		await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
			assertThat(connections("closing")).isEmpty();
			assertThat(threads("state-signals-")).filteredOn((thread) -> !threadsBefore.contains(thread)).isEmpty();
		});
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(
					() -> assertThat(threads("lettuce-")).filteredOn((thread) -> !eventLoopsBefore.contains(thread))
						.isEmpty());
		assertThat(subscriptions()).containsExactlyInAnyOrderEntriesOf(Map.of(SIGNALS, 0L, RESPONSES, 0L));
	}

	private static ConfigurableApplicationContext start(String name, Class<?> application) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off", "spring.main.register-shutdown-hook", "false",
					"spring.application.name", name, "spring.data.redis.host", "127.0.0.1", "spring.data.redis.port",
					server.ports().get(0), "spring.data.redis.client-name", name))
			.run();
	}

	private static ResultCode publish(ApplicationContext context, int subscribers) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(subscribers, Duration.ofSeconds(10), "start")).isTrue();
		return exporter.publish("start").code();
	}

	private static Map<String, Long> subscriptions() {
		return redis.pubsubNumsub(SIGNALS, RESPONSES);
	}

	private static List<String> connections(String name) {
		return redis.clientList().lines().filter((line) -> line.contains(" name=" + name + " ")).toList();
	}

	private static Set<Thread> threads(String prefix) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(prefix))
			.collect(Collectors.toSet());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

		@OnSignal(event = "start")
		void start() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Proxied extends Plain {

		@Bean
		static BeanPostProcessor proxyCreator() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					return (bean instanceof RedisConnectionFactory) ? new ProxyFactory(bean).getProxy() : bean;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Publishing {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Neighbour {

		private final List<String> news = new CopyOnWriteArrayList<>();

		private final List<String> newsThreads = new CopyOnWriteArrayList<>();

		private final List<String> signalThreads = new CopyOnWriteArrayList<>();

		@RedisListener("news")
		void news(String text) {
			this.newsThreads.add(Thread.currentThread().getName());
			this.news.add(text);
		}

		@OnSignal(event = "start")
		void start() {
			this.signalThreads.add(Thread.currentThread().getName());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Replaced extends Neighbour {

		@Bean(name = CONTAINER, defaultCandidate = false)
		static RedisMessageListenerContainer container(RedisConnectionFactory connectionFactory) {
			RedisMessageListenerContainer container = new RedisMessageListenerContainer();
			container.setConnectionFactory(connectionFactory);
			return container;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Shared {

		@Bean({ "redisMessageListenerContainer", CONTAINER })
		RedisMessageListenerContainer container(RedisConnectionFactory connectionFactory) {
			RedisMessageListenerContainer container = new RedisMessageListenerContainer();
			container.setConnectionFactory(connectionFactory);
			return container;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class FewThreads {

		private final List<String> threads = new CopyOnWriteArrayList<>();

		private final StringRedisTemplate redis;

		FewThreads(StringRedisTemplate redis) {
			this.redis = redis;
		}

		@Bean(destroyMethod = "shutdown")
		static ClientResources clientResources() {
			return ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
		}

		@OnSignal(event = "start")
		void start() {
			this.redis.opsForValue().increment("handled");
			this.threads.add(Thread.currentThread().getName());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	static class Injected {

		private final RedisMessageListenerContainer container;

		private final Executor executor;

		private final AsyncTaskExecutor asyncExecutor;

		Injected(RedisMessageListenerContainer container, Executor executor, AsyncTaskExecutor asyncExecutor) {
			this.container = container;
			this.executor = executor;
			this.asyncExecutor = asyncExecutor;
		}

		@Bean
		static Asynchronous asynchronous() {
			return new Asynchronous();
		}

	}

	static class Asynchronous {

		@Async
		CompletableFuture<String> threadName() {
			return CompletableFuture.completedFuture(Thread.currentThread().getName());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class OwnContainer extends Plain {

		private final List<String> weather = new CopyOnWriteArrayList<>();

		@Bean
		RedisMessageListenerContainer weatherContainer(RedisConnectionFactory connectionFactory) {
			RedisMessageListenerContainer container = new RedisMessageListenerContainer();
			container.setConnectionFactory(connectionFactory);
			MessageListener listener = (message, pattern) -> this.weather.add(new String(message.getBody()));
			container.addMessageListener(listener, ChannelTopic.of("weather"));
			return container;
		}

	}

}
