package io.github.statesignals;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.modifier.Visibility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.web.bind.annotation.RequestParam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Interfaces that publish signals.
 */
@ExtendWith(OutputCaptureExtension.class)
class SignalGatewayTests {

	@RegisterExtension
	private static final Applications applications = new Applications();

	private static ConfigurableApplicationContext context;

	private BlockingQueue<Signal> received;

	@BeforeAll
	static void startGateways() {
		context = applications.start(Scanned.class);
	}

	@BeforeEach
	void startReceiver() {
		SignalExporter exporter = context.getBean(SignalExporter.class);
		exporter.shutdown();
		this.received = applications.start(Receiver.class).getBean(Receiver.class).received;
		assertThat(
				exporter.initializeAndWait(1, Duration.ofSeconds(20), "alarm", "benchmark-start", "reload", "refuse"))
			.isTrue();
	}

	@Test
	void anAnnotatedInterfaceInAScannedPackageIsABean() throws InterruptedException {
		Alarms alarms = context.getBean(Alarms.class);
		assertThat(alarms.raise(new Alarm("disk full")).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.event()).isEqualTo("alarm");
			assertThat(signal.metadata()).isEqualTo(Map.of("reason", "disk full"));
		});
		assertThat(alarms).hasToString("signal gateway " + Alarms.class.getName())
			.isEqualTo(alarms)
			.hasSameHashCodeAs(alarms)
			.isNotEqualTo(context.getBean(SignalGatewayFactory.class).create(Alarms.class));
	}

	@Test
	void gatewayWhoseNameAnUnrelatedBeanHasIsABeanAllTheSame() {
		ConfigurableApplicationContext context = applications.start(NameTaken.class);
		assertThat(context.getBean("signalGatewayTests.Alarms")).isEqualTo("unrelated");
		assertThat(context.getBean(Alarms.class)).isSameAs(context.getBean(Alarms.class.getName()));
	}

	@Test
	void gatewayThatTheApplicationDefinesUnderTheNameIsTheOnlyOne() {
		assertThat(applications.start(Defined.class).getBeanNamesForType(Alarms.class))
			.containsExactly("signalGatewayTests.Alarms");
	}

	@Test
	void parametersBecomeFieldsAndMetadata() throws InterruptedException {
		Alarms alarms = context.getBean(Alarms.class);
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
		OptionalFields gateway = context.getBean(SignalGatewayFactory.class).create(OptionalFields.class);
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
	void aHeaderWithoutANameIsNamedAsItsParameter() throws InterruptedException {
		Named gateway = context.getBean(SignalGatewayFactory.class).create(Named.class);
		assertThat(gateway.reload("run-7", BigInteger.TEN, "u1", "host-1").isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.tag()).isEqualTo("run-7");
			assertThat(signal.sampleNo()).isEqualTo(10);
			assertThat(signal.metadata()).isEqualTo(Map.of("uuid", "u1", "runnerHost", "host-1"));
		});
		assertThatExceptionOfType(ArithmeticException.class)
			.isThrownBy(() -> gateway.reload("run-7", BigInteger.TWO.pow(63), "u1", "host-1"));
	}

	// The name of a parameter matters where it becomes that of an entry.
	@Test
	void aTypedSignalAndAMapMayBeNamedAsFields() throws InterruptedException {
		Typed gateway = context.getBean(SignalGatewayFactory.class).create(Typed.class);
		assertThat(gateway.raise(new Alarm("disk full"), new Alarm("logs"), null).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.event()).isEqualTo("reload");
			assertThat(signal.tag()).isEqualTo(Signal.NO_TAG);
			assertThat(signal.metadata()).isEqualTo(Map.of("reason", "disk full", "cause", Map.of("reason", "logs")));
		});
	}

	@Test
	void aMethodReturnsItsDeclaredType() throws InterruptedException {
		Alarms alarms = context.getBean(Alarms.class);
		alarms.reload();
		assertThat(this.received.poll(20, TimeUnit.SECONDS).event()).isEqualTo("reload");
		assertThat(alarms.refuse()).isFalse();
		assertThat(alarms.refused()).isEqualTo(ResultCode.SUB_FAILED);
		assertThat(alarms.twice()).isEqualTo("SUB_FAILED SUB_FAILED");
		assertThat(alarms.prefixed("code: ")).isEqualTo("code: SUB_FAILED");
	}

	@Test
	@Timeout(60)
	void theExporterAndTheTimeoutAreThoseOfTheAnnotation(CapturedOutput output) throws InterruptedException {
		ConfigurableApplicationContext context = applications.start(Exporters.class, "exporter.response-timeout=-1s",
				"exporter.max-pending=1");
		SignalExporter second = context.getBean("second", SignalExporter.class);
		assertThat(second.initializeAndWait(2, Duration.ofSeconds(20), "hang")).isTrue();
		Impatient gateway = context.getBean(SignalGatewayFactory.class).create(Impatient.class);
		CompletableFuture<SignalResult> pending = second.signal("hang").publishAsync();
		try {
			gateway.hang();
			assertThat(output).contains("Impatient.hang() could not publish: ")
				.contains(TaskRejectedException.class.getName());
			pending.cancel(false);
			assertThat(gateway.hangAgain()).isEqualTo(ResultCode.MISSING_RESPONSE);
		}
		finally {
			context.getBean(Exporters.class).answer.complete(Acknowledgement.success());
		}
		assertThat(this.received.poll(20, TimeUnit.SECONDS).processName()).isEqualTo("second");
	}

	@Test
	void nullIsNoTypedSignal() {
		Alarms alarms = context.getBean(Alarms.class);
		assertThatIllegalArgumentException().isThrownBy(() -> alarms.raise(null))
			.withMessageContaining("Alarms.raise is called with null for its typed signal")
			.withMessageContaining("@SignalEvent");
	}

	@Test
	void typedSignalOfAGenericInterfaceIsTheWholeMetadata() throws InterruptedException {
		GenericAlarms gateway = context.getBean(SignalGatewayFactory.class).create(GenericAlarms.class);
		assertThat(gateway.raise(new Alarm("disk full")).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS)).satisfies((signal) -> {
			assertThat(signal.event()).isEqualTo("alarm");
			assertThat(signal.metadata()).isEqualTo(Map.of("reason", "disk full"));
		});
	}

	@Test
	void subinterfaceDefinesTheTypesOfAGenericInterface() throws InterruptedException {
		Defining gateway = context.getBean(SignalGatewayFactory.class).create(Defining.class);
		assertThat(gateway.reload(3L).isSuccess()).isTrue();
		assertThat(this.received.poll(20, TimeUnit.SECONDS).sampleNo()).isEqualTo(3);
		assertThat(gateway.refuse().join().code()).isEqualTo(ResultCode.SUB_FAILED);
	}

	@Test
	void anyInterfaceCanBeAGatewayAndInvalidMethodsAreRefused() {
		SignalGatewayFactory factory = context.getBean(SignalGatewayFactory.class);
		assertThat(Plain.of(factory).reload().isSuccess()).isTrue();
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(Unusable.class))
			.withMessageContaining("Unusable.reload")
			.withMessageContaining("Return SignalResult");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(Wrapped.class))
			.withMessageContaining("Wrapped.reload")
			.withMessageContaining("Return SignalResult");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(TwoTyped.class))
			.withMessageContaining("TwoTyped.raise takes more than one typed signal");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(ReservedType.class))
			.withMessageContaining("ReservedType.raise takes a typed signal without an event")
			.withMessageContaining("reserved");
		// Compiled without the names.
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(Unnamed.class))
			.withMessageContaining("Consumer.accept(")
			.withMessageContaining("-parameters");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(unnamedHeader()))
			.withMessageContaining("UnnamedHeader.reload(")
			.withMessageContaining("-parameters");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(NamedTag.class))
			.withMessageContaining("NamedTag.reload takes a parameter 'tag'")
			.withMessageContaining("@Header(\"tag\")");
		assertThatIllegalArgumentException().isThrownBy(() -> factory.create(RequestParameter.class))
			.withMessageContaining("RequestParameter.reload has a parameter with @RequestParam")
			.withMessageContaining("@Header(\"name\")");
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

	// Compiled without the names, too.
	private static Class<?> unnamedHeader() {
		return new ByteBuddy().makeInterface()
			.name(SignalGatewayTests.class.getName() + "$UnnamedHeader")
			.defineMethod("reload", SignalResult.class, Visibility.PUBLIC)
			.withParameter(String.class)
			.annotateParameter(MergedAnnotation.of(Header.class).synthesize())
			.withoutCode()
			.make()
			.load(SignalGatewayTests.class.getClassLoader())
			.getLoaded();
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

		default String prefixed(String prefix) {
			return prefix + refused();
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

	@SignalGateway(exporter = "second", timeout = "100")
	interface Impatient {

		void hang();

		@SignalEvent("hang")
		ResultCode hangAgain();

	}

	interface Plain {

		SignalResult reload();

		static Plain of(SignalGatewayFactory factory) {
			return factory.create(Plain.class);
		}

	}

	interface NamedTag {

		SignalResult reload(String tag);

	}

	interface RequestParameter {

		SignalResult reload(@RequestParam("p") String pool);

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

	interface Named {

		SignalResult reload(@Header String tag, @Header("sample_no") BigInteger sampleNo, @Header("uuid") String id,
				String runnerHost);

	}

	interface Typed {

		@SignalEvent("reload")
		SignalResult raise(Alarm event, @Header("cause") Alarm cause, Map<String, Object> tag);

	}

	interface Wrapped {

		Optional<SignalResult> reload();

	}

	interface TwoTyped {

		SignalResult raise(Alarm first, Alarm second);

	}

	record Shutdown(String reason) {
	}

	interface ReservedType {

		SignalResult raise(Shutdown shutdown);

	}

	interface Unnamed extends Consumer<String> {

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

	@Configuration(proxyBeanMethods = false)
	static class Exporters {

		private final CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();

		@Bean
		SignalExporter first(SignalExporterFactory exporters) {
			return exporters.create("first");
		}

		@Bean
		SignalExporter second(SignalExporterFactory exporters) {
			return exporters.create("second");
		}

		@OnSignal(event = "hang")
		CompletableFuture<Acknowledgement> hang() {
			return this.answer;
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
