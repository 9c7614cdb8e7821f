package io.github.statesignals.handler;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.core.SignalTypeException;
import io.github.statesignals.handler.metadata.SafeTypeConverter;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.OperatorMatches;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.MapAccessor;
import org.springframework.expression.spel.support.StandardEvaluationContext;

/**
 * Selects the signals that a handler method receives, of its events. Empty is any.
 */
record SignalFilter(String tag, String processName, String publisher, @Nullable Expression condition,
		BeanFactory beanFactory) {

	static final CompletableFuture<@Nullable Acknowledgement> NOT_SELECTED = CompletableFuture.completedFuture(null);

	// Refuses patterns of the signal.
	static Expression parse(String condition) {
		SpelExpression expression;
		try {
			expression = new SpelExpressionParser().parseRaw(condition);
		}
		catch (ParseException ex) {
			throw new SignalTypeException("that is no SpEL expression: " + ex.getMessage(),
					"Correct it; the signal is #signal, its metadata #metadata.");
		}
		check(expression.getAST());
		return expression;
	}

	private static void check(SpelNode node) {
		if (node instanceof OperatorMatches && !isConstant(node.getChild(1))) {
			throw new SignalTypeException("with a pattern of the signal: %s".formatted(node.toStringAST()),
					"Write the pattern after 'matches' as a string, or take it from a bean: "
							+ "#metadata['name'] matches '[a-z]+'.");
		}
		children(node).forEach(SignalFilter::check);
	}

	private static boolean isConstant(SpelNode node) {
		if (node instanceof CompoundExpression) {
			// Of the members of a bean or type, the arguments count.
			return isConstant(node.getChild(0))
					&& children(node).skip(1).flatMap(SignalFilter::children).allMatch(SignalFilter::isConstant);
		}
		return node instanceof Literal || node instanceof BeanReference || node instanceof TypeReference
				|| (node instanceof OpPlus && children(node).allMatch(SignalFilter::isConstant));
	}

	private static Stream<SpelNode> children(SpelNode node) {
		return IntStream.range(0, node.getChildCount()).mapToObj(node::getChild);
	}

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
