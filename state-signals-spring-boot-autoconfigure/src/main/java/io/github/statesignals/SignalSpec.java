package io.github.statesignals;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * A signal in the making. Not safe for use by several threads. May be published more than
 * once; each publish sends what the spec says then.
 *
 * @since 0.1.0
 * @see SignalExporter#signal(String)
 */
public interface SignalSpec {

	/**
	 * Tag the signal, such as with the run that it belongs to.
	 * @param tag the tag
	 * @return this
	 */
	SignalSpec tag(String tag);

	/**
	 * Number the sample that the signal is about.
	 * @param sampleNo the number; 0 is one, too
	 * @return this
	 */
	SignalSpec sampleNo(long sampleNo);

	/**
	 * Add an entry to the metadata. A value that is not a JSON value already (a
	 * {@code Duration}, an enum, a record) is converted by the application's
	 * {@code JsonMapper}.
	 * @param key the key; {@code _ss} is reserved
	 * @param value the value
	 * @return this
	 * @throws IllegalArgumentException if JSON can't carry the value
	 */
	SignalSpec metadata(String key, @Nullable Object value);

	/**
	 * Add entries to the metadata.
	 * @param metadata the entries
	 * @return this
	 * @throws IllegalArgumentException if JSON can't carry a value
	 */
	SignalSpec metadata(Map<String, ? extends @Nullable Object> metadata);

	/**
	 * Add the properties of an object to the metadata, as the application's
	 * {@code JsonMapper} writes them.
	 * @param payload a record, bean or map: something that is an object in JSON
	 * @return this
	 * @throws IllegalArgumentException if it is not an object in JSON
	 */
	SignalSpec payload(Object payload);

	/**
	 * How long to await answers, in place of
	 * {@code state-signals.exporter.response-timeout}. It runs from the moment at which
	 * the signal is sent.
	 * @param timeout the timeout; negative: for ever
	 * @return this
	 */
	SignalSpec timeout(Duration timeout);

	/**
	 * End as soon as enough responders have succeeded, or can't any more, in place of
	 * awaiting every answer.
	 * @param rule how many are enough
	 * @return this
	 */
	SignalSpec until(CompletionRule rule);

	/**
	 * Name responders that have to be subscribed. If one is not, nothing is sent, and the
	 * publish ends at once as {@link ResultCode#MISSING_RESPONSE} with its name missing.
	 * @param responders the names of responders, or their ids
	 * @return this
	 */
	SignalSpec requires(String... responders);

	/**
	 * Be told each answer that counts as it arrives, on the starter's executor: one at a
	 * time and in the order of arrival, the last one possibly after the publish has
	 * ended.
	 * @param listener gets the responder's id and its answer
	 * @return this
	 */
	SignalSpec onResponse(BiConsumer<String, SignalResult.Answer> listener);

	/**
	 * Publish, and block until the last awaited responder has answered or the timeout has
	 * passed. With nobody subscribed it ends as soon as Redis has taken the signal.
	 * Before the exporter is initialized any event is sent, unchecked and with a warning
	 * in the log, and nobody is awaited.
	 * <p>
	 * A handler that blocks here on an exporter to which its own responder is subscribed
	 * waits for itself: use {@link #publishAsync()} there.
	 * @return who acted on it
	 * @throws IllegalArgumentException if the event is reserved or not legal, or the
	 * signal in JSON is larger than {@code state-signals.protocol.max-payload}: nothing
	 * is sent
	 * @throws org.springframework.dao.DataAccessException if Redis did not take the
	 * signal, at once where Redis has refused it, else after the timeout; its message
	 * names the signal, and says that it was not sent, or that it may have been
	 * @throws IllegalStateException if the thread is interrupted meanwhile, or the
	 * exporter shut down before the signal was sent
	 */
	SignalResult publish();

	/**
	 * Publish without blocking any thread. The future completes on the starter's
	 * executor, never on a thread of the Redis client; cancelling it ends the wait.
	 * @return the result; fails at once with an {@link IllegalArgumentException} if the
	 * signal is too large, and with what {@link #publish()} would have thrown for Redis
	 * @throws IllegalArgumentException if the event is reserved or not legal; nothing is
	 * published
	 */
	CompletableFuture<SignalResult> publishAsync();

}
