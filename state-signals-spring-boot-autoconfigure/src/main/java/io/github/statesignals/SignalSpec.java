package io.github.statesignals;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Builds and publishes a signal. Not safe for concurrent use. It can be published several
 * times; each publish sends the values of that moment.
 *
 * @since 0.1.0
 * @see SignalExporter#signal(String)
 */
public interface SignalSpec {

	/**
	 * Sets the tag, such as the run that the signal belongs to.
	 * @param tag the tag
	 * @return this
	 */
	SignalSpec tag(String tag);

	/**
	 * Sets the sample number.
	 * @param sampleNo the number; 0 is a number as well
	 * @return this
	 */
	SignalSpec sampleNo(long sampleNo);

	/**
	 * Adds a metadata entry. The application's {@code JsonMapper} converts a value that
	 * is no JSON value, such as a {@code Duration}, an enum or a record.
	 * @param key the key; {@code _ss} is reserved
	 * @param value the value
	 * @return this
	 * @throws IllegalArgumentException if the key is reserved, or the value can't be
	 * written as JSON
	 */
	SignalSpec metadata(String key, @Nullable Object value);

	/**
	 * Adds metadata entries.
	 * @param metadata the entries
	 * @return this
	 * @throws IllegalArgumentException if a key is reserved, or a value can't be written
	 * as JSON
	 */
	SignalSpec metadata(Map<String, ? extends @Nullable Object> metadata);

	/**
	 * Adds the properties of an object to the metadata, as the application's
	 * {@code JsonMapper} writes them.
	 * @param payload a record, bean or map that is a JSON object
	 * @return this
	 * @throws IllegalArgumentException if it is not a JSON object
	 */
	SignalSpec payload(Object payload);

	/**
	 * Sets the time to wait for answers. Replaces
	 * {@code state-signals.exporter.response-timeout}. The time begins when the signal is
	 * sent.
	 * @param timeout the timeout; a negative duration waits indefinitely. With zero the
	 * publish ends when Redis has accepted the signal: responders act on it all the same,
	 * and those that have not answered by then are missing
	 * @return this
	 */
	SignalSpec timeout(Duration timeout);

	/**
	 * Sets a completion rule: the publish ends when enough responders have acted, or no
	 * longer can.
	 * @param rule the rule
	 * @return this
	 */
	SignalSpec until(CompletionRule rule);

	/**
	 * Adds required responders. If one of them is not subscribed, nothing is sent, and
	 * the publish ends at once with {@link ResultCode#MISSING_RESPONSE} and its name in
	 * {@link SignalResult#missing()}.
	 * @param responders the names of responders, or their ids
	 * @return this
	 * @throws IllegalArgumentException if a name is blank
	 */
	SignalSpec requires(String... responders);

	/**
	 * Sets a listener for the answers of awaited responders. Called on the starter's
	 * executor, for one answer at a time, in the order in which they are received; for
	 * the last one possibly after the publish has ended.
	 * @param listener receives the responder's id and its answer
	 * @return this
	 */
	SignalSpec onResponse(BiConsumer<String, SignalResult.Answer> listener);

	/**
	 * Publishes the signal and waits until the last awaited responder has answered or the
	 * timeout has passed. Blocks the caller. Without subscribers it ends when Redis has
	 * accepted the signal. An exporter that is not initialized sends any event, logs a
	 * warning, and awaits no responder.
	 * <p>
	 * A handler that waits here for its own responder waits until the timeout: use
	 * {@link #publishAsync()} there.
	 * @return the result
	 * @throws IllegalArgumentException if the event is reserved or not legal, or the
	 * signal is larger than {@code state-signals.protocol.max-payload}; nothing is sent
	 * @throws org.springframework.core.task.TaskRejectedException if
	 * {@code state-signals.exporter.max-pending} publishes are in flight; nothing is sent
	 * @throws org.springframework.dao.DataAccessException if Redis refused the signal (at
	 * once) or did not confirm it (after the timeout). The message names the signal, and
	 * states that it was not sent, or that it may have been sent
	 * @throws IllegalStateException if the thread is interrupted (the signal may have
	 * been sent), or the exporter is shut down before the signal was sent
	 */
	SignalResult publish();

	/**
	 * Publishes the signal without blocking a thread. The future completes on the
	 * starter's executor, never on a thread of the Redis client. That of a publish which
	 * {@code state-signals.exporter.max-pending} rejects has failed when it is returned.
	 * Cancelling it ends the wait, and so does completing it, as
	 * {@link CompletableFuture#orTimeout} does.
	 * @return a future of the result; it fails with the exceptions of {@link #publish()}
	 * @throws IllegalArgumentException if the event is reserved or not legal; nothing is
	 * sent
	 */
	CompletableFuture<SignalResult> publishAsync();

	/**
	 * Returns a publisher that publishes the signal once for each subscriber, when it
	 * subscribes, with the values of this call. The items are the answers of awaited
	 * responders, each as it is received, and at last the result. Then it completes.
	 * Responders that are missing have no item: the result names them.
	 * <p>
	 * It fails with the exceptions of {@link #publish()}, and never completes without a
	 * result. Cancelling the subscription ends the wait; the signal may have been sent.
	 * Answers that are not requested yet are stored, one for each awaited responder at
	 * most; a slow subscriber delays neither the publish nor other subscribers. A
	 * subscriber is called on the starter's executor, never on a thread of the Redis
	 * client, and may block.
	 * <p>
	 * Reactive libraries adapt it, such as Reactor's
	 * {@code JdkFlowAdapter.flowPublisherToFlux}. Methods of controllers and of
	 * {@link SignalGateway}s may return it.
	 * @return the publisher, which may be subscribed to on any thread
	 */
	Flow.Publisher<SignalProgress> publishReactive();

}
