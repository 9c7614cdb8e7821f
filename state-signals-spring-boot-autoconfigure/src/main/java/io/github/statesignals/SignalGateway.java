package io.github.statesignals;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.aot.hint.annotation.Reflective;

/**
 * Declares an interface whose methods publish signals, and registers a bean that
 * implements it. Interfaces in packages with component scanning are found;
 * {@link SignalGatewayFactory} creates a gateway from any other.
 * <p>
 * The event of a method is the first of: the one of its {@link SignalEvent}; the one of
 * the typed signal that it takes, which must not be {@code null}; the method name in
 * kebab-case. A parameter is
 * <ul>
 * <li>a typed signal, or a {@code Map}: its properties, or entries, are metadata;</li>
 * <li>a value (string, number, boolean, enum, date, collection): the metadata entry of
 * the parameter's name;</li>
 * <li>with {@code @Header("tag")} or {@code @Header("sample_no")} that field of the
 * signal, with another header name the metadata entry of that name.</li>
 * </ul>
 * A method returns the {@link SignalResult}, its {@link ResultCode} (which is 0 also if
 * no responder acted), a {@code boolean} ({@link SignalResult#isSuccess()}), or a
 * {@code CompletableFuture} of the result. A {@code void} method does not wait for
 * answers. Methods throw the exceptions of {@link SignalSpec#publish()}, and are safe for
 * concurrent use.
 * <p>
 * With Reactor a method may return a {@code Mono} of the result, which publishes once for
 * each subscriber, or the {@linkplain SignalSpec#publishReactive() answers}, a
 * {@code Flux} or other publisher of {@link SignalProgress}. A suspending function of
 * Kotlin returns the result, its code or a {@code Boolean}.
 *
 * @since 0.1.0
 */
@Documented
@Reflective
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SignalGateway {

	/**
	 * The exporter to publish with.
	 * @return the name of a {@link SignalExporter} bean; empty for the application's
	 * exporter
	 */
	String exporter() default "";

	/**
	 * The time to wait for answers. Placeholders are resolved. A number without a unit
	 * counts milliseconds.
	 * @return the timeout, such as {@code 5s}, negative to wait indefinitely; empty for
	 * {@code state-signals.exporter.response-timeout}
	 */
	String timeout() default "";

}
