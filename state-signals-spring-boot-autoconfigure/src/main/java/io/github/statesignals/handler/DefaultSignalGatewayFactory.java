package io.github.statesignals.handler;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalGateway;
import io.github.statesignals.SignalGatewayFactory;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.SignalEventNames;
import io.github.statesignals.core.SignalTypeException;
import io.github.statesignals.handler.gateway.GatewayResult;
import io.github.statesignals.handler.metadata.SignalTypes;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Creates gateways that are JDK proxies, and checks all of their methods.
 */
public record DefaultSignalGatewayFactory(ConfigurableBeanFactory beanFactory) implements SignalGatewayFactory {

	// Public for code that is generated ahead of time in the package of the gateway.
	public static Object createBean(SignalGatewayFactory factory, Class<?> gatewayInterface) {
		return factory.create(gatewayInterface);
	}

	@Override
	public <T> T create(Class<T> gatewayInterface) {
		Assert.notNull(gatewayInterface, "'gatewayInterface' must not be null");
		Assert.isTrue(gatewayInterface.isInterface(),
				() -> gatewayInterface.getName() + " is no interface: a signal gateway has to be one");
		SignalGateway annotation = AnnotatedElementUtils.findMergedAnnotation(gatewayInterface, SignalGateway.class);
		String exporterName = (annotation != null) ? annotation.exporter() : "";
		Supplier<SignalExporter> exporter = SingletonSupplier
			.of(() -> StringUtils.hasText(exporterName) ? this.beanFactory.getBean(exporterName, SignalExporter.class)
					: this.beanFactory.getBean(SignalExporter.class));
		Duration timeout = timeout(gatewayInterface, (annotation != null) ? annotation.timeout() : "");
		Map<Method, GatewayMethod> methods = new HashMap<>();
		for (Method method : gatewayInterface.getMethods()) {
			if (!method.isDefault() && !Modifier.isStatic(method.getModifiers())) {
				methods.put(method, GatewayMethod.of(method, gatewayInterface, timeout));
			}
		}
		Object proxy = Proxy.newProxyInstance(gatewayInterface.getClassLoader(), new Class<?>[] { gatewayInterface },
				new GatewayInvocationHandler(gatewayInterface, exporter, methods));
		return gatewayInterface.cast(proxy);
	}

	private @Nullable Duration timeout(Class<?> type, String declared) {
		String value = declared;
		try {
			value = new AttributeResolver(this.beanFactory).resolve(declared);
			return StringUtils.hasText(value) ? DurationFormatterUtils.detectAndParse(value, DurationFormat.Unit.MILLIS)
					: null;
		}
		catch (SignalTypeException ex) {
			throw new SignalTypeException(
					"@SignalGateway %s has a timeout %s".formatted(type.getName(), ex.getProblem()), ex.getRemedy());
		}
		catch (IllegalArgumentException ex) {
			throw new SignalTypeException(
					"The timeout '%s' of @SignalGateway %s is no duration".formatted(value, type.getName()),
					"Write it as 5s or PT5S");
		}
	}

	private record GatewayInvocationHandler(Class<?> type, Supplier<SignalExporter> exporter,
			Map<Method, GatewayMethod> methods) implements InvocationHandler {

		@Override
		public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
			GatewayMethod gatewayMethod = this.methods.get(method);
			if (gatewayMethod != null) {
				return gatewayMethod.invoke(this.exporter.get(), (arguments != null) ? arguments : new Object[0]);
			}
			if (method.isDefault()) {
				// InvocationHandler.invokeDefault refuses an interface that is not
				// public.
				return MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup())
					.unreflectSpecial(method, method.getDeclaringClass())
					.bindTo(proxy)
					.invokeWithArguments((arguments != null) ? arguments : new Object[0]);
			}
			// Of the methods of Object only equals has an argument.
			if (arguments != null) {
				return proxy == arguments[0];
			}
			return ReflectionUtils.isHashCodeMethod(method) ? System.identityHashCode(proxy)
					: "signal gateway " + this.type.getName();
		}

	}

	// event: null for that of the typed signal, whose index is negative if there is none.
	// timeout: null for the exporter's.
	private record GatewayMethod(Method method, @Nullable String event, int typed, @Nullable Duration timeout,
			GatewayParameter[] parameters, GatewayResult result) {

		@Nullable Object invoke(SignalExporter exporter, @Nullable Object[] arguments) {
			SignalSpec spec = exporter.signal((this.event != null) ? this.event : eventOf(arguments[this.typed]));
			if (this.timeout != null) {
				spec.timeout(this.timeout);
			}
			for (int i = 0; i < this.parameters.length; i++) {
				this.parameters[i].add(spec, ObjectUtils.unwrapOptional(arguments[i]));
			}
			return this.result.publisher().apply(spec, arguments);
		}

		private String eventOf(@Nullable Object typedSignal) {
			if (typedSignal == null) {
				throw invalid(this.method, "is called with null for its typed signal",
						"Pass an object, or name the event of the method with @SignalEvent.");
			}
			return SignalEventNames.of(typedSignal.getClass());
		}

		// type: it may define a type variable of the interface that declares the method.
		static GatewayMethod of(Method method, Class<?> type, @Nullable Duration timeout) {
			boolean suspending = KotlinDetector.isSuspendingFunction(method);
			if (suspending && !KotlinFunctions.COROUTINES) {
				throw invalid(method, KotlinFunctions.NOT_CALLABLE, KotlinFunctions.DEPENDENCIES);
			}
			if (KotlinFunctions.takesDuration(method)) {
				throw invalid(method, KotlinFunctions.DURATION, KotlinFunctions.JAVA_DURATION);
			}
			Parameter[] declared = method.getParameters();
			// The last parameter of a suspending function is its continuation.
			GatewayParameter[] parameters = new GatewayParameter[suspending ? declared.length - 1 : declared.length];
			int typed = -1;
			Class<?> typedSignal = null;
			for (int i = 0; i < parameters.length; i++) {
				ResolvableType resolvable = ResolvableType.forMethodParameter(method, i, type);
				Class<?> parameterType = resolvable.resolve(Object.class);
				parameters[i] = GatewayParameter.of(method, declared[i], resolvable);
				if (parameters[i] == GatewayParameter.PAYLOAD && SignalTypes.isTyped(parameterType)) {
					if (typedSignal != null) {
						throw invalid(method, "takes more than one typed signal",
								"Take one, and anything else as a value or a Map.");
					}
					typed = i;
					typedSignal = parameterType;
				}
			}
			return new GatewayMethod(method, event(method, typedSignal), typed, timeout, parameters,
					result(method, type, suspending));
		}

		private static @Nullable String event(Method method, @Nullable Class<?> typed) {
			SignalEvent annotation = AnnotatedElementUtils.findMergedAnnotation(method, SignalEvent.class);
			Class<?> source = (annotation != null) ? null : typed;
			try {
				if (source == null) {
					String declared = (annotation != null) ? annotation.value() : "";
					// Kotlin appends a hash to a function that takes a value class.
					return SignalEventNames.check(
							StringUtils.hasText(declared) ? declared
									: SignalEventNames.kebabCase(method.getName().replaceFirst("-.*", "")),
							"the method");
				}
				if (!Modifier.isAbstract(source.getModifiers())) {
					SignalEventNames.of(source);
				}
				return null;
			}
			catch (SignalTypeException ex) {
				String problem = (source == null) ? "can't publish: " : "takes a typed signal without an event: ";
				throw invalid(method, problem + ex.getProblem(), ex.getRemedy() + ".");
			}
		}

		private static GatewayResult result(Method method, Class<?> type, boolean suspending) {
			GatewayResult result = GatewayResult.of(method, type, suspending);
			if (result != null) {
				return result;
			}
			if (suspending) {
				throw invalid(method,
						"suspends and returns " + new MethodParameter(method, -1).getGenericParameterType(),
						"Return SignalResult, ResultCode or Boolean, or let it not suspend: a function that returns "
								+ "nothing does not wait for answers.");
			}
			throw invalid(method, "returns " + method.getGenericReturnType(),
					"Return SignalResult, ResultCode, boolean, CompletableFuture<SignalResult> or void; with Reactor "
							+ "also Mono<SignalResult> or Flux<SignalProgress>.");
		}

		private static SignalTypeException invalid(Method method, String problem, String remedy) {
			return new SignalTypeException("Signal gateway method %s.%s %s"
				.formatted(method.getDeclaringClass().getName(), method.getName(), problem), remedy);
		}

	}

	@FunctionalInterface
	private interface GatewayParameter {

		Set<String> SETTABLE = Set.of(SignalFields.EVENT, SignalFields.TAG, SignalFields.SAMPLE_NO);

		GatewayParameter PAYLOAD = (spec, value) -> {
			if (value != null) {
				spec.payload(value);
			}
		};

		void add(SignalSpec spec, @Nullable Object value);

		static GatewayParameter of(Method method, Parameter parameter, ResolvableType type) {
			Header header = AnnotatedElementUtils.findMergedAnnotation(parameter, Header.class);
			String foreign = SignalTypes.foreign(parameter.getAnnotations());
			if (foreign != null) {
				throw GatewayMethod.invalid(method,
						"has a parameter with @%s, which is not supported".formatted(foreign),
						"Remove the annotation, or name the metadata entry with @Header(\"name\").");
			}
			boolean entry = SignalTypes.isEntry(type.resolve(Object.class));
			if (entry) {
				checkName(method, parameter.getName(), header);
			}
			String declared = (header != null) ? header.name() : "";
			String name = StringUtils.hasText(declared) ? declared : parameter.getName();
			if (header != null && name.equals(SignalFields.TAG)) {
				return (spec, value) -> {
					if (value != null) {
						spec.tag(value.toString());
					}
				};
			}
			if (header != null && name.equals(SignalFields.SAMPLE_NO)) {
				checkNumber(method, type);
				return (spec, value) -> {
					if (value instanceof Number number) {
						spec.sampleNo(
								(number instanceof BigInteger large) ? large.longValueExact() : number.longValue());
					}
				};
			}
			if (header != null || entry) {
				if (KotlinFunctions.isReceiver(name, method.getDeclaringClass())) {
					throw GatewayMethod.invalid(method, "has a parameter that " + KotlinFunctions.RECEIVER,
							KotlinFunctions.NAMED_RECEIVER);
				}
				Assert.isTrue(StringUtils.hasText(declared) || parameter.isNamePresent(),
						() -> "The name of a parameter of " + parameter.getDeclaringExecutable()
								+ " is not known: compile with the option -parameters (Kotlin: -java-parameters)");
				return (spec, value) -> spec.metadata(name, value);
			}
			return PAYLOAD;
		}

		// The field of the signal may be meant, and would be missing.
		private static void checkName(Method method, String name, @Nullable Header header) {
			String field = SignalFields.named(name);
			if (field == null || !SETTABLE.contains(field)) {
				return;
			}
			if (header == null) {
				throw GatewayMethod.invalid(method,
						"takes a parameter '%s', which is named as a field of the signal and would be a metadata entry"
							.formatted(name),
						field.equals(SignalFields.EVENT)
								? "Name the event with @SignalEvent on the method, or annotate the parameter with "
										+ "@Header(\"event\") if it is an entry."
								: "Annotate it with @Header(\"%s\") for the field, or put the entry into a Map."
									.formatted(field));
			}
			if (!StringUtils.hasText(header.name()) && !field.equals(name)) {
				throw GatewayMethod.invalid(method,
						"takes a @Header named '%s', which is not the name of a field".formatted(name),
						"For the field name it: @Header(\"%s\"); for a metadata entry @Header(\"%s\").".formatted(field,
								name));
			}
		}

		private static void checkNumber(Method method, ResolvableType declared) {
			Class<?> type = declared.resolve(Object.class);
			type = (type == Optional.class) ? declared.getGeneric().resolve(Object.class) : type;
			if (!Number.class.isAssignableFrom(ClassUtils.resolvePrimitiveIfNecessary(type))) {
				throw GatewayMethod.invalid(method, "sets the sample number to a " + type.getName(),
						"Take a number, such as a long.");
			}
		}

	}

}
