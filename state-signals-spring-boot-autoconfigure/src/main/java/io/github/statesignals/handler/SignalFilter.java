package io.github.statesignals.handler;

import java.lang.reflect.Member;
import java.util.Map;
import java.util.Set;
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
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpPlus;
import org.springframework.expression.spel.ast.OperatorMatches;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
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

	private static final Set<String> SIGNALS = Set.of("#signal", "#root");

	private static final Set<String> VARIABLES = Set.of("#signal", "#root", "#metadata", "#this");

	private static final String REMEDY = "Correct it: the signal, with members such as event and tag, is #signal, its "
			+ "metadata #metadata, and a bean @name.";

	// Refuses patterns of the signal, and names that do not exist for any signal.
	static Expression parse(String condition, BeanFactory beans) {
		SpelExpression expression;
		try {
			expression = new SpelExpressionParser().parseRaw(condition);
		}
		catch (ParseException ex) {
			throw new SignalTypeException("that is no SpEL expression: " + ex.getMessage(), REMEDY);
		}
		check(expression.getAST(), true, true, beans);
		return expression;
	}

	// The members of other values than the signal are not known.
	private static void check(SpelNode node, boolean ofSignal, boolean inSignal, BeanFactory beans) {
		String text = node.toStringAST();
		boolean member = node instanceof PropertyOrFieldReference || node instanceof MethodReference;
		if (node instanceof FunctionReference || (node instanceof VariableReference && !VARIABLES.contains(text))
				|| (member && ofSignal && !isMember(text.split("\\(", 2)[0]))
				|| (node instanceof BeanReference && !beans.containsBean(text.replaceAll("^@?'?|'$", "")))) {
			throw new SignalTypeException("with '%s', which does not exist".formatted(text), REMEDY);
		}
		if (node instanceof OperatorMatches && !isConstant(node.getChild(1))) {
			throw new SignalTypeException("with a pattern of the signal: " + text,
					"Write the pattern after 'matches' as a string, or take it from a bean: "
							+ "#metadata['name'] matches '[a-z]+'.");
		}
		boolean inside = inSignal && !(node instanceof Indexer || node instanceof InlineMap || node instanceof Selection
				|| node instanceof Projection);
		for (int i = 0; i < node.getChildCount(); i++) {
			boolean next = i == 1 && SIGNALS.contains(node.getChild(0).toStringAST());
			check(node.getChild(i), (node instanceof CompoundExpression && i > 0) ? next : inside, inside, beans);
		}
	}

	private static boolean isMember(String name) {
		return name.equals("class") || Stream.<Member[]>of(Signal.class.getMethods(), Signal.class.getFields())
			.flatMap(Stream::of)
			.anyMatch((member) -> member.getName().equals(name));
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
