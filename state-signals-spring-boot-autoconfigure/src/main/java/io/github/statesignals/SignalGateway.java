package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes an interface publish signals: each of its methods publishes one, through a bean
 * that implements it. Interfaces in packages that are scanned for components are found;
 * {@link SignalGatewayFactory} makes one of any other.
 * <p>
 * The event of a method is what its {@link SignalEvent} names; else that of the typed
 * signal that it is given, if it takes one, which must not be {@code null}; else its name
 * in kebab-case. A parameter is
 * <ul>
 * <li>a typed signal, or a {@code Map}: its properties, or entries, are metadata;</li>
 * <li>a value (string, number, boolean, enum, date, collection, ...): one metadata entry
 * of the parameter's name;</li>
 * <li>with {@code @Header("tag")} or {@code @Header("sample_no")} that field of the
 * signal, with another header name a metadata entry of that name.</li>
 * </ul>
 * It returns the {@link SignalResult}, its {@link ResultCode} (which is 0 also if no
 * responder acted), {@code boolean} (whether it {@linkplain SignalResult#isSuccess() is a
 * success}: a responder acted), a {@code CompletableFuture} of the result, or
 * {@code void}, which does not wait for answers. What a method throws is what
 * {@link SignalSpec#publish()} throws.
 *
 * @since 0.1.0
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SignalGateway {

	/**
	 * The exporter to publish with.
	 * @return the name of its bean; empty: the application's exporter
	 */
	String exporter() default "";

	/**
	 * How long to await answers.
	 * @return the timeout, such as {@code 5s}, negative for ever, placeholders resolved;
	 * empty: {@code state-signals.exporter.response-timeout}
	 */
	String timeout() default "";

}
