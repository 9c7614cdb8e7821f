package io.github.statesignals.handler;

import java.lang.reflect.Method;

import org.springframework.beans.factory.BeanInitializationException;

/**
 * A method can't handle signals the way it is declared.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public class InvalidSignalHandlerException extends BeanInitializationException {

	private final String remedy;

	InvalidSignalHandlerException(Method method, String problem, String remedy) {
		this("@OnSignal method " + describe(method) + " " + problem, remedy);
	}

	InvalidSignalHandlerException(String problem, String remedy) {
		super(problem);
		this.remedy = remedy;
	}

	/**
	 * What to do about it.
	 * @return a sentence
	 */
	public String getRemedy() {
		return this.remedy;
	}

	private static String describe(Method method) {
		StringBuilder parameters = new StringBuilder();
		for (Class<?> type : method.getParameterTypes()) {
			parameters.append(parameters.isEmpty() ? "" : ", ").append(type.getSimpleName());
		}
		return "%s.%s(%s)".formatted(method.getDeclaringClass().getName(), method.getName(), parameters);
	}

}
