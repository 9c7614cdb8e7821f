package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Names the event of a typed signal: a record, or a class, whose properties are the
 * signal's metadata. One rule names the event of what is emitted, and of what a handler,
 * a listener or a gateway takes:
 * <ol>
 * <li>the event that this annotation names on the type itself; without a name, that is
 * the name of the class in kebab-case, {@code Bork} the event {@code bork};</li>
 * <li>else the event that it names on the nearest supertype, which is that of all of its
 * subtypes; supertypes that name different events are ambiguous;</li>
 * <li>else the name of the class in kebab-case; a subclass of a class that is neither
 * abstract nor sealed is ambiguous.</li>
 * </ol>
 * What is ambiguous fails the start of an application that handles it, and the call that
 * emits it.
 * <p>
 * A handler of a sealed type, or of one that names its subtypes with
 * {@code @JsonSubTypes}, receives the events of all of them, each as its own type.
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
	 * Whether the type, and each of its subtypes, crosses between Spring's application
	 * events and signals. An object that is published as an application event here is
	 * emitted to remote observers, by the application's exporter: when the transaction
	 * has committed, or at once where there is none; an event that is not legal is
	 * refused when it is published. A remote one is published as an application event in
	 * every application that listens to the type, which thus becomes a responder to it:
	 * it is acknowledged when the listeners have returned, and refused when one throws. A
	 * listener that Spring does not call, as its condition is false, does not count. What
	 * came from remote is never emitted again, and an application does not receive its
	 * own.
	 * @return whether to bridge
	 */
	boolean bridge() default false;

}
