package io.github.statesignals;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.resource.EventLoopGroupProvider;
import org.jspecify.annotations.NullMarked;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ReflectionUtils;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Enforces the layers and conventions that {@code docs/architecture.md} describes.
 */
@AnalyzeClasses(packages = ArchitectureTests.ROOT, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	static final String ROOT = "io.github.statesignals";

	/**
	 * The types that can be used from outside of their packages. To add a type here is to
	 * promise that it stays: prefer a package-private one.
	 */
	private static final Set<String> PUBLIC_TYPES = Set.of(
			// Types that users import.
			"Acknowledgement", "CompletionRule", "DeadLetter", "DurableChannels", "InitializationSpec", "OnSignal",
			"OnSignals", "ResponderBacklog", "Response", "ResultCode", "Signal", "SignalArgumentResolver",
			"SignalErrorHandler", "SignalEvent", "SignalExporter", "SignalExporterFactory", "SignalExtensionsKt",
			"SignalGapEvent", "SignalGateway", "SignalGatewayFactory", "SignalHandler", "SignalInterceptor",
			"SignalInterceptor$Handling", "SignalInterceptor$Publishing", "SignalProgress", "SignalProgress$Answered",
			"SignalProgress$Ended", "SignalResponder", "SignalResponder$Registration", "SignalResponderFactory",
			"SignalResult", "SignalResult$Answer", "SignalSpec", "SignalStatus", "SignalStatus$Completeness",
			"SignalsMissedEvent", "SubscriberJoinedEvent", "SubscriberLeftEvent", "SubscriberLeftEvent$Reason",
			// The maps of signals and results.
			"immutable.OrderedMap",
			// Types that transports implement and throw.
			"transport.DurableSignalTransport", "transport.DurableSignalTransport$Listener",
			"transport.DurableSignalTransport$Receipt", "transport.DurableSignalTransport$Retried",
			"transport.DurableSignalTransport$StoredAnswer", "transport.DurableSignalTransport$StoredSignal",
			"transport.LogLimit", "transport.LogText", "transport.ResponseExtension",
			"transport.ResponseExtension$Probe", "transport.ResponseExtension$State", "transport.SignalExtension",
			"transport.SignalNotSentException", "transport.SignalTransport", "transport.SignalTransport$Listener",
			"transport.SignalTransport$UnreadableSignal", "transport.SignalTransportException",
			// Types that the wiring, handlers and the other packages of the core need.
			"core.ApplicationEvents", "core.CompletionAwareFuture", "core.EngineServices", "core.EngineSettings",
			"core.EngineSettings$Expired", "core.EngineSettings$Exporters", "core.EngineSettings$Extensions",
			"core.EngineSettings$Responders", "core.EngineSettings$Unhandled", "core.Futures", "core.Interceptors",
			"core.LeaveSeal", "core.TextLength", "core.MetadataConversionException", "core.MetadataConverter",
			"core.Outbound", "core.ResponderIds", "core.ResultListener", "core.SignalCounters", "core.SignalEventNames",
			"core.SignalEventNames$Name", "core.SignalSize", "core.lane.Budget", "core.lane.OrderedLanes$Task",
			"core.SignalTypeException", "core.engine.SignalEngine", "core.exporter.DefaultSignalExporter",
			"core.exporter.ExporterRegistry", "core.exporter.Subscriptions", "core.lane.OrderedLanes",
			"core.lane.ScheduledTimer", "core.lane.TaskWatch", "core.lane.Timer", "core.lane.LaneScheduler",
			"core.publish.membership.KnownResponder", "core.publish.membership.IndexedIds",
			"core.publish.membership.KnownResponders", "core.publish.membership.KnownResponders$Subscribers",
			"core.publish.PublishOptions", "core.publish.membership.ResponderProbes",
			"core.publish.membership.ResponderProbes$Peers", "core.publish.membership.ResponderProbes$Suspicion",
			"core.publish.membership.Silence", "core.publish.SendFailures", "core.publish.SignalPublisher",
			"core.publish.UnhandledEvents", "core.responder.Announcements", "core.responder.DefaultSignalResponder",
			"core.responder.Delivery", "core.responder.ResponderRegistry", "core.responder.HandlerStatus",
			"core.responder.RegisteredHandlers", "core.responder.SelectiveHandler", "core.publish.LastResult",
			"core.publish.membership.SubscriberStatus",
			// Types that the observations and the wiring need.
			"core.SignalObserver", "core.SignalObserver$Observed", "core.SignalObserver$ReceivedBy",
			"core.SignalObserver$Scope",
			// Types that users of observations replace and read.
			"observation.SignalHandleContext", "observation.SignalHandleObservationConvention",
			"observation.SignalHandleObservationConvention$Default", "observation.SignalObservation",
			"observation.SignalKeys", "observation.SignalKeys$HighCardinalityKeys",
			"observation.SignalKeys$LowCardinalityKeys", "observation.SignalPublishContext",
			"observation.SignalPublishObservationConvention", "observation.SignalPublishObservationConvention$Default",
			"observation.SignalReceiverContext", "observation.SignalResponseContext",
			"observation.SignalResponseObservationConvention",
			"observation.SignalResponseObservationConvention$Default",
			// Types of observations for the wiring.
			"observation.LateSignalTracingObservationHandler", "observation.MicrometerSignalObserver",
			// Types of handlers for the wiring.
			"handler.DefaultSignalGatewayFactory", "handler.OnSignalMethodProcessor",
			"handler.bean.InvalidSignalHandlerException", "handler.bridge.ApplicationEventBridge",
			// Types of beans for handlers, gateways and the bridge.
			"handler.bean.BeanClasses", "handler.bean.InvocableMethods",
			// Results of gateways.
			"handler.gateway.GatewayResult",
			// Types that read metadata for handlers.
			"handler.metadata.MetadataReader", "handler.metadata.SafeTypeConverter", "handler.metadata.SignalTypes",
			"handler.metadata.UnsafeTypeException",
			// Types that write and read messages for transports.
			"wire.FrameLine", "wire.FrameLine$Answer", "wire.FrameLine$Written", "wire.ReceivedMessage",
			"wire.ReceivedMessage$MalformedMessage", "wire.ReceivedMessage$ReceivedFrame",
			"wire.ReceivedMessage$ReceivedResponse", "wire.ReceivedMessage$ReceivedSignal",
			"wire.ReceivedMessage$UnverifiedMessage", "wire.JsonLines", "wire.SignalCodec", "wire.StoredFrame",
			// Types that the wiring registers with the application's JsonMapper.
			"wire.SignalJacksonModule",
			// Types that sign for the wiring and the codec.
			"signing.ChannelSigner", "signing.ChannelSigner$StoredPlace", "signing.KeyRing", "signing.MessageSigner",
			"signing.Signature", "signing.SigningKey", "signing.SigningMode",
			// Types of Redis for the wiring and the transports.
			"redis.RedisChannel", "redis.RedisChannel$Address", "redis.RedisPubSubSignalTransport",
			"redis.RedisPubSubSignalTransport$Settings", "redis.SignalChannels", "redis.driver.ConnectProblem",
			"redis.driver.LuaScript", "redis.driver.RedisDriver", "redis.driver.RedisExceptions",
			"redis.driver.Payload", "redis.driver.Payload$Written", "redis.driver.RedisPublisher",
			"redis.driver.SignalListenerContainer", "redis.driver.StreamCommands", "redis.driver.StreamCommands$Entry",
			"redis.durable.RedisDurableChannels", "redis.durable.RedisStreamSignalTransport",
			"redis.durable.store.AnsweredSignal", "redis.durable.store.DurableChannel",
			"redis.durable.store.DurableChannel$Start", "redis.durable.store.Replies",
			"redis.durable.store.StreamClient", "redis.durable.store.StreamKeys", "redis.durable.store.StreamStore",
			"redis.durable.store.StreamStore$AnswerReference", "redis.durable.store.StreamStore$Lease",
			"redis.durable.store.StreamStore$Lease$State", "redis.durable.store.StreamStore$Purpose",
			"redis.durable.store.StreamStore$Registration", "redis.durable.store.StreamStore$Registration$Outcome",
			"redis.durable.store.StreamStore$Responders", "redis.durable.store.StreamStore$Status",
			"redis.durable.store.Trimming", "redis.durable.store.StoredDeadLetters$StoredDeadLetter",
			"redis.durable.store.StoredDeadLetters",
			// The names of meters.
			"observation.PublishOutcome", "observation.SignalMeters", "observation.SignalMeters$Tag",
			// Types that Actuator calls and writes as JSON.
			"actuate.SignalsEndpoint", "actuate.SignalsEndpoint$CountersDescriptor",
			"actuate.SignalsEndpoint$ChannelDescriptor", "actuate.SignalsEndpoint$ExporterDescriptor",
			"actuate.SignalsEndpoint$ResponderDescriptor", "actuate.SignalsEndpoint$SignalsDescriptor",
			"actuate.SignalMeterBinder", "actuate.SignalsHealthIndicator", "actuate.SignalsJmxEndpointExtension",
			"actuate.SignalsWebEndpointExtension",
			// Types that Boot finds by name.
			"autoconfigure.StateSignalsAutoConfiguration", "autoconfigure.StateSignalsEndpointAutoConfiguration",
			"autoconfigure.StateSignalsHealthAutoConfiguration", "autoconfigure.StateSignalsMetricsAutoConfiguration",
			"autoconfigure.StateSignalsJacksonAutoConfiguration",
			"autoconfigure.StateSignalsObservationAutoConfiguration", "autoconfigure.StateSignalsProperties$Tracing",
			"autoconfigure.StateSignalsProperties", "autoconfigure.StateSignalsProperties$Key",
			"autoconfigure.StateSignalsProperties$Signing", "autoconfigure.StateSignalsSanitizingAutoConfiguration",
			"autoconfigure.StateSignalsProperties$Channel", "autoconfigure.StateSignalsProperties$Delivery",
			"autoconfigure.StateSignalsProperties$Exporter", "autoconfigure.StateSignalsProperties$Protocol",
			"autoconfigure.StateSignalsProperties$Responder");

	private static final int LARGEST_KNOT = 3;

	private static final int TYPES_IN_KNOTS = 6;

	// Of classes that have extensions for Kotlin.
	private static final String KOTLIN = "kotlin.Metadata";

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching("io.github.(**)").should().beFreeOfCycles();

	@ArchTest
	static final ArchRule dependenciesPointInwards = layeredArchitecture().consideringOnlyDependenciesInLayers()
		.layer("api")
		.definedBy(ROOT)
		.layer("observation")
		.definedBy(ROOT + ".observation..")
		.layer("immutable")
		.definedBy(ROOT + ".immutable..")
		.layer("transport")
		.definedBy(ROOT + ".transport..")
		.layer("lane")
		.definedBy(ROOT + ".core.lane..")
		.layer("core")
		.definedBy(ROOT + ".core")
		.layer("responder")
		.definedBy(ROOT + ".core.responder..")
		.layer("membership")
		.definedBy(ROOT + ".core.publish.membership..")
		.layer("publish")
		.definedBy(ROOT + ".core.publish")
		.layer("exporter")
		.definedBy(ROOT + ".core.exporter..")
		.layer("engine")
		.definedBy(ROOT + ".core.engine..")
		.layer("handler")
		.definedBy(ROOT + ".handler..")
		.layer("signing")
		.definedBy(ROOT + ".signing..")
		.layer("wire")
		.definedBy(ROOT + ".wire..")
		.layer("driver")
		.definedBy(ROOT + ".redis.driver..")
		.layer("redis")
		.definedBy(ROOT + ".redis")
		.layer("store")
		.definedBy(ROOT + ".redis.durable.store..")
		.layer("durable")
		.definedBy(ROOT + ".redis.durable")
		.optionalLayer("actuate")
		.definedBy(ROOT + ".actuate..")
		.layer("autoconfigure")
		.definedBy(ROOT + ".autoconfigure..")
		.whereLayer("api")
		.mayOnlyAccessLayers("immutable")
		.whereLayer("immutable")
		.mayNotAccessAnyLayer()
		.whereLayer("observation")
		.mayOnlyAccessLayers("api", "transport", "core")
		.whereLayer("transport")
		.mayOnlyAccessLayers("api")
		.whereLayer("lane")
		.mayOnlyAccessLayers("api", "transport")
		.whereLayer("core")
		.mayOnlyAccessLayers("api", "transport", "lane")
		.whereLayer("responder")
		.mayOnlyAccessLayers("api", "transport", "lane", "core")
		.whereLayer("membership")
		.mayOnlyAccessLayers("api", "transport", "lane", "core")
		.whereLayer("publish")
		.mayOnlyAccessLayers("api", "transport", "lane", "core", "membership", "immutable")
		.whereLayer("exporter")
		.mayOnlyAccessLayers("api", "transport", "lane", "core", "responder", "membership", "publish", "immutable")
		.whereLayer("engine")
		.mayOnlyAccessLayers("api", "transport", "lane", "core", "responder", "exporter")
		.whereLayer("handler")
		.mayOnlyAccessLayers("api", "core", "responder", "exporter", "engine")
		.whereLayer("signing")
		.mayOnlyAccessLayers("api")
		.whereLayer("wire")
		.mayOnlyAccessLayers("api", "transport", "signing", "immutable")
		.whereLayer("redis")
		.mayOnlyAccessLayers("api", "transport", "signing", "wire", "driver")
		.whereLayer("store")
		.mayOnlyAccessLayers("api", "transport", "wire", "driver")
		.whereLayer("durable")
		.mayOnlyAccessLayers("api", "transport", "signing", "wire", "driver", "redis", "store")
		.whereLayer("driver")
		.mayOnlyAccessLayers("api", "transport")
		.whereLayer("actuate")
		.mayOnlyAccessLayers("api", "observation", "transport", "lane", "core", "responder", "membership", "publish",
				"exporter", "engine")
		.whereLayer("autoconfigure")
		.mayNotBeAccessedByAnyLayer()
		.ensureAllClassesAreContainedInArchitecture();

	@ArchTest
	static final ArchRule partsDoNotReferToTheEngine = noClasses().that()
		.resideInAPackage(ROOT + ".core..")
		.and()
		.doNotHaveSimpleName("SignalEngine")
		.should()
		.dependOnClassesThat()
		.haveSimpleName("SignalEngine");

	@ArchTest
	static final ArchRule bootIsWiringOnly = noClasses().that()
		.resideOutsideOfPackages(ROOT + ".autoconfigure..", ROOT + ".actuate..")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule redisIsInItsPackageOnly = noClasses().that()
		.resideOutsideOfPackages(ROOT + ".redis..", ROOT + ".autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.data..", "io.lettuce..", "redis.clients..");

	@ArchTest
	static final ArchRule nettyIsUsedToShareAnEventLoopOnly = noClasses().that()
		.doNotHaveFullyQualifiedName(ROOT + ".redis.driver.SingleEventLoop")
		.should()
		.dependOnClassesThat()
		.resideInAPackage("io.netty..");

	@ArchTest
	static final ArchRule driversAreInTheirPackageOnly = noClasses().that()
		.resideOutsideOfPackages(ROOT + ".redis.driver..", ROOT + ".autoconfigure..")
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.lettuce..", "redis.clients..", "org.springframework.data.redis.connection.lettuce..",
				"org.springframework.data.redis.connection.jedis..");

	@ArchTest
	static final ArchRule driverIsUsedAndNotExtended = noClasses().that()
		// Interfaces that the driver has for this purpose.
		.areNotAssignableTo(EventLoopGroupProvider.class)
		.and()
		.areNotAssignableTo(RedisConnectionStateListener.class)
		.should()
		.beAssignableTo(resideInAnyPackage("io.lettuce..", "redis.clients..",
				"org.springframework.data.redis.connection.lettuce..",
				"org.springframework.data.redis.connection.jedis.."));

	@ArchTest
	static final ArchRule redisIsUsedByPublicApi = noClasses().that()
		.resideInAPackage(ROOT + ".redis..")
		.should()
		.dependOnClassesThat(resideInAPackage("java.lang.reflect..").or(equivalentTo(ReflectionUtils.class)));

	@ArchTest
	static final ArchRule noFieldIsMadeAccessible = noClasses().should()
		.callMethodWhere(target(name("setAccessible")).or(target(name("trySetAccessible")))
			.and(target(owner(assignableTo(AccessibleObject.class)))))
		.orShould()
		.callMethod(ReflectionUtils.class, "makeAccessible", Field.class)
		.orShould()
		.callMethod(ReflectionUtils.class, "getField", Field.class, Object.class);

	@ArchTest
	static final ArchRule apiNeedsNothingButSpringCore = classes().that()
		.resideInAPackage(ROOT)
		.and()
		.areNotAnnotatedWith(KOTLIN)
		.should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage(ROOT, ROOT + ".immutable", "java..", "org.jspecify..", "org.springframework.core..",
				"org.springframework.aot.hint.annotation..");

	@ArchTest
	static final ArchRule apiHasNoImplementation = classes().that()
		.resideInAPackage(ROOT)
		.and()
		.doNotHaveSimpleName("package-info")
		.and()
		.areNotAnnotatedWith(KOTLIN)
		.should()
		.beInterfaces()
		.orShould()
		.beRecords()
		.orShould()
		.beEnums()
		.as("the API should hold interfaces, annotations, records and enums only");

	@ArchTest
	static final ArchRule everyPackageIsNullMarked = classes()
		.should(be("in a package that is @NullMarked", (type) -> type.getPackage().isAnnotatedWith(NullMarked.class)));

	@ArchTest
	static final ArchRule namesSayWhatThingsAre = noClasses().should()
		.resideInAnyPackage("..util..", "..utils..", "..common..", "..support..", "..helper..")
		.orShould()
		.haveNameMatching("(?i).*(util|utils|utilities|common|support|helper)");

	@ArchTest
	static final ArchRule autoConfigurationsArePublicAndFinal = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL)
		.andShould()
		.haveSimpleNameEndingWith("AutoConfiguration");

	@ArchTest
	static final ArchRule otherConfigurationsAreNotPublic = classes().that()
		.areMetaAnnotatedWith(Configuration.class)
		.and()
		.areNotAnnotatedWith(AutoConfiguration.class)
		.should()
		.notBePublic();

	// A constructor that the compiler adds is as public as the class.
	@ArchTest
	static final ArchRule autoConfigurationsHaveNoPublicMembers = members().that()
		.areDeclaredInClassesThat()
		.areMetaAnnotatedWith(Configuration.class)
		.and(describe("are not default constructors", (member) -> !isDefaultConstructor(member)))
		.should()
		.notBePublic();

	@ArchTest
	static final ArchRule nothingIsInjectedIntoFields = NO_CLASSES_SHOULD_USE_FIELD_INJECTION;

	@ArchTest
	static final ArchRule loggingIsSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

	@ArchTest
	static final ArchRule nothingIsPrinted = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

	@ArchTest
	static void noKnotHasMoreThanThreeTypes(JavaClasses imported) {
		assertThat(TypeKnots.of(imported)).filteredOn((knot) -> knot.size() > LARGEST_KNOT)
			.as("the sets of types that depend on each other: let one side define an interface, or hand it the part "
					+ "that it needs")
			.isEmpty();
	}

	@ArchTest
	static void fewTypesAreInKnots(JavaClasses imported) {
		assertThat(TypeKnots.of(imported).stream().mapToInt(Set::size).sum()).as("the number of types in knots")
			.isLessThanOrEqualTo(TYPES_IN_KNOTS);
	}

	@ArchTest
	static void everyPublicTypeIsMeantToBe(JavaClasses imported) {
		Set<String> actual = imported.stream()
			.filter(ArchitectureTests::isAccessible)
			.map((type) -> type.getName().substring(ROOT.length() + 1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(actual)
			.as("the types that can be used from outside of their packages: make a new one package-private, "
					+ "or add it to PUBLIC_TYPES")
			.containsExactlyInAnyOrderElementsOf(PUBLIC_TYPES);
	}

	private static boolean isAccessible(JavaClass type) {
		return type.getModifiers().contains(JavaModifier.PUBLIC)
				&& type.getEnclosingClass().map(ArchitectureTests::isAccessible).orElse(true);
	}

	private static boolean isDefaultConstructor(JavaMember member) {
		return member instanceof JavaConstructor constructor && constructor.getParameters().isEmpty();
	}

	private static ArchCondition<JavaClass> be(String description, Predicate<JavaClass> predicate) {
		return ArchCondition.from(describe("be " + description, predicate));
	}

}
