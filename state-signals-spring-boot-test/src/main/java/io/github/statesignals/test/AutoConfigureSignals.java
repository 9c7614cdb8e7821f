package io.github.statesignals.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

/**
 * Configures signals in memory for a test class: no Redis is needed, and none is used for
 * signals if there is one. Use it with {@code @SpringBootTest}, or with a slice such as
 * {@code @WebMvcTest}, to which it adds the starter's auto-configuration.
 * <p>
 * JUnit Jupiter passes a {@link SignalScenario} to test methods that have such a
 * parameter. Tests of one application context that have it run one after another, also
 * where JUnit runs tests in parallel.
 * <p>
 * Durable channels ({@code state-signals.channels.<name>.delivery=durable}) require Redis
 * and fail the start. Messages are not signed. Everything else is as over Redis.
 *
 * @since 0.1.0
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ImportAutoConfiguration
@PropertyMapping("state-signals-test")
@ExtendWith(SignalScenarioParameterResolver.class)
public @interface AutoConfigureSignals {

	/**
	 * The broker that connects the applications of one JVM that name the same one. Sets
	 * the property {@code state-signals-test.broker}, with which an application that a
	 * test starts itself joins them.
	 * @return the name of the broker; empty for one that no other application context
	 * uses
	 */
	String broker() default "";

}
