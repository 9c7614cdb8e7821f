package io.github.statesignals.handler;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.statesignals.core.MetadataConversionException;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import kotlin.reflect.KClass;
import kotlin.reflect.KFunction;
import kotlin.reflect.KParameter;
import kotlin.reflect.full.KClasses;
import kotlin.reflect.jvm.KCallablesJvm;
import kotlin.reflect.jvm.ReflectJvmMapping;
import org.jspecify.annotations.Nullable;

import org.springframework.core.CoroutinesUtils;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ClassUtils;

/**
 * Calls the functions of Kotlin that a method call does not suffice for: suspending ones,
 * and those whose parameters have default values.
 */
final class KotlinFunctions {

	static final String NOT_CALLABLE = "is a suspending function, and a library to call it is missing";

	static final String DEPENDENCIES = "Add the dependencies org.jetbrains.kotlin:kotlin-reflect and "
			+ "org.jetbrains.kotlinx:kotlinx-coroutines-reactor.";

	// Its method takes a long, which encodes number and unit.
	static final String DURATION = "takes a kotlin.time.Duration, which can't be distinguished from a number";

	static final String JAVA_DURATION = "Take a java.time.Duration.";

	static final String RECEIVER = "is the receiver of an extension function, and takes a metadata entry, whose name is not known";

	static final String NAMED_RECEIVER = "Name the entry, as in: fun @receiver:Header(\"region\") String.flip(); or take a parameter.";

	static final boolean COROUTINES = KotlinDetector.isKotlinReflectPresent()
			&& ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", KotlinFunctions.class.getClassLoader());

	private KotlinFunctions() {
	}

	static boolean isSuspending(Method method) {
		boolean suspending = KotlinDetector.isSuspendingFunction(method);
		if (suspending && !COROUTINES) {
			throw new InvalidSignalHandlerException(method, NOT_CALLABLE, DEPENDENCIES);
		}
		return suspending;
	}

	// The last parameter of a suspending function is its continuation.
	static int parameterCount(Method method) {
		return isSuspending(method) ? method.getParameterCount() - 1 : method.getParameterCount();
	}

	// Whether a suspending function does: its continuation takes no type.
	static boolean returnsNothing(Method method) {
		return method.getGenericParameterTypes()[parameterCount(method)] instanceof ParameterizedType continuation
				&& continuation.getActualTypeArguments()[0] instanceof WildcardType type
				&& type.getLowerBounds().length == 0;
	}

	// Whether a parameter is nullable or, in Kotlin, has a default value. The bean may be
	// of a subclass that is not written in Kotlin.
	static boolean isOptional(MethodParameter parameter) {
		return MethodParameter.forExecutable(parameter.getExecutable(), parameter.getParameterIndex()).isOptional();
	}

	// By the name that the compiler gives it.
	static boolean isReceiver(String parameter, Class<?> type) {
		return parameter.startsWith("$") && KotlinDetector.isKotlinType(type);
	}

	// With JvmOverloads each overload has the annotations of the function, which is
	// called with its default values anyway.
	static boolean isOverload(Method method) {
		return isKotlin(method.getDeclaringClass()) && Reflection.isOverload(method);
	}

	static boolean takesDuration(Method method) {
		return isKotlin(method.getDeclaringClass()) && Reflection.takesDuration(method);
	}

	static boolean isKotlin(Class<?> type) {
		return KotlinDetector.isKotlinReflectPresent() && KotlinDetector.isKotlinType(type);
	}

	static @Nullable Object invoke(Method method, Object target, @Nullable Object[] arguments) throws Exception {
		// Kotlin appends a hash to a function that takes a value class.
		boolean boxing = method.getName().contains("-") && isKotlin(method.getDeclaringClass());
		if (isSuspending(method)) {
			if (boxing) {
				// Names the parameter that is refused.
				Reflection.checkValues(method, target, arguments);
			}
			return CoroutinesUtils.invokeSuspendingFunction(method, Reflection.receiver(method, target), arguments);
		}
		return (boxing || (Arrays.asList(arguments).contains(null) && isKotlin(method.getDeclaringClass())))
				? Reflection.invoke(method, target, arguments) : method.invoke(target, arguments);
	}

	// Kotlin's reflection is optional.
	private static final class Reflection {

		static @Nullable Object invoke(Method method, Object target, @Nullable Object[] arguments) throws Exception {
			KFunction<?> function = ReflectJvmMapping.getKotlinFunction(method);
			if (function == null) {
				return method.invoke(target, arguments);
			}
			Map<KParameter, @Nullable Object> values = values(function, receiver(method, target), arguments);
			KCallablesJvm.setAccessible(function, true);
			Object result = function.callBy(values);
			return (method.getReturnType() == void.class) ? null : result;
		}

		static void checkValues(Method method, Object target, @Nullable Object[] arguments) {
			KFunction<?> function = Objects.requireNonNull(ReflectJvmMapping.getKotlinFunction(method));
			values(function, receiver(method, target), arguments);
		}

		private static Map<KParameter, @Nullable Object> values(KFunction<?> function, Object receiver,
				@Nullable Object[] arguments) {
			Map<KParameter, @Nullable Object> values = new HashMap<>();
			int next = 0;
			for (KParameter parameter : function.getParameters()) {
				Object value = (parameter.getKind() == KParameter.Kind.INSTANCE) ? receiver : arguments[next++];
				try {
					if (value != null || !parameter.isOptional()) {
						values.put(parameter, boxed(parameter, value));
					}
				}
				// The exception of a constructor is checked, which Kotlin does not
				// declare.
				catch (Exception ex) {
					throw new MetadataConversionException("parameter '%s' is refused: %s".formatted(parameter.getName(),
							NestedExceptionUtils.getMostSpecificCause(ex).getMessage()));
				}
			}
			return values;
		}

		// With JvmStatic the function is one of an object, such as the companion.
		static Object receiver(Method method, Object target) {
			KFunction<?> function = Modifier.isStatic(method.getModifiers())
					? ReflectJvmMapping.getKotlinFunction(method) : null;
			return (function != null
					&& function.getParameters().get(0).getType().getClassifier() instanceof KClass<?> type
					&& type.getObjectInstance() != null) ? type.getObjectInstance() : target;
		}

		static boolean isOverload(Method method) {
			return ReflectJvmMapping.getKotlinFunction(method) == null
					&& Stream.of(method.getDeclaringClass().getDeclaredMethods())
						.anyMatch((other) -> other.getName().equals(method.getName())
								&& other.getParameterCount() > method.getParameterCount()
								&& ReflectJvmMapping.getKotlinFunction(other) != null);
		}

		static boolean takesDuration(Method method) {
			KFunction<?> function = ReflectJvmMapping.getKotlinFunction(method);
			return function != null && function.getParameters()
				.stream()
				.anyMatch((parameter) -> parameter.getType().getClassifier() instanceof KClass<?> type
						&& "kotlin.time.Duration".equals(type.getQualifiedName()));
		}

		// The function takes an object of a value class, the method the wrapped value.
		private static @Nullable Object boxed(KParameter parameter, @Nullable Object value) {
			if (value == null || !(parameter.getType().getClassifier() instanceof KClass<?> type) || !type.isValue()
					|| type.isInstance(value)) {
				return value;
			}
			KFunction<?> constructor = Objects.requireNonNull(KClasses.getPrimaryConstructor(type));
			KCallablesJvm.setAccessible(constructor, true);
			return constructor.call(boxed(constructor.getParameters().get(0), value));
		}

	}

}
