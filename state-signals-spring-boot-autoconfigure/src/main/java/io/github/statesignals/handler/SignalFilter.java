package io.github.statesignals.handler;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.handler.metadata.SafeTypeConverter;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/**
 * Selects the signals that a handler method receives, of its events. Empty is any.
 */
record SignalFilter(String tag, String processName, String publisher, @Nullable Expression condition,
		BeanFactory beanFactory) {

	static final CompletableFuture<@Nullable Acknowledgement> NOT_SELECTED = CompletableFuture.completedFuture(null);

	boolean matches(Signal signal) {
		return matches(this.tag, signal.tag()) && matches(this.processName, signal.processName())
				&& matches(this.publisher, signal.publisherId()) && isTrue(signal);
	}

	Map<String, String> attributes() {
		Map<String, String> attributes = new TreeMap<>(
				Map.of("tag", this.tag, "processName", this.processName, "publisher", this.publisher, "condition",
						(this.condition != null) ? this.condition.getExpressionString() : ""));
		attributes.values().removeIf(String::isEmpty);
		return attributes;
	}

	private static boolean matches(String expected, String actual) {
		return expected.isEmpty() || expected.equals(actual);
	}

	private boolean isTrue(Signal signal) {
		if (this.condition == null) {
			return true;
		}
		StandardEvaluationContext context = new StandardEvaluationContext(signal);
		context.setBeanResolver(new BeanFactoryResolver(this.beanFactory));
		context.addPropertyAccessor(new MapAccessor());
		context.setTypeConverter(SafeTypeConverter.INSTANCE);
		context.setVariable("signal", signal);
		context.setVariable("metadata", signal.metadata());
		return Boolean.TRUE.equals(this.condition.getValue(context, Boolean.class));
	}

}
