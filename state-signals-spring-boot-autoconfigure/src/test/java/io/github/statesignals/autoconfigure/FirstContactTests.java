package io.github.statesignals.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalExporterFactory;
import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalGatewayFactory;
import io.github.statesignals.SignalResponder;
import io.github.statesignals.SignalResponderFactory;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Channel;
import io.github.statesignals.autoconfigure.StateSignalsProperties.Delivery;
import io.github.statesignals.autoconfigure.gateways.Alarms;
import io.github.statesignals.core.InMemoryBroker;
import io.github.statesignals.handler.DefaultSignalGatewayFactory;
import io.github.statesignals.redis.durable.store.DurableChannel.Start;
import io.github.statesignals.transport.SignalTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * An application that could not receive or publish signals logs the reason, or does not
 * start.
 */
@ExtendWith(OutputCaptureExtension.class)
class FirstContactTests {

	private static final String INFO = "logging.level.io.github.statesignals=info";

	@AfterEach
	void resetLevel() {
		LoggingSystem.get(getClass().getClassLoader()).setLogLevel("io.github.statesignals", null);
	}

	@Test
	void startLogsHandledAndPublishedEvents(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(Handling.class, INFO,
				"state-signals.exporter.legal-events=go,halt", "state-signals.exporter.process-name=conductor")) {
			assertThat(output.getOut())
				.containsOnlyOnce("Signals: responder 'test' handles [start, stop] on the default channel; "
						+ "responder 'cache' handles [flip] on channel 'orders'; "
						+ "exporter 'conductor' publishes [go, halt] on the default channel");
			assertThat(output.getOut()).doesNotContain("Signals stopped");
			context.stop();
			assertThat(output.getOut()).containsOnlyOnce("Signals stopped");
			context.start();
		}
		assertThat(output.getOut()).containsOnlyOnce("Signals: ");
	}

	@Test
	void channelThatIsNotConfiguredAndSimilarToOneThatIsIsReported(CapturedOutput output) {
		String[] properties = { "state-signals.channels.order.delivery=broadcast",
				"state-signals.channels.stores.delivery=broadcast" };
		run(Handling.class, properties).close();
		assertThat(output.getOut())
			.containsOnlyOnce("The channel 'orders' is not in 'state-signals.channels'. Did you mean 'order'? "
					+ "If not, set its delivery to broadcast there to hide this warning")
			.doesNotContain("stores'");
		for (String silent : List.of("state-signals.channels.orders.delivery=broadcast",
				"state-signals.channels.billing.delivery=broadcast", "state-signals.channel=order")) {
			int logged = output.getOut().length();
			run(Handling.class, silent).close();
			assertThat(output.getOut().substring(logged)).as(silent).doesNotContain("Did you mean");
		}
	}

	@Test
	void channelOfAnExporterIsReportedToo(CapturedOutput output) {
		run(OverMemory.class, "state-signals.channel=ordres", "state-signals.channels.orders.delivery=broadcast",
				"state-signals.exporter.legal-events=go")
			.close();
		assertThat(output.getOut())
			.containsOnlyOnce("The channel 'ordres' is not in 'state-signals.channels'. " + "Did you mean 'orders'?");
	}

	@Test
	void channelThatIsUsedAfterTheStartIsReportedToo(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run(OverMemory.class,
				"state-signals.channels.orders.delivery=broadcast",
				"state-signals.channels.stores.delivery=broadcast")) {
			SignalExporterFactory exporters = context.getBean(SignalExporterFactory.class);
			exporters.create("late", "orders");
			assertThat(output.getOut()).doesNotContain("Did you mean");
			exporters.create("late", "ordres");
			exporters.create("later", "ordres", "host");
			context.getBean(SignalResponderFactory.class).get("late", "storse");
		}
		assertThat(output.getOut())
			.containsOnlyOnce("The channel 'ordres' is not in 'state-signals.channels'. Did you mean 'orders'?")
			.containsOnlyOnce("The channel 'storse' is not in 'state-signals.channels'. Did you mean 'stores'?");
	}

	// As environment variables name it.
	@ParameterizedTest
	@CsvSource({ "EU, eu", "ORDERS, orders", "my-very-own-orders, myveryownorders", "a.b, ab" })
	void channelThatDiffersFromAConfiguredOneInCaseOrSeparatorsIsReported(String used, String configured,
			CapturedOutput output) {
		run(OverMemory.class, "state-signals.channel=" + used, "state-signals.exporter.legal-events=go",
				"state-signals.channels." + configured + ".delivery=broadcast")
			.close();
		assertThat(output.getOut()).containsOnlyOnce(
				"The channel '" + used + "' is not in 'state-signals.channels'. Did you mean '" + configured + "'?");
	}

	@Test
	void startLogsALineOfBoundedLength(CapturedOutput output) {
		String events = String.join(",", IntStream.range(0, 1_000).mapToObj((i) -> "event-" + i).toList());
		run(OverMemory.class, INFO, "state-signals.exporter.legal-events=" + events).close();
		assertThat(output.getOut()).contains("publishes [event-0, event-1, ")
			.contains(", event-9, 990 more] on the default channel");
	}

	@Test
	void starterAloneLogsNothing(CapturedOutput output) {
		run(OverMemory.class, INFO).close();
		assertThat(output.getOut()).doesNotContain("Signals: ")
			.doesNotContain("Signals stopped")
			.doesNotContain("WARN");
	}

	@ParameterizedTest
	@CsvSource({ "exporter.legal-event, exporter.legal-events", "exporter.legalEvent, exporter.legal-events",
			"legal-events, exporter.legal-events", "exporters.legal-events, exporter.legal-events",
			"responder.response-timeout, exporter.response-timeout", "conect-timeout, connect-timeout",
			"exporter.legal-event[0], exporter.legal-events", "channels.orders.retension, channels.<name>.retention",
			"channels.[a.b].deliver, channels.<name>.delivery", "channels.a.b.delivery, channels[a.b].delivery",
			"channels.My_A.b.delivery, channels[My_A.b].delivery", "channels[7].delivry, channels.<name>.delivery",
			"channels.a.b].delivery, channels.<name>.delivery", "signing.keys.a].b.secret, signing.keys.<name>.secret",
			"enable, enabled", "channel[0], channel", "channel.name, channel", "connect-timeout[0], connect-timeout",
			"channels.orders.delivery[0], channels.<name>.delivery",
			"channels.orders.delivery.a, channels.<name>.delivery", "exporter.legal-events.a, exporter.legal-events" })
	void propertyThatDoesNotExistIsReportedWithTheNearestOne(String property, String nearest, CapturedOutput output) {
		run(OverMemory.class, "state-signals." + property + "=1").close();
		assertThat(output.getOut()).containsOnlyOnce("The property 'state-signals." + property
				+ "' (commandLineArgs) does not exist and has no effect. Did you mean 'state-signals." + nearest
				+ "'?");
	}

	@ParameterizedTest
	@CsvSource({ "channels.two words.delivery, channels.twowords.delivery",
			"channels.or:ders.delivery, channels.orders.delivery",
			"channels.${no-such}.delivery, channels.no-such.delivery",
			"signing.keys.k 1.secret, signing.keys.k1.secret" })
	void nameThatWouldBeAnotherFailsTheStart(String property, String read, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, "state-signals." + property + "=durable"))
			.contains(
					"The property 'state-signals." + property + "' (commandLineArgs) would set 'state-signals." + read)
			.contains("Correct the name: it consists of letters, digits, '_' and '-', and '.' in brackets");
	}

	@ParameterizedTest
	@CsvSource({ "channels[0].name, channels", "signing.keys[0].id, signing.keys" })
	void listOfNamesFailsTheStart(String property, String map, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, "state-signals." + property + "=orders"))
			.contains("The property 'state-signals." + property + "' (commandLineArgs) does not exist in a list")
			.contains("Write a map: 'state-signals." + map + ".<name>'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "state-signal.exporter.legal-events", "state-signal.exporter.legalEvents[0]",
			"stateSignal.enabled", "state-singals.connect-timeout", "statesignal.channels.orders.delivery",
			"states-signals.channels.[a.b].retention", "spring.state-signals.channel" })
	void prefixThatIsMisspeltIsReported(String property, CapturedOutput output) {
		run(OverMemory.class, property + "=").close();
		assertThat(output.getOut()).containsOnlyOnce("The property '" + property + "' (commandLineArgs) has no effect, "
				+ "because its prefix is not 'state-signals'");
	}

	@Test
	void misspeltPrefixIsReportedOnce(CapturedOutput output) {
		run(OverMemory.class, "state-signal.exporter.max-pending=7", "state-signal.exporter.legal-events=a",
				"state-signal.enabled=false")
			.close();
		assertThat(output.getOut()).containsOnlyOnce("has no effect, because its prefix is not 'state-signals'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "zookeeper-quorum-members", "channels.a.b", "channels.orders.foo" })
	void propertyWithoutASimilarOneIsReportedAlone(String property, CapturedOutput output) {
		run(OverMemory.class, "state-signals." + property + "=3").close();
		assertThat(output.getOut()).contains("The property 'state-signals." + property + "'")
			.contains("does not exist and has no effect.")
			.doesNotContain("Did you mean");
	}

	@ParameterizedTest
	@ValueSource(strings = { "state-signals.exporter.legalEvents=a", "stateSignals.exporter.legal_events=a",
			"state-signals.exporter.LEGAL-EVENTS=a", "state-signals.exporter.legal-events[0]=a",
			"state-signals.channels.orders.delivery=broadcast", "state-signals.channels.[a.b].retention=1d",
			"state-signals.channels.my_orders.delivery=broadcast", "state-signals.channels[7].delivery=broadcast",
			"state-signals.channels.[legal-event].delivery=broadcast", "state-signals-of-another.kind=1",
			"statesignals.enabled=true", "my.state-signals.legal-event=1", "state_signals.enabled=true",
			"state-signal-foo.enabled=1", "state-signal-x.exporter.legal-events=1", "state-signal.port=1",
			"state-signal=1", "state-machine.enabled=1", "state.signal=1", "spring.state-signals-cloud.enabled=1",
			"static-signals.channels=1", "state-signals.channels=", "state-signals.channels.orders=",
			"state-signals.channels.delivery=", "state-signals.signing.keys=" })
	void propertyThatExistsIsNotReported(String property, CapturedOutput output) {
		run(OverMemory.class, property).close();
		assertThat(output.getOut()).doesNotContain("has no effect");
	}

	@ParameterizedTest
	@ValueSource(strings = { "orders", "[a.b]" })
	void retentionOfAChannelThatIsNotDurableIsReported(String channel, CapturedOutput output) {
		String property = "state-signals.channels." + channel;
		run(OverMemory.class, property + ".retention=30d").close();
		assertThat(output.getOut()).containsOnlyOnce("The property '" + property
				+ ".retention' is ignored, because the channel is not durable and stores no signals. Set '" + property
				+ ".delivery' to durable, or remove it");
		int logged = output.getOut().length();
		run(OverMemory.class, property + ".delivery=broadcast").close();
		assertThat(output.getOut().substring(logged)).doesNotContain("is ignored");
	}

	@ParameterizedTest
	@ValueSource(strings = { "key=k1", "keys.k1.secret=0123456789", "file=keys.properties" })
	void keysOfSignaturesThatSignNothingAreReported(String property, CapturedOutput output) {
		run(OverMemory.class, "state-signals.signing." + property).close();
		assertThat(output.getOut())
			.containsOnlyOnce("The keys of 'state-signals.signing' are ignored, because no channel is signed. "
					+ "Set 'state-signals.signing.mode' to require or verify, or to off to hide this warning")
			.doesNotContain("0123456789");
		int logged = output.getOut().length();
		run(OverMemory.class, "state-signals.signing." + property, "state-signals.signing.mode=off").close();
		assertThat(output.getOut().substring(logged)).doesNotContain("are ignored");
	}

	// As in YAML, where all properties of the group are comments.
	@ParameterizedTest
	@CsvSource({ "exporter, legal-events", "responder, name", "protocol, extensions", "signing, mode",
			"tracing, in-metadata" })
	void emptyGroupFailsTheStartWithItsRemedy(String group, String member, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, "state-signals." + group + "="))
			.contains("The property 'state-signals." + group + "' is empty.")
			.contains("Remove it, or set 'state-signals." + group + "." + member + "'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "signing.mode", "protocol.extensions", "responder.unhandled", "responder.expired",
			"channels.my_orders.delivery", "channels.orders.DELIVERY", "channels[a.b].start", "channels[7].signing" })
	void choiceThatIsBlankFailsTheStart(String property, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, "state-signals." + property + "=${none:}"))
			.contains("'state-signals." + property + "'")
			.contains("It must not be blank. Set a value, or remove the property.");
	}

	@ParameterizedTest
	@CsvSource({ "channels.[].delivery, channels.delivery, channels.<name>.delivery",
			"channels..retention, channels.retention, channels.<name>.retention",
			"signing.keys.[].secret, signing.keys.secret, signing.keys.<name>.secret" })
	void keyThatIsEmptyFailsTheStart(String property, String read, String right, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, "state-signals." + property + "=durable-0123456789"))
			.contains("The property 'state-signals." + read + "' lacks a name")
			.contains("Set 'state-signals." + right + "' instead")
			.doesNotContain("0123456789");
	}

	@ParameterizedTest
	@CsvSource({ "state-signals.channels.orders, delivery", "state-signals.signing.keys.k1, secret",
			"state-signals.channels.my_orders, delivery", "state-signals.signing.keys.My_Key, secret",
			"state-signals.channels[a.b], delivery", "state-signals.signing, mode",
			"state-signals.tracing, in-metadata", "state-signals.protocol, extensions",
			"state-signals.exporter, legal-events", "state-signals.responder, name" })
	void valueInThePlaceOfPropertiesFailsTheStart(String property, String member, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, property + "=durable-0123456789"))
			.contains("'" + property + "'", "has a value instead of properties")
			.contains("Set '" + property + "." + member + "'")
			.doesNotContain("0123456789");
	}

	// An index would be the name.
	@ParameterizedTest
	@CsvSource({ "state-signals.channels, state-signals.channels.<name>.delivery",
			"state-signals.channels[0], state-signals.channels.<name>.delivery",
			"state-signals.signing.keys, state-signals.signing.keys.<name>.secret",
			"state-signals.signing.keys[1], state-signals.signing.keys.<name>.secret" })
	void valueInThePlaceOfNamesFailsTheStart(String property, String right, CapturedOutput output) {
		assertThat(report(output, OverMemory.class, property + "=durable-0123456789"))
			.contains("'" + property + "'", "has a value instead of properties")
			.contains("Set '" + right + "' instead")
			.doesNotContain("0123456789");
	}

	@Test
	void environmentVariableThatLooksLikeATypingErrorIsReported(CapturedOutput output) {
		warn("STATE_SIGNALS_EXPORTER_LEGAL_EVENT", "STATESIGNALS_EXPORTER_LEGALEVENT_0",
				"STATE_SIGNALS_EXPORTER_LEGALEVENTS", "STATESIGNALS_CONNECT_TIMEOUT");
		assertThat(output.getOut())
			.contains("The environment variable 'STATE_SIGNALS_EXPORTER_LEGAL_EVENT' has no effect. "
					+ "Did you mean 'STATESIGNALS_EXPORTER_LEGALEVENTS', "
					+ "for the property 'state-signals.exporter.legal-events'?")
			.contains("The environment variable 'STATESIGNALS_EXPORTER_LEGALEVENT_0' has no effect.")
			.contains("The environment variable 'STATE_SIGNALS_EXPORTER_LEGALEVENTS' has no effect. "
					+ "Did you mean 'STATESIGNALS_EXPORTER_LEGALEVENTS'")
			.contains("The environment variable 'STATESIGNALS_CONNECT_TIMEOUT' has no effect. "
					+ "Did you mean 'STATESIGNALS_CONNECTTIMEOUT'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "STATE_SIGNALS_CHANNELS_ORDERS_DELIVERY", "STATESIGNALS_CHANNELS_NIGHT_SHIFT_DELIVERY",
			"STATESIGNALS_CHANNELS_ORDERS_DELIVRY", "STATE_SIGNALS_CHANNELS_DOTTED_ONE_DELIVERY",
			"STATESIGNALS_CHANNELS_KNOWN_ONE_DELIVERY" })
	void environmentVariableThatConfiguresNoChannelIsReported(String variable, CapturedOutput output) {
		warn(variable);
		assertThat(output.getOut()).contains("The environment variable '" + variable + "' has no effect. "
				+ "Did you mean 'STATESIGNALS_CHANNELS_<NAME>_DELIVERY', for the property 'state-signals.channels.<name>.delivery'?");
	}

	@Test
	void environmentVariableWithAMisspeltPrefixIsReported(CapturedOutput output) {
		warn("STATESIGNAL_EXPORTER_LEGALEVENTS", "STATE_SIGNAL_CONNECT_TIMEOUT");
		assertThat(output.getOut())
			.contains("The environment variable 'STATESIGNAL_EXPORTER_LEGALEVENTS' has no effect. "
					+ "Did you mean 'STATESIGNALS_EXPORTER_LEGALEVENTS'")
			.contains("The environment variable 'STATE_SIGNAL_CONNECT_TIMEOUT' has no effect. "
					+ "Did you mean 'STATESIGNALS_CONNECTTIMEOUT'");
	}

	@Test
	void environmentVariableWithAnIndexThatSpringDoesNotReadIsReported(CapturedOutput output) {
		warn("STATE_SIGNALS_EXPORTER_LEGAL_EVENTS_0_", "STATESIGNALS_CHANNEL_0", "STATESIGNALS_CHANNELS_A_DELIVERY_0",
				"STATE_SIGNALS_CHANNELS_A_DELIVRY", "STATE_SIGNALS_CHANNELS_A_PORT", "STATE_SIGNALS_CHANEL_A_DELIVERY");
		assertThat(output.getOut())
			.contains("The environment variable 'STATE_SIGNALS_EXPORTER_LEGAL_EVENTS_0_' has no effect. "
					+ "Did you mean 'STATESIGNALS_EXPORTER_LEGALEVENTS'")
			.contains("The environment variable 'STATESIGNALS_CHANNEL_0' has no effect. "
					+ "Did you mean 'STATESIGNALS_CHANNEL'")
			.contains("The environment variable 'STATESIGNALS_CHANNELS_A_DELIVERY_0' has no effect. "
					+ "Did you mean 'STATESIGNALS_CHANNELS_<NAME>_DELIVERY'")
			.contains("The environment variable 'STATE_SIGNALS_CHANNELS_A_DELIVRY' has no effect. "
					+ "Did you mean 'STATESIGNALS_CHANNELS_<NAME>_DELIVERY'")
			.doesNotContain("A_PORT", "CHANEL");
	}

	@Test
	void environmentVariablesThatAreKnownOrUnrelatedAreNotReported(CapturedOutput output) {
		warn("STATESIGNALS_EXPORTER_LEGALEVENTS", "STATE_SIGNALS_EXPORTER_LEGAL_EVENTS",
				"STATESIGNALS_EXPORTER_LEGALEVENTS_0", "STATESIGNALS_EXPORTER_LEGALEVENTS_0_",
				"STATE_SIGNALS_EXPORTER_LEGAL_EVENTS_0", "STATESIGNALS_CHANNELS_ORDERS_DELIVERY",
				"STATE_SIGNALS_CHANNELS_KNOWN_ONE_RETENTION", "STATESIGNALS_CHANNELS_LOW_ONE_RETENTION",
				"STATE_SIGNALS_CHANNELS_LOW_ONE_START", "STATE_SIGNALS_SERVICE_HOST", "STATE_SIGNALS_PORT",
				"STATE_SIGNALS_PORT_8080_TCP_ADDR", "STATE_SIGNALS_TEST_REDIS", "STATE_SIGNALS_TEST_PYTHON", "PATH",
				"STATE_SIGNAL_PORT", "STATE_SIGNAL_SERVICE_HOST", "STATE_SIGNAL_FOO_CHANNEL", "STATE", "_");
		assertThat(output.getOut()).doesNotContain("has no effect");
	}

	@Test
	void handlerWithoutRedisFailsTheStart(CapturedOutput output) {
		assertThat(report(output, WithoutRedis.class))
			.contains("@OnSignal method " + WithoutRedis.class.getName()
					+ ".start() can't receive signals: no RedisConnectionFactory was found")
			.contains("Add a Redis driver", "lettuce-core", "jedis", "Do not exclude DataRedisAutoConfiguration")
			.contains("'state-signals.enabled=false'");
	}

	@Test
	void handlerWithoutRedisStartsIfSignalsAreDisabled() {
		run(WithoutRedis.class, "state-signals.enabled=false").close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "yess", "", "${MISSING}" })
	void switchThatIsNoBooleanFailsTheStart(String value, CapturedOutput output) {
		assertThat(report(output, WithoutAnything.class, "state-signals.enabled=" + value))
			.contains("Property: state-signals.enabled")
			.contains("Value: \"" + value + "\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "on", "yes", "1", "TRUE", "true " })
	void switchIsOnInEveryForm(String value) {
		try (ConfigurableApplicationContext context = run(OverMemory.class, "state-signals.enabled=" + value)) {
			assertThat(context.getBeansOfType(SignalExporter.class)).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "off", "no", "0", "False" })
	void switchIsOffInEveryForm(String value) {
		try (ConfigurableApplicationContext context = run(OverMemory.class, "state-signals.enabled=" + value)) {
			assertThat(context.getBeansOfType(SignalExporter.class)).isEmpty();
		}
	}

	@Test
	void applicationWithoutRedisAndHandlersStarts() {
		run(WithoutAnything.class).close();
	}

	@ParameterizedTest
	@ValueSource(classes = { NeedsExporter.class, NeedsResponder.class, NeedsFactory.class, NeedsGateway.class })
	void missingBeanOfDisabledSignalsIsExplained(Class<?> application, CapturedOutput output) {
		assertThat(report(output, application, "STATE_SIGNALS_ENABLED=true", "state-signals.enabled=false"))
			.contains("required a bean of type 'io.github.statesignals.")
			.contains("'state-signals.enabled' is false")
			.contains("Set 'state-signals.enabled=true', or inject an ObjectProvider");
	}

	@Test
	void otherMissingBeansAreNotExplained() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		MissingSignalBeanFailureAnalyzer analyzer = new MissingSignalBeanFailureAnalyzer(beans,
				new StandardEnvironment());
		assertThat(analyzer.analyze(new NoSuchBeanDefinitionException("exporter"))).isNull();
		assertThat(analyzer.analyze(new NoSuchBeanDefinitionException(String.class))).isNull();
		assertThat(analyzer.analyze(new NoUniqueBeanDefinitionException(SignalExporter.class, "a", "b"))).isNull();
		NoSuchBeanDefinitionException missing = new NoSuchBeanDefinitionException(SignalExporter.class);
		assertThat(analyzer.analyze(missing)).isNotNull();
		// The application has signals, and has defined its exporters otherwise.
		beans.registerSingleton("gateways", new DefaultSignalGatewayFactory(beans));
		assertThat(analyzer.analyze(missing)).isNull();
	}

	@Test
	void missingBeanWithoutRedisIsExplained(CapturedOutput output) {
		assertThat(report(output, NeedsExporterWithoutRedis.class)).contains("no RedisConnectionFactory was found")
			.contains("Do not exclude DataRedisAutoConfiguration");
	}

	// A slice such as @WebMvcTest applies no auto-configuration of Redis either.
	@ParameterizedTest
	@ValueSource(classes = { NeedsExporterAlone.class, NeedsExporterInSlice.class })
	void missingBeanWithoutAutoConfigurationIsExplained(Class<?> application, CapturedOutput output) {
		assertThat(report(output, application)).contains("StateSignalsAutoConfiguration is not applied")
			.contains("@SpringBootApplication", "@AutoConfigureSignals");
	}

	@Test
	void gatewayInAPackageWithoutScanningIsExplained(CapturedOutput output) {
		assertThat(report(output, NeedsGateway.class)).contains("'" + Alarms.class.getName() + "'")
			.contains("no scanned package has the @SignalGateway interface")
			.contains("@Bean Alarms gateway(SignalGatewayFactory gateways) { return gateways.create(Alarms.class); }");
	}

	@Test
	void gatewayThatIsNoInterfaceFailsTheStart(CapturedOutput output) {
		assertThat(report(output, Scanning.class, "gateways=gateways", "spring.profiles.active=misplaced"))
			.contains("@SignalGateway is on the class " + Misplaced.class.getName())
			.contains("Make it an interface");
	}

	@Test
	void gatewayThatCanNotPublishIsExplained(CapturedOutput output) {
		assertThat(report(output, DefinesInvalidGateway.class))
			.contains("Description:", "Signal gateway method " + Invalid.class.getName() + ".start returns ")
			.contains("Action:", "Return SignalResult");
	}

	@Test
	void gatewayInAPackageOfComponentScanIsABean() {
		try (ConfigurableApplicationContext context = run(Scanning.class, "gateways=gateways")) {
			assertThat(context.getBeansOfType(Alarms.class)).hasSize(1);
			assertThat(context.getBeansOfType(io.github.statesignals.autoconfigure.gateways.other.Alarms.class))
				.hasSize(1);
		}
	}

	@Test
	void annotationsOfAGatewayApplyToItsBean() {
		try (ConfigurableApplicationContext context = run(Scanning.class, "gateways=annotated")) {
			ConfigurableListableBeanFactory beans = context.getBeanFactory();
			assertThat(context.getBean(io.github.statesignals.autoconfigure.annotated.Alarms.class))
				.isInstanceOf(io.github.statesignals.autoconfigure.annotated.Alarms.Main.class);
			assertThat(beans.containsSingleton("alarms.Spare")).isFalse();
			assertThat(BeanFactoryAnnotationUtils.qualifiedBeanOfType(beans,
					io.github.statesignals.autoconfigure.annotated.Alarms.class, "spare"))
				.isInstanceOf(io.github.statesignals.autoconfigure.annotated.Alarms.Spare.class);
			assertThat(context.getBeansOfType(io.github.statesignals.autoconfigure.annotated.Alarms.class)).hasSize(2);
		}
	}

	private static void warn(String... variables) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
					new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
							Map.copyOf(List.of(variables)
								.stream()
								.collect(Collectors.toMap((name) -> name, (name) -> (Object) "1")))));
		StateSignalsProperties properties = new StateSignalsProperties();
		for (String channel : List.of("known-one", "low_one", "dotted.one")) {
			properties.getChannels().put(channel, new Channel(Delivery.DURABLE, Duration.ofDays(7), Start.NEW, null));
		}
		UnknownProperties.check(environment, properties);
	}

	private static String report(CapturedOutput output, Class<?> application, String... properties) {
		assertThatException().isThrownBy(() -> run(application, properties).close());
		String[] parts = output.getOut().split("APPLICATION FAILED TO START");
		assertThat(parts).as("the output around the report").hasSize(2);
		return parts[1];
	}

	private static ConfigurableApplicationContext run(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties(Map.of("spring.main.banner-mode", "off", "spring.main.register-shutdown-hook", "false",
					"spring.application.name", "test"))
			.run(List.of(properties).stream().map((property) -> "--" + property).toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(StateSignalsAutoConfiguration.class)
	static class OverMemory {

		@Bean
		SignalTransport transport() {
			return new InMemoryBroker().transport();
		}

	}

	static class Handling extends OverMemory {

		@OnSignal(event = { "stop", "start" })
		void handle(Signal signal) {
		}

		@OnSignal(event = "flip", responder = "cache", channel = "orders")
		void flip() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(StateSignalsAutoConfiguration.class)
	static class WithoutAnything {

	}

	static class WithoutRedis extends WithoutAnything {

		@OnSignal(event = "start")
		void start() {
		}

	}

	static class NeedsExporter extends OverMemory {

		NeedsExporter(SignalExporter exporter) {
		}

	}

	static class NeedsResponder extends OverMemory {

		@Bean
		String responderId(SignalResponder responder) {
			return responder.getResponderId();
		}

	}

	static class NeedsFactory extends OverMemory {

		@Bean
		SignalExporter audit(SignalExporterFactory factory) {
			return factory.create("audit");
		}

	}

	static class NeedsGateway extends OverMemory {

		@Bean
		String gateway(Alarms alarms) {
			return alarms.toString();
		}

	}

	@SignalGateway
	@Profile("misplaced")
	static class Misplaced {

	}

	interface Invalid {

		String start();

	}

	static class DefinesInvalidGateway extends OverMemory {

		@Bean
		Invalid gateway(SignalGatewayFactory gateways) {
			return gateways.create(Invalid.class);
		}

	}

	static class NeedsExporterWithoutRedis extends WithoutAnything {

		NeedsExporterWithoutRedis(SignalExporter exporter) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(DataRedisAutoConfiguration.class)
	static class NeedsExporterAlone {

		NeedsExporterAlone(SignalExporter exporter) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NeedsExporterInSlice {

		NeedsExporterInSlice(SignalExporter exporter) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@ComponentScan(basePackages = "io.github.statesignals.autoconfigure.${gateways}")
	static class Scanning extends OverMemory {

	}

}
