package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method of a bean act on signals, and the application a responder.
 * <p>
 * The method takes any of
 * <ul>
 * <li>the {@link Signal};</li>
 * <li>the metadata, as a {@code Map<String, ?>} or as a type of your own, which the
 * application's {@code JsonMapper} makes of it; with {@code @Payload} to make that
 * explicit, with {@code @Valid} or {@code @Validated} to have it checked;</li>
 * <li>one entry of the metadata, into a parameter of its name that is a simple value
 * (string, number, boolean, enum, date, ...), a collection, an array or an
 * {@code Optional}; without such an entry it is {@code null} or empty, and a primitive is
 * a failure. A parameter that is named as a field of the signal, such as {@code tag} or
 * {@code sampleNo}, is refused: write {@code @Header};</li>
 * <li>{@code @Header("name")}: a field of the signal by its name on the wire
 * ({@code publisher_id}, {@code process_name}, {@code event}, {@code runner_host},
 * {@code sample_no}, {@code tag}), or else the metadata entry of that name; required,
 * unless it says otherwise. {@code @Headers} on a {@code Map}: these fields;</li>
 * <li>what a {@link SignalArgumentResolver} bean provides, or a
 * {@link org.springframework.core.convert.converter.Converter} bean that converts a
 * {@link Signal} to the parameter's type.</li>
 * </ul>
 * It returns {@code void}, an {@link Acknowledgement}, a {@code boolean}, or a
 * {@code CompletionStage} or {@code Mono} of one of these, which is answered when it
 * completes. Returning answers {@code ras} 1 ({@code false}: 0); throwing answers
 * {@code ras} 0 with the exception's message, and so does metadata that does not convert,
 * which reaches no handler. A method that can't be used so fails the start of the
 * application with a message that names it.
 * <p>
 * It is called on the starter's executor: for one publisher's signals in the order in
 * which they were published, for different publishers, or responders, side by side.
 * Method and class may have any visibility that Spring can call; a private or final
 * method of a bean behind a proxy is refused, and so is an {@code @Async} method that
 * does not return a {@code CompletableFuture}. Beans of any scope work; the bean is
 * looked up for every signal.
 * <p>
 * Repeatable. On a class it says what its annotated methods do not say themselves.
 * {@code ${...}} and {@code #{...}} are resolved in every attribute but
 * {@link #condition()}, to one string; in {@link #event()} also to several.
 *
 * @since 0.1.0
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.TYPE })
@Repeatable(OnSignals.class)
public @interface OnSignal {

	/**
	 * The events to act on. {@code "*"} is any event but {@code initialization} and
	 * {@code shutdown}, which are reserved and have to be named. A placeholder or
	 * expression may stand for several: separated by commas, a list that is configured by
	 * its elements, an array or a collection.
	 * @return one event or more; none: the event of the typed signal that the method
	 * takes
	 * @see SignalEvent
	 */
	String[] event() default {};

	/**
	 * Act only on signals with this tag.
	 * @return the tag; empty: any
	 */
	String tag() default "";

	/**
	 * Act only on signals of publishers with this process name.
	 * @return the process name; empty: any
	 */
	String processName() default "";

	/**
	 * Act only on signals of the publisher with this id.
	 * @return the publisher id; empty: any
	 */
	String publisher() default "";

	/**
	 * The name of the responder that this method belongs to: each has an id, and answers,
	 * of its own.
	 * @return the name; empty: the application's responder
	 */
	String responder() default "";

	/**
	 * The channel to hear.
	 * @return its name; empty: the application's channel, {@code state-signals.channel}
	 */
	String channel() default "";

	/**
	 * Act only on signals for which a SpEL expression is true. Its root is the
	 * {@link Signal}, which is also {@code #signal}; {@code #metadata} is the metadata,
	 * and {@code @name} a bean: {@code "#metadata['region'] == 'eu' and sampleNo > 3"}.
	 * @return the expression; empty: any
	 */
	String condition() default "";

	/**
	 * Decides what to answer when the method fails.
	 * @return the name of a {@link SignalErrorHandler} bean; empty: {@code ras} 0 with
	 * the exception's message
	 */
	String errorHandler() default "";

}
