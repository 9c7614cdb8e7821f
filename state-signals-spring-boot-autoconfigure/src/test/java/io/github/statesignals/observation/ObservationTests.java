package io.github.statesignals.observation;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.statesignals.Applications;
import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.core.ResultListener;
import io.github.statesignals.core.SignalObserver;
import io.github.statesignals.core.engine.SignalEngine;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Observations without a tracer.
 */
class ObservationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	@RegisterExtension
	private final Applications applications = new Applications();

	@Test
	void nothingIsObservedWithoutAHandlerOfObservations() {
		ConfigurableApplicationContext context = this.applications.start(Unobserved.class);
		assertThat(context.getBean(ObservationRegistry.class).isNoop()).isTrue();
		assertThat(context.getBean(SignalObserver.class)).isSameAs(SignalObserver.NONE);
		publish(context);
	}

	@Test
	void observerOfTheApplicationIsUsed() {
		ConfigurableApplicationContext context = this.applications.start(OwnObserver.class);
		publish(context);
		assertThat(context.getBean(OwnObserver.class).published).isEqualTo(1);
	}

	@Test
	void namesAndKeysAreThoseOfBeans() {
		ConfigurableApplicationContext context = this.applications.start(OwnConventions.class);
		publish(context);
		// The handler's observation ends when the answer is on its way.
		Awaitility.await()
			.atMost(TIMEOUT)
			.untilAsserted(() -> assertThat(context.getBean(Contexts.class).stopped).anySatisfy((stopped) -> {
				assertThat(stopped.getName()).isEqualTo("own.publish");
				assertThat(stopped.getLowCardinalityKeyValue("event").getValue()).isEqualTo("start");
				assertThat(stopped.getLowCardinalityKeyValue("team").getValue()).isEqualTo("a");
			}).anySatisfy((stopped) -> {
				assertThat(stopped.getName()).isEqualTo("own.handle");
				assertThat(stopped.getLowCardinalityKeyValues()).hasSize(1);
			}));
	}

	@Test
	void handlerOfObservationsThatFailsCostsNoSignalItsAnswer() {
		ConfigurableApplicationContext context = this.applications.start(FailingObservations.class);
		publish(context);
		assertThat(context.getBean(FailingObservations.class).calls).isPositive();
	}

	@Test
	void observationThatCanNotBeStartedIsStopped() {
		ConfigurableApplicationContext context = this.applications.start(FailingStart.class);
		publish(context);
		assertThat(context.getBean(Active.class).active).hasValue(0);
	}

	// As a timer of those that are active has it.
	@Test
	void publishThatHasNotEndedHasNoOutcome() {
		ConfigurableApplicationContext context = this.applications.start(Starting.class);
		publish(context);
		assertThat(context.getBean(Starting.class).outcome).hasValue("none");
	}

	@Test
	void publishWhoseCallerIsInterruptedIsCancelledAsInItsMeter() {
		ConfigurableApplicationContext context = this.applications.start(Observed.class,
				"exporter.expected-responders=absent");
		List<PublishOutcome> outcomes = new CopyOnWriteArrayList<>();
		context.getBean(SignalEngine.class).counters().addListener(new ResultListener() {

			@Override
			public void onInitialized(String channel, Set<String> legalEvents) {
			}

			@Override
			public void onResult(String channel, String event, @Nullable SignalResult result,
					@Nullable Throwable failure) {
				outcomes.add(PublishOutcome.of(result, failure));
			}

		});
		SignalExporter exporter = context.getBean(SignalExporter.class);
		exporter.initialize("start");
		Thread.currentThread().interrupt();
		assertThatIllegalStateException().isThrownBy(() -> exporter.publish("start"));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(outcomes).containsExactly(PublishOutcome.CANCELLED);
		assertThat(context.getBean(Contexts.class).stopped).filteredOn((each) -> each instanceof SignalPublishContext)
			.singleElement()
			.satisfies(
					(each) -> assertThat(each.getLowCardinalityKeyValue("outcome").getValue()).isEqualTo("cancelled"));
	}

	@Test
	void conditionIsEvaluatedOnce() {
		ConfigurableApplicationContext context = this.applications.start(Conditional.class);
		publish(context);
		assertThat(context.getBean(Conditional.class).evaluations).hasValue(1);
	}

	@Test
	void everyNameAndKeyIsDocumented() {
		ConfigurableApplicationContext context = this.applications.start(Observed.class);
		publish(context);
		List<Observation.Context> stopped = context.getBean(Contexts.class).stopped;
		assertThat(stopped).filteredOn((each) -> each instanceof SignalPublishContext).hasSize(1);
		assertThat(stopped)
			.filteredOn((each) -> each instanceof SignalPublishContext || each instanceof SignalReceiverContext)
			.allSatisfy((each) -> {
				assertThat(each.getLowCardinalityKeyValues()).extracting((value) -> value.getKey())
					.containsExactlyInAnyOrder("event", "channel", "outcome");
				assertThat(each.getHighCardinalityKeyValues()).extracting((value) -> value.getKey())
					.isSubsetOf("state.signals.publisher.id", "state.signals.id", "state.signals.tag",
							"state.signals.responder.id", "state.signals.handler");
				assertThat(each.getName()).isIn("state.signals.publish", "state.signals.handle",
						"state.signals.response");
			});
	}

	private static void publish(ConfigurableApplicationContext context) {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		assertThat(exporter.initializeAndWait(1, TIMEOUT, "start")).isTrue();
		assertThat(exporter.publish("start").isSuccess()).isTrue();
	}

	@Configuration(proxyBeanMethods = false)
	static class Unobserved {

		@OnSignal(event = "start")
		void start() {
		}

	}

	static class Contexts implements ObservationHandler<Observation.Context> {

		private final List<Observation.Context> stopped = new CopyOnWriteArrayList<>();

		@Override
		public void onStop(Observation.Context context) {
			this.stopped.add(context);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Observed extends Unobserved {

		@Bean
		Contexts contexts() {
			return new Contexts();
		}

	}

	@Configuration(value = "conditional", proxyBeanMethods = false)
	static class Conditional {

		private final AtomicInteger evaluations = new AtomicInteger();

		@OnSignal(event = "start", condition = "@conditional.isFirst()")
		void start() {
		}

		public boolean isFirst() {
			return this.evaluations.incrementAndGet() == 1;
		}

		@Bean
		Contexts contexts() {
			return new Contexts();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Observed.class)
	static class OwnConventions {

		@Bean
		SignalPublishObservationConvention publishConvention() {
			return new SignalPublishObservationConvention.Default() {

				@Override
				public String getName() {
					return "own.publish";
				}

				@Override
				public KeyValues getLowCardinalityKeyValues(SignalPublishContext context) {
					return super.getLowCardinalityKeyValues(context).and("team", "a");
				}

			};
		}

		@Bean
		SignalHandleObservationConvention handleConvention() {
			return new SignalHandleObservationConvention() {

				@Override
				public String getName() {
					return "own.handle";
				}

				@Override
				public KeyValues getLowCardinalityKeyValues(SignalHandleContext context) {
					return KeyValues.of("handler", context.getHandler());
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnObserver extends Unobserved implements SignalObserver {

		private int published;

		@Override
		public SignalObserver.Observed publish(Signal signal, String channel, boolean legal) {
			this.published++;
			return SignalObserver.Observed.NONE;
		}

	}

	// As a meter of those that are active.
	static class Active implements ObservationHandler<SignalPublishContext> {

		private final AtomicInteger active = new AtomicInteger();

		@Override
		public void onStart(SignalPublishContext context) {
			this.active.incrementAndGet();
		}

		@Override
		public void onStop(SignalPublishContext context) {
			this.active.decrementAndGet();
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof SignalPublishContext;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Starting extends Unobserved implements ObservationHandler<SignalPublishContext> {

		private final AtomicReference<String> outcome = new AtomicReference<>();

		@Override
		public void onStart(SignalPublishContext context) {
			this.outcome.set(context.getLowCardinalityKeyValue("outcome").getValue());
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof SignalPublishContext;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingStart extends Unobserved {

		@Bean
		@Order(1)
		Active active() {
			return new Active();
		}

		@Bean
		@Order(2)
		ObservationHandler<Observation.Context> failing() {
			return new ObservationHandler<>() {

				@Override
				public void onStart(Observation.Context context) {
					throw new IllegalStateException("no disk");
				}

				@Override
				public boolean supportsContext(Observation.Context context) {
					return context instanceof SignalPublishContext;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingObservations extends Unobserved implements ObservationHandler<Observation.Context> {

		private volatile int calls;

		private RuntimeException fail() {
			this.calls++;
			throw new IllegalStateException("no disk");
		}

		@Override
		public void onStart(Observation.Context context) {
			if (context.getName().endsWith("publish")) {
				throw fail();
			}
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			throw fail();
		}

		@Override
		public void onScopeClosed(Observation.Context context) {
			throw fail();
		}

		@Override
		public void onError(Observation.Context context) {
			throw fail();
		}

		@Override
		public void onStop(Observation.Context context) {
			throw fail();
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof SignalPublishContext || context instanceof SignalReceiverContext;
		}

	}

}
