package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Registers a method of a bean as a handler of signals. The application becomes a
 * responder.
 * <p>
 * <b>Parameters</b>, in any combination:
 * <ul>
 * <li>the {@link Signal};</li>
 * <li>the metadata, as a {@code Map<String, ?>} or as a type that the application's
 * {@code JsonMapper} reads; {@code @Payload} states this explicitly, {@code @Valid} and
 * {@code @Validated} validate it;</li>
 * <li>one metadata entry, as a parameter of the same name with a simple type (string,
 * number, boolean, enum, date), a collection, an array or an {@code Optional}. Without
 * the entry the argument is {@code null} or empty, and a primitive fails. A parameter
 * with the name of a field of the signal, such as {@code tag} or {@code sampleNo}, fails
 * the start: use {@code @Header};</li>
 * <li>{@code @Header("name")}: the field of the signal with this name on the wire
 * ({@code publisher_id}, {@code process_name}, {@code event}, {@code runner_host},
 * {@code sample_no}, {@code tag}), or the name of the channel ({@code channel}), else the
 * metadata entry of this name; required by default. {@code @Headers} on a {@code Map} has
 * these six fields and the channel;</li>
 * <li>a value of a {@link SignalArgumentResolver} bean, or of a
 * {@link org.springframework.core.convert.converter.Converter} bean that converts a
 * {@link Signal} to the parameter's type.</li>
 * </ul>
 * <b>Return value</b>: {@code void}, an {@link Acknowledgement}, a {@code boolean}, or a
 * {@code CompletionStage} or {@code Mono} of one of these, which is answered when it
 * completes. A method that returns answers {@code ras} 1 ({@code false}: 0).
 * <p>
 * <b>Errors</b>: an exception answers {@code ras} 0 with its message, as does metadata
 * that can't be converted; the method is not called then. A method with an unsupported
 * signature fails the start of the application with a message that names the method and
 * the remedy.
 * <p>
 * <b>Threads</b>: the method is called on the starter's executor and may block. The
 * signals of one publisher are handled one at a time, in the order in which they were
 * published. Signals of different publishers, and of different responders, are handled
 * concurrently, 256 at most in one application.
 * <p>
 * <b>Beans</b>: any scope and any visibility work; the bean is looked up for each signal.
 * A private or final method of a proxied bean fails the start, as does an {@code @Async}
 * method that does not return a {@code CompletableFuture}.
 * <p>
 * Repeatable. On a class it sets defaults for the annotated methods. {@code ${...}} and
 * {@code #{...}} are resolved in every attribute, in {@link #condition()}, which is an
 * expression itself, {@code ${...}} alone: to one string, in {@link #event()} also to
 * several.
 *
 * @since 0.1.0
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.TYPE })
@Repeatable(OnSignals.class)
public @interface OnSignal {

	/**
	 * The events to handle. {@code "*"} matches any event except {@code initialization}
	 * and {@code shutdown}, which have to be named. A placeholder or expression may
	 * resolve to several events: separated by commas, a configured list, an array or a
	 * collection.
	 * @return the events; empty for the event of the typed signal that the method takes
	 * @see SignalEvent
	 */
	String[] event() default {};

	/**
	 * Restricts the method to signals with this tag.
	 * @return the tag; empty for any
	 */
	String tag() default "";

	/**
	 * Restricts the method to signals of publishers with this process name.
	 * @return the process name; empty for any
	 */
	String processName() default "";

	/**
	 * Restricts the method to signals of the publisher with this id.
	 * @return the publisher id; empty for any
	 */
	String publisher() default "";

	/**
	 * The name of the responder that the method belongs to. Each responder has a separate
	 * id and answers separately.
	 * @return the name; empty for the application's responder
	 */
	String responder() default "";

	/**
	 * The channel to receive signals from.
	 * @return the name of the channel; empty for {@code state-signals.channel}
	 */
	String channel() default "";

	/**
	 * Restricts the method to signals for which a SpEL expression is true. The root
	 * object is the {@link Signal}, which is also {@code #signal}; {@code #metadata} is
	 * the metadata, and {@code @name} a bean:
	 * {@code "#metadata['region'] == 'eu' and sampleNo > 3"}. A placeholder is replaced
	 * by its value before the expression is parsed: {@code "tag == '${run.tag}'"}. A
	 * condition that throws answers {@code ras} 0.
	 * @return the expression; empty for any signal
	 */
	String condition() default "";

	/**
	 * The error handler that decides the answer when the method fails.
	 * @return the name of a {@link SignalErrorHandler} bean; empty to answer {@code ras}
	 * 0 with the exception's message
	 */
	String errorHandler() default "";

}
