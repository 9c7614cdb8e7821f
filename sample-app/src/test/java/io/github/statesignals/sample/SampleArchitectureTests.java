package io.github.statesignals.sample;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * Rules that hold for the sample application and the snippets.
 */
@AnalyzeClasses(packages = "io.github.statesignals.sample")
class SampleArchitectureTests {

	@ArchTest
	static final ArchRule usesTheApiAlone = noClasses().should()
		.dependOnClassesThat(resideInAPackage("io.github.statesignals..").and(resideOutsideOfPackages(
				"io.github.statesignals", "io.github.statesignals.sample..", "io.github.statesignals.test")))
		.because("users import the root package of the library, in tests that of the test kit, and nothing else");

	@ArchTest
	static final ArchRule packagesAreNullMarked = classes().should(new ArchCondition<>("be in a @NullMarked package") {

		@Override
		public void check(JavaClass item, ConditionEvents events) {
			events.add(new SimpleConditionEvent(item, item.getPackage().isAnnotatedWith(NullMarked.class),
					item.getPackageName() + " of " + item.getSimpleName()));
		}

	});

}
