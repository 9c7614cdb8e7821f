package io.github.statesignals.handler;

import java.util.stream.IntStream;
import java.util.stream.Stream;

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

/**
 * Parses the conditions of handler methods, and refuses patterns of the signal.
 */
final class ConditionParser {

	private ConditionParser() {
	}

	static Expression parse(String condition) {
		SpelExpression expression;
		try {
			expression = new SpelExpressionParser().parseRaw(condition);
		}
		catch (ParseException ex) {
			throw new InvalidAttributeException("that is no SpEL expression: " + ex.getMessage(),
					"Correct it; the signal is #signal, its metadata #metadata.");
		}
		check(expression.getAST());
		return expression;
	}

	private static void check(SpelNode node) {
		if (node instanceof OperatorMatches && !isConstant(node.getChild(1))) {
			throw new InvalidAttributeException("with a pattern of the signal: %s".formatted(node.toStringAST()),
					"Write the pattern after 'matches' as a string, or take it from a bean: "
							+ "#metadata['name'] matches '[a-z]+'.");
		}
		children(node).forEach(ConditionParser::check);
	}

	private static boolean isConstant(SpelNode node) {
		if (node instanceof CompoundExpression) {
			// Of the members of a bean or type, the arguments count.
			return isConstant(node.getChild(0))
					&& children(node).skip(1).flatMap(ConditionParser::children).allMatch(ConditionParser::isConstant);
		}
		return node instanceof Literal || node instanceof BeanReference || node instanceof TypeReference
				|| (node instanceof OpPlus && children(node).allMatch(ConditionParser::isConstant));
	}

	private static Stream<SpelNode> children(SpelNode node) {
		return IntStream.range(0, node.getChildCount()).mapToObj(node::getChild);
	}

}
