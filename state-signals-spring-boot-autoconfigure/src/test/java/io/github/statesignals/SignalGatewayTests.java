package io.github.statesignals;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.handler.annotation.Header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Interfaces that publish signals.
 */
class SignalGatewayTests {

	@RegisterExtension
	private final Applications applications = new Applications();

	private ConfigurableApplicationContext context;

	private BlockingQueue<Signal> received;

	@BeforeEach
	void start() {
		this.received = this.applications.start(Receiver.class).getBean(Receiver.class).received;
		this.context = this.applications.start(Scanned.class);
		assertThat(this.context.getBean(SignalExporter.class)
			.initializeAndWait(1, Duration.ofSeconds(20), "alarm", "benchmark-start", "reload", "refuse")).isTrue();
	}

	@Test
	void anAnnotatedInterfaceInAScannedPackageIsABean() throws InterruptedException {
		Alarms alarms = this.context.getBean(Alarms.class);
		assertThat(alarms.raise(new Alarm("disk full")).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.event()).isEqualTo("alarm");
			assertThat(signal.metadata()).isEqualTo(Map.of("reason", "disk full"));
		});
		assertThat(alarms).hasToString("signal gateway " + Alarms.class.getName()).isEqualTo(alarms);
	}

	@Test
	void gatewayWhoseNameAnUnrelatedBeanHasIsABeanAllTheSame() {
		ConfigurableApplicationContext context = this.applications.start(NameTaken.class);
		assertThat(context.getBean("signalGatewayTests.Alarms")).isEqualTo("unrelated");
		assertThat(context.getBean(Alarms.class)).isSameAs(context.getBean(Alarms.class.getName()));
	}

	@Test
	void gatewayThatTheApplicationDefinesUnderTheNameIsTheOnlyOne() {
		assertThat(this.applications.start(Defined.class).getBeanNamesForType(Alarms.class))
			.containsExactly("signalGatewayTests.Alarms");
	}

	@Test
	void parametersBecomeFieldsAndMetadata() throws InterruptedException {
		Alarms alarms = this.context.getBean(Alarms.class);
		assertThat(
				alarms.benchmarkStart("run-7", 3L << 40, "u1", List.of("a"), Map.of("clients", 64)).join().isSuccess())
			.isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.tag()).isEqualTo("run-7");
			assertThat(signal.sampleNo()).isEqualTo(3L << 40);
			assertThat(signal.metadata()).isEqualTo(Map.of("uuid", "u1", "hosts", List.of("a"), "clients", 64));
		});
	}

	@Test
	void anOptionalParameterSetsItsFieldIfItIsPresent() throws InterruptedException {
		OptionalFields gateway = this.context.getBean(SignalGatewayFactory.class).create(OptionalFields.class);
		assertThat(gateway.reload(Optional.of("run-7"), Optional.of(3), Optional.of("u1")).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.tag()).isEqualTo("run-7");
			assertThat(signal.sampleNo()).isEqualTo(3);
			assertThat(signal.metadata()).isEqualTo(Map.of("uuid", "u1"));
		});
		assertThat(gateway.reload(Optional.empty(), Optional.empty(), Optional.empty()).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.tag()).isEqualTo(Signal.NO_TAG);
			assertThat(signal.sampleNo()).isEqualTo(-1);
			assertThat(signal.metadata()).containsOnlyKeys("uuid").containsValue(null);
		});
	}

	@Test
	void aMethodReturnsItsDeclaredType() throws InterruptedException {
		Alarms alarms = this.context.getBean(Alarms.class);
		alarms.reload();
		assertThat(this.received.poll(20, TimeUnit.SECONDS).event()).isEqualTo("reload");
		assertThat(alarms.refuse()).isFalse();
		assertThat(alarms.refused()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(alarms.twice()).isEqualTo("SUB_FAILED SUB_FAILED");
	}

	@Test
	void typedSignalOfAGenericInterfaceIsTheWholeMetadata() throws InterruptedException {
		GenericAlarms gateway = this.context.getBean(SignalGatewayFactory.class).create(GenericAlarms.class);
		assertThat(gateway.raise(new Alarm("disk full")).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.event()).isEqualTo("alarm");
			assertThat(signal.metadata()).isEqualTo(Map.of("reason", "disk full"));
		});
	}

	@Test
	void subinterfaceDefinesTheTypesOfAGenericInterface() throws InterruptedException {
		Defining gateway = this.context.getBean(SignalGatewayFactory.class).create(Defining.class);
		assertThat(gateway.reload(3L).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS).sampleNo()).isEqualTo(3);
		assertThat(gateway.refuse().join().code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void anyInterfaceCanBeAGatewayAndInvalidMethodsAreRefused() {
		SignalGatewayFactory factory = this.context.getBean(SignalGatewayFactory.class);
		assertThat(factory.create(Plain.class).reload().isSuccess()).isTrue();
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(Unusable.class))
			.withMessageContaining("Unusable.reload")
			.withMessageContaining("Return SignalResult");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(NamedTag.class))
			.withMessageContaining("NamedTag.reload takes a parameter 'tag'")
			.withMessageContaining("@Header(\"tag\")");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(NamedSample.class))
			.withMessageContaining("@Header(\"sample_no\")");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(UnnamedSample.class))
			.withMessageContaining("@Header named 'sampleNo'")
			.withMessageContaining("@Header(\"sample_no\")");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(TextSample.class))
			.withMessageContaining("TextSample.reload sets the sample number to a java.lang.String")
			.withMessageContaining("Take a number");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(NamedEvent.class))
			.withMessageContaining("@SignalEvent");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(ReservedEvent.class))
			.withMessageContaining("ReservedEvent.shutdown")
			.withMessageContaining("'shutdown' of the method is reserved")
			.withMessageContaining("@SignalEvent");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(PlaceholderEvent.class))
			.withMessageContaining("PlaceholderEvent.reload")
			.withMessageContaining("placeholder");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(String.class))
			.withMessageContaining("no interface");
	}

	record Alarm(String reason) {
	}

	@SignalGateway(timeout = "${alarm.timeout:20s}")
	interface Alarms {

		SignalResult raise(Alarm alarm);

		CompletableFuture<SignalResult> benchmarkStart(@Header("tag") String tag, @Header("sample_no") long sample,
				String uuid, List<String> hosts, Map<String, Integer> more);

		void reload();

		boolean refuse();

		@SignalEvent("refuse")
		ResultCode refused();

		default String twice() {
			return refused() + " " + refused();
		}

	}

	interface Raising<T> {

		SignalResult raise(T signal);

	}

	interface GenericAlarms extends Raising<Alarm> {

	}

	interface Generic<R, F, N> {

		R reload(@Header("sample_no") N sample);

		F refuse();

	}

	interface Defining extends Generic<SignalResult, CompletableFuture<SignalResult>, Long> {

	}

	interface Plain {

		SignalResult reload();

	}

	interface NamedTag {

		SignalResult reload(String tag);

	}

	interface NamedSample {

		SignalResult reload(int sampleNo);

	}

	interface UnnamedSample {

		SignalResult reload(@Header int sampleNo);

	}

	interface TextSample {

		SignalResult reload(@Header("sample_no") String sample);

	}

	interface OptionalFields {

		SignalResult reload(@Header("tag") Optional<String> tag, @Header("sample_no") Optional<Integer> sample,
				Optional<String> uuid);

	}

	interface ReservedEvent {

		SignalResult shutdown();

	}

	interface PlaceholderEvent {

		@SignalEvent("${events.reload}")
		SignalResult reload();

	}

	interface NamedEvent {

		SignalResult publish(String event, Map<String, Object> metadata);

	}

	interface Unusable {

		String reload();

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = SignalGatewayTests.class)
	static class Scanned {

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = SignalGatewayTests.class)
	static class NameTaken {

		@Bean("signalGatewayTests.Alarms")
		String unrelated() {
			return "unrelated";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = SignalGatewayTests.class)
	static class Defined {

		@Bean("signalGatewayTests.Alarms")
		Alarms alarms(SignalGatewayFactory gateways) {
			return gateways.create(Alarms.class);
		}

	}

	static class Receiver {

		private final BlockingQueue<Signal> received = new LinkedBlockingQueue<>();

		@OnSignal(event = "*")
		Acknowledgement receive(Signal signal) {
			this.received.add(signal);
			return signal.event().equals("refuse") ? Acknowledgement.failure("no") : Acknowledgement.success();
		}

	}

}
