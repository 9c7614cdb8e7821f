package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Container for several {@link OnSignal} annotations on one element, for which
 * {@code @OnSignal} is repeatable.
 *
 * @since 0.1.0
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.TYPE })
public @interface OnSignals {

	/**
	 * The annotations.
	 * @return the annotations
	 */
	OnSignal[] value();

}
