package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * Names the event of a typed signal: a record, or a class, whose properties are the
 * metadata of the signal.
 * <p>
 * One rule applies to the objects of {@link SignalExporter#emit(Object)} and to the
 * parameters of handlers, listeners and gateways:
 * <ol>
 * <li>The event that this annotation names on the type itself. Without a name, it is the
 * class name in kebab-case: {@code Bork} has the event {@code bork}.</li>
 * <li>Else the event that it names on the nearest supertype, for all subtypes. Supertypes
 * with different events are ambiguous.</li>
 * <li>Else the class name in kebab-case. A subclass of a class that is neither abstract
 * nor sealed is ambiguous.</li>
 * </ol>
 * An ambiguous event fails the start of an application that handles the type, and the
 * call that emits it.
 * <p>
 * A handler of a sealed type, or of one with {@code @JsonSubTypes}, receives the events
 * of all subtypes, each as its own type.
 * <p>
 * On a method of a {@link SignalGateway} it names the event that the method publishes.
 *
 * @since 0.1.0
 * @see SignalExporter#emit(Object)
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.TYPE, ElementType.METHOD })
public @interface SignalEvent {

	/**
	 * Alias for {@link #event()}.
	 * @return the name of the event; empty for the name of the class, or method, in
	 * kebab-case
	 */
	@AliasFor("event")
	String value() default "";

	/**
	 * The name of the event. Placeholders are refused: the event of a type is the same in
	 * all applications.
	 * @return the name; empty for the name of the class, or method, in kebab-case
	 */
	@AliasFor("value")
	String event() default "";

	/**
	 * Bridges the type and its subtypes between Spring's application events and signals.
	 * <p>
	 * The application's exporter emits an object that is published as an application
	 * event: after the commit of a transaction, or at once without one. An illegal event
	 * is refused when it is published.
	 * <p>
	 * A remote signal is published as an application event in each application that
	 * listens to the type. That application is a responder: the signal is acknowledged
	 * when the listeners have returned, and refused when one throws. A listener with a
	 * false condition does not count. A remote event is not emitted again, and an
	 * application does not receive its own.
	 * @return whether to bridge
	 */
	boolean bridge() default false;

}
