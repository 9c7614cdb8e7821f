package io.github.statesignals;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;

/**
 * Finds the knots among types: the sets of types that all depend on each other, directly
 * or through others. Nested types count as the type that encloses them. Uses Tarjan's
 * algorithm for strongly connected components.
 */
final class TypeKnots {

	private final Map<String, Set<String>> dependencies = new TreeMap<>();

	private final Map<String, Integer> indices = new HashMap<>();

	private final Map<String, Integer> lowest = new HashMap<>();

	private final Deque<String> path = new ArrayDeque<>();

	private final List<Set<String>> knots = new ArrayList<>();

	private TypeKnots(JavaClasses types) {
		for (JavaClass type : types) {
			Set<String> targets = this.dependencies.computeIfAbsent(topLevel(type), (name) -> new TreeSet<>());
			for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
				targets.add(topLevel(dependency.getTargetClass().getBaseComponentType()));
			}
		}
		this.dependencies.values().forEach((targets) -> targets.retainAll(this.dependencies.keySet()));
		this.dependencies.keySet().stream().filter((type) -> !this.indices.containsKey(type)).forEach(this::visit);
	}

	/**
	 * Finds the knots of two types and more.
	 * @param types the types
	 * @return the names of the types of each knot
	 */
	static List<Set<String>> of(JavaClasses types) {
		return new TypeKnots(types).knots;
	}

	private static String topLevel(JavaClass type) {
		return type.getEnclosingClass().map(TypeKnots::topLevel).orElse(type.getName());
	}

	private void visit(String type) {
		int index = this.indices.size();
		this.indices.put(type, index);
		this.lowest.put(type, index);
		this.path.push(type);
		for (String target : this.dependencies.get(type)) {
			if (!this.indices.containsKey(target)) {
				visit(target);
				this.lowest.merge(type, this.lowest.get(target), Math::min);
			}
			else if (this.path.contains(target)) {
				this.lowest.merge(type, this.indices.get(target), Math::min);
			}
		}
		if (this.lowest.get(type) == index) {
			addKnot(type);
		}
	}

	private void addKnot(String last) {
		Set<String> knot = new TreeSet<>();
		String type;
		do {
			type = this.path.pop();
			knot.add(type);
		}
		while (!type.equals(last));
		if (knot.size() > 1) {
			this.knots.add(knot);
		}
	}

}
