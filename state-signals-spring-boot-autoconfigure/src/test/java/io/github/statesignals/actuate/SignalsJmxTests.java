package io.github.statesignals.actuate;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.management.JMException;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import io.github.statesignals.OnSignal;
import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.autoconfigure.StateSignalsEndpointAutoConfiguration;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.transport.SignalTransport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The endpoint as an MBean.
 */
class SignalsJmxTests {

	private static final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(StateSignalsAutoConfiguration.class,
				StateSignalsEndpointAutoConfiguration.class, EndpointAutoConfiguration.class,
				JmxAutoConfiguration.class, JmxEndpointAutoConfiguration.class, JacksonAutoConfiguration.class))
		.withBean(SignalTransport.class, () -> new InMemoryBroker().transport())
		.withBean(Handlers.class)
		.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=signals",
				"state-signals.exporter.legal-events=start", "state-signals.exporter.process-name=conductor",
				"state-signals.responder.name=cpu", "state-signals.exporter.await-subscribers=1");

	@Test
	void byDefaultOperationsOnlyRead() {
		this.contextRunner.run((context) -> {
			assertThat(operations()).containsExactlyInAnyOrder("signals", "exporter", "responder", "channel",
					"deadLetters");
			assertThat(invoke("signals")).asInstanceOf(InstanceOfAssertFactories.MAP).containsEntry("exporterCount", 1);
			assertThat(invoke("exporter", "conductor")).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("processName", "conductor");
			assertThat(invoke("responder", "cpu", null)).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("name", "cpu");
			assertThat(invoke("channel", "default")).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("durable", false);
			assertThatExceptionOfType(JMException.class)
				.isThrownBy(() -> invoke("publish", "start", null, null, null, null))
				.withMessageContaining("publish");
		});
	}

	@Test
	void operationsChangeWithUnrestrictedAccess() {
		unrestricted().run((context) -> {
			assertThat(invoke("publish", "start", "", "", "{\"run\": 7}", "5s"))
				.asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("success", true)
				.hasEntrySatisfying("answers",
						(answers) -> assertThat(answers).asInstanceOf(InstanceOfAssertFactories.list(Map.class))
							.singleElement(InstanceOfAssertFactories.MAP)
							.containsEntry("outcome", "acted"));
			assertThat(context.getBean(Handlers.class).runs).containsExactly(7);
			invoke("pause", "cpu", "start", "", "");
			assertThat(invoke("publish", "start", null, null, null, null)).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("success", false);
			invoke("resume", "cpu", "start", null, null);
			assertThat(invoke("lock", "cpu", "", "run-7", "")).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("lockedTag", "run-7");
			assertThat(invoke("unlock", "cpu", "")).asInstanceOf(InstanceOfAssertFactories.MAP)
				.doesNotContainKey("lockedTag");
			String responder = (String) ((Map<?, ?>) invoke("responder", "cpu", null)).get("responderId");
			invoke("evict", "conductor", responder);
			assertThat(invoke("exporter", "conductor")).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("subscriberCount", 0);
		});
	}

	@Test
	void wrongArgumentsFailWithTheReason() {
		unrestricted().run((context) -> {
			assertThatExceptionOfType(JMException.class)
				.isThrownBy(() -> invoke("publish", "start", null, null, "[1]", null))
				.withMessageContaining("'metadata' must be a JSON object");
			assertThatExceptionOfType(JMException.class)
				.isThrownBy(() -> invoke("publish", "stop", null, null, null, null))
				.withMessageContaining("There is no exporter of the event 'stop'");
			assertThatExceptionOfType(JMException.class)
				.isThrownBy(() -> invoke("publish", "start", null, null, null, "2m"))
				.withMessageContaining("60s at most");
			assertThatExceptionOfType(JMException.class).isThrownBy(() -> invoke("evict", "conductor", "x"))
				.withMessageContaining("'x' is no subscriber");
		});
	}

	@Test
	void everyParameterCanBeEnteredInAnyClient() {
		unrestricted().run((context) -> assertThat(server.getMBeanInfo(name()).getOperations())
			.flatExtracting((operation) -> Arrays.asList(operation.getSignature()))
			.extracting((parameter) -> parameter.getType())
			.containsOnly("java.lang.String", "java.lang.Integer"));
	}

	private ApplicationContextRunner unrestricted() {
		return this.contextRunner.withPropertyValues("management.endpoint.signals.access=UNRESTRICTED");
	}

	private static List<String> operations() throws JMException {
		return Arrays.stream(server.getMBeanInfo(name()).getOperations()).map(MBeanOperationInfo::getName).toList();
	}

	private static Object invoke(String operation, Object... arguments) throws JMException {
		String[] signature = new String[arguments.length];
		Arrays.fill(signature, "java.lang.String");
		return server.invoke(name(), operation, arguments, signature);
	}

	private static ObjectName name() throws JMException {
		return new ObjectName("org.springframework.boot:type=Endpoint,name=Signals");
	}

	/**
	 * A handler.
	 */
	static class Handlers {

		private final List<Integer> runs = new CopyOnWriteArrayList<>();

		@OnSignal(event = "start")
		void start(Integer run) {
			if (run != null) {
				this.runs.add(run);
			}
		}

	}

}
