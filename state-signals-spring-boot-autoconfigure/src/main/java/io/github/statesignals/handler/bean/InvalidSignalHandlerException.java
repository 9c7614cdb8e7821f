package io.github.statesignals.handler.bean;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

import org.springframework.beans.factory.BeanInitializationException;
import org.springframework.core.MethodParameter;

/**
 * Thrown at start-up for a method that can't handle signals as it is declared.
 */
@SuppressWarnings("serial")
public class InvalidSignalHandlerException extends BeanInitializationException {

	private final String remedy;

	public InvalidSignalHandlerException(Method method, String problem, String remedy) {
		this("@OnSignal method " + describe(method) + " " + problem, remedy);
	}

	public InvalidSignalHandlerException(MethodParameter parameter, String problem, String remedy) {
		this(Objects.requireNonNull(parameter.getMethod()),
				"can't be called: its parameter %d %s".formatted(parameter.getParameterIndex(), problem), remedy);
	}

	public InvalidSignalHandlerException(String problem, String remedy) {
		super(problem);
		this.remedy = remedy;
	}

	public String getRemedy() {
		return this.remedy;
	}

	static String describe(Method method) {
		String parameters = Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", "));
		return "%s.%s(%s)".formatted(method.getDeclaringClass().getName(), method.getName(), parameters);
	}

}
