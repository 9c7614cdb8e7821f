package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Names the event of a typed signal: a record, or a class, whose properties are the
 * signal's metadata. A type without this annotation has the name of its class in
 * kebab-case as its event, {@code Bork} the event {@code bork}.
 * <p>
 * On a method of a {@link SignalGateway} it names the event that the method publishes.
 *
 * @since 0.1.0
 * @see SignalExporter#emit(Object)
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
public @interface SignalEvent {

	/**
	 * The event.
	 * @return its name; empty: the name of the class, or method, in kebab-case
	 */
	@AliasFor("event")
	String value() default "";

	/**
	 * The event.
	 * @return its name
	 */
	@AliasFor("value")
	String event() default "";

	/**
	 * Whether the type crosses between Spring's application events and signals. An object
	 * that is published as an application event here is emitted to remote observers, by
	 * the application's exporter: when the transaction has committed, or at once where
	 * there is none. A remote one is published as an application event in every
	 * application that listens to the type, which thus becomes a responder to it: it is
	 * acknowledged when the listeners have returned, and refused when one throws. What
	 * came from remote is never emitted again, and an application does not hear its own.
	 * @return whether to bridge
	 */
	boolean bridge() default false;

}
