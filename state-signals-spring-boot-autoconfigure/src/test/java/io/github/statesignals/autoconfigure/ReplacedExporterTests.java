package io.github.statesignals.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.InitializationSpec;
import io.github.statesignals.OnSignal;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * Applications with {@code legal-events} and a {@link SignalExporter} bean.
 */
@Timeout(60)
@DirtiesContext
class ReplacedExporterTests {

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = "state-signals.exporter.legal-events=start")
	class Mocked {

		@MockitoBean
		private SignalExporter exporter;

		@Test
		void startsAndStartsAgain(@Autowired ConfigurableApplicationContext context) {
			assertThat(mockingDetails(this.exporter).isMock()).isTrue();
			assertThat(context.getBean(SignalEngine.class).exporters()).isEmpty();
			context.stop();
			context.start();
			assertThat(context.isRunning()).isTrue();
		}

		@Test
		void emitsBridgedEvents(@Autowired ConfigurableApplicationContext context) {
			Moved moved = new Moved("n1");
			context.publishEvent(moved);
			verify(this.exporter).emitAsync(moved);
		}

	}

	@SignalEvent(bridge = true)
	record Moved(String node) {
	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = { "state-signals.exporter.legal-events=start", "state-signals.exporter.await-subscribers=1" })
	class MockedAndAwaited {

		@MockitoBean
		private SignalExporter exporter;

		@MockitoBean
		private SignalResponder responder;

		@Test
		void startsAndStartsAgain(@Autowired ConfigurableApplicationContext context) {
			context.stop();
			context.start();
			assertThat(context.isRunning()).isTrue();
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = "state-signals.exporter.legal-events=start")
	class Spied {

		@MockitoSpyBean
		private SignalExporter exporter;

		@Test
		void isInitializedAndRestored(@Autowired ConfigurableApplicationContext context,
				@Autowired SignalResponder responder) {
			// That of the start, which no earlier test has reset.
			clearInvocations(this.exporter);
			for (int i = 0; i < 2; i++) {
				assertThat(this.exporter.publish("start").responses()).containsOnlyKeys(responder.getResponderId());
				assertThatIllegalArgumentException().isThrownBy(() -> this.exporter.publish("strat"));
				context.stop();
				context.start();
			}
			verify(this.exporter, never()).initialization(any(String[].class));
		}

		@Test
		void asksLateResponders() {
			SignalExporter exporter = this.exporter;
			try (ConfigurableApplicationContext late = new SpringApplicationBuilder(Late.class)
				.web(WebApplicationType.NONE)
				.properties("spring.main.banner-mode=off", "state-signals.responder.name=late")
				.run()) {
				String responderId = late.getBean(SignalResponder.class).getResponderId();
				await().until(() -> exporter.getSubscribers().contains(responderId));
			}
		}

	}

	@Nested
	@SpringBootTest(classes = { Application.class, Decorating.class }, webEnvironment = WebEnvironment.NONE,
			properties = { "state-signals.exporter.legal-events=start", "state-signals.exporter.await-subscribers=1" })
	class OfAnotherKind {

		@Test
		void isInitializedOnceAndRestored(@Autowired ConfigurableApplicationContext context,
				@Autowired Decorator exporter, @Autowired SignalResponder responder) {
			for (int i = 0; i < 2; i++) {
				assertThat(exporter.publish("start").responses()).containsOnlyKeys(responder.getResponderId());
				context.stop();
				context.start();
			}
			assertThat(exporter.initializations).hasSize(1);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = "state-signals.exporter.legal-events=start")
	class WithMockedFactories {

		@MockitoBean
		private SignalExporterFactory exporters;

		@MockitoBean
		private SignalResponderFactory responders;

		@Test
		void publishes(@Autowired SignalExporter exporter, @Autowired SignalResponder responder) {
			assertThat(this.exporters.create("further")).isNull();
			assertThat(this.responders.get("further")).isNull();
			assertThat(exporter.publish("start").responses()).containsOnlyKeys(responder.getResponderId());
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE,
			properties = "state-signals.exporter.legal-events=start")
	class WithSpiedResponder {

		@MockitoSpyBean
		private SignalResponder responder;

		@Test
		void handles(@Autowired SignalExporter exporter, @Autowired ConfigurableApplicationContext context) {
			assertThat(exporter.publish("start").responses()).containsOnlyKeys(this.responder.getResponderId());
			context.stop();
			context.start();
			assertThat(exporter.publish("start").responses()).containsOnlyKeys(this.responder.getResponderId());
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, webEnvironment = WebEnvironment.NONE)
	class WithSpiedFactories {

		@MockitoSpyBean
		private SignalExporterFactory exporters;

		@MockitoSpyBean
		private SignalResponderFactory responders;

		@Test
		void publishes() {
			SignalResponder responder = this.responders.get("further", "other");
			responder.on("start", (signal) -> Acknowledgement.success());
			SignalExporter exporter = this.exporters.create("further", "other");
			exporter.initialize("start");
			assertThat(exporter.publish("start").responses()).containsOnlyKeys(responder.getResponderId());
			verify(this.exporters).create("further", "other");
			verify(this.responders).get("further", "other");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(StateSignalsAutoConfiguration.class)
	static class Application {

		private static final InMemoryBroker broker = new InMemoryBroker();

		@Bean
		SignalTransport transport() {
			return broker.transport();
		}

		@OnSignal(event = "start")
		void start() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class Late {

	}

	@Configuration(proxyBeanMethods = false)
	static class Decorating {

		@Bean
		Decorator exporter(SignalExporterFactory exporters) {
			return new Decorator(exporters.create("decorated"));
		}

	}

	/**
	 * An exporter of the application that delegates to one of the starter.
	 */
	static final class Decorator implements SignalExporter {

		private final SignalExporter delegate;

		private final List<String> initializations = new ArrayList<>();

		Decorator(SignalExporter delegate) {
			this.delegate = delegate;
		}

		@Override
		public String getPublisherId() {
			return this.delegate.getPublisherId();
		}

		@Override
		public void initialize(String... legalEvents) {
			this.delegate.initialize(legalEvents);
		}

		@Override
		public boolean initializeAndWait(int subscribers, Duration timeout, String... legalEvents) {
			return this.delegate.initializeAndWait(subscribers, timeout, legalEvents);
		}

		@Override
		public InitializationSpec initialization(String... legalEvents) {
			this.initializations.add(String.join(",", legalEvents));
			return this.delegate.initialization(legalEvents);
		}

		@Override
		public SignalSpec signal(String event) {
			return this.delegate.signal(event);
		}

		@Override
		public SignalResult emit(Object typedSignal) {
			return this.delegate.emit(typedSignal);
		}

		@Override
		public CompletableFuture<SignalResult> emitAsync(Object typedSignal) {
			return this.delegate.emitAsync(typedSignal);
		}

		@Override
		public Set<String> getSubscribers() {
			return this.delegate.getSubscribers();
		}

		@Override
		public void shutdown() {
			this.delegate.shutdown();
		}

		@Override
		public void shutdown(String tag) {
			this.delegate.shutdown(tag);
		}

		@Override
		public Set<String> getLegalEvents() {
			return this.delegate.getLegalEvents();
		}

	}

}
