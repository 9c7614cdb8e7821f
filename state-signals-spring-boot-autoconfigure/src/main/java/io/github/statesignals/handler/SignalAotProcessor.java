package io.github.statesignals.handler;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.Set;

import io.github.statesignals.OnSignal;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalGateway;
import io.github.statesignals.handler.metadata.SignalTypes;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.generate.GenerationContext;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationCode;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragments;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragmentsDecorator;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.context.event.EventListener;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ReflectionUtils.MethodFilter;

/**
 * Registers the hints for a native image that the handlers, listeners and gateways of a
 * bean need: to call their methods, and to bind their parameters to metadata.
 */
final class SignalAotProcessor implements BeanRegistrationAotProcessor {

	@Override
	public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean registeredBean) {
		Class<?> type = registeredBean.getBeanClass();
		boolean gateway = type.isInterface() && AnnotatedElementUtils.hasAnnotation(type, SignalGateway.class);
		MethodFilter handlers = SignalAotProcessor::isHandler;
		Set<Method> methods = gateway ? Set.of(type.getMethods()) : MethodIntrospector.selectMethods(type, handlers);
		if (methods.isEmpty()) {
			return null;
		}
		return gateway ? new GatewayContribution(type, methods)
				: (generation, code) -> registerHints(generation.getRuntimeHints(), type, methods);
	}

	private static void registerHints(RuntimeHints hints, Class<?> type, Set<Method> methods) {
		Set<Type> bound = new LinkedHashSet<>();
		for (Method method : methods) {
			hints.reflection().registerMethod(method, ExecutableMode.INVOKE);
			for (Type parameter : method.getGenericParameterTypes()) {
				collect(GenericTypeResolver.resolveType(parameter, type), bound);
			}
		}
		new BindingReflectionHintsRegistrar().registerReflectionHints(hints.reflection(), bound.toArray(Type[]::new));
	}

	private static boolean isHandler(Method method) {
		if (AnnotatedElementUtils.hasAnnotation(method, OnSignal.class)) {
			return true;
		}
		// A bridged event is read from metadata.
		return method.getParameterCount() == 1 && AnnotatedElementUtils.hasAnnotation(method, EventListener.class)
				&& SignalTypes.isBridged(method.getParameterTypes()[0]);
	}

	private static void collect(Type type, Set<Type> bound) {
		if (type != Signal.class && bound.add(type) && type instanceof Class<?> declared) {
			for (Class<?> subtype : SignalTypes.subtypes(declared)) {
				collect(subtype, bound);
			}
		}
	}

	/**
	 * Generates the code of a gateway in its package: it need not be public.
	 */
	private record GatewayContribution(Class<?> type, Set<Method> methods) implements BeanRegistrationAotContribution {

		@Override
		public void applyTo(GenerationContext generation, BeanRegistrationCode code) {
			RuntimeHints hints = generation.getRuntimeHints();
			hints.proxies().registerJdkProxy(this.type);
			hints.reflection().registerType(this.type, MemberCategory.INVOKE_PUBLIC_METHODS);
			registerHints(hints, this.type, this.methods);
		}

		@Override
		public BeanRegistrationCodeFragments customizeBeanRegistrationCodeFragments(GenerationContext generation,
				BeanRegistrationCodeFragments fragments) {
			return new BeanRegistrationCodeFragmentsDecorator(fragments) {

				@Override
				public ClassName getTarget(RegisteredBean registeredBean) {
					return ClassName.get(GatewayContribution.this.type);
				}

			};
		}

	}

}
