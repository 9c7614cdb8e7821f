package io.github.statesignals.observation;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter.Type;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * The meters of an application's signals. The values of their tags are names from the
 * application's code and configuration, or constants: no message adds one.
 *
 * @since 0.1.0
 */
public enum SignalMeters implements MeterDocumentation {

	RESULTS("results", Type.COUNTER, null, "publishes that have ended", Tag.CHANNEL, Tag.EVENT, Tag.OUTCOME),

	MISSING("missing", Type.COUNTER, null, "awaited responders that did not answer", Tag.CHANNEL, Tag.EVENT),

	UNHANDLED("unhandled", Type.COUNTER, null, "answers of responders that have no handler", Tag.CHANNEL, Tag.EVENT),

	ACKNOWLEDGEMENT("acknowledgement", Type.TIMER, "seconds", "time from sending a signal to an answer that counts",
			Tag.CHANNEL, Tag.EVENT),

	PUBLISHES_ACTIVE("publishes.active", Type.GAUGE, null, "publishes that are sent and have not ended", Tag.CHANNEL),

	PUBLISHES_QUEUED("publishes.queued", Type.GAUGE, null, "publishes that wait to be sent", Tag.CHANNEL),

	PUBLISHES_USAGE("publishes.usage", Type.GAUGE, null,
			"share of `exporter.max-pending` that is in use, by the exporter that uses most", Tag.CHANNEL),

	SUBSCRIBERS("subscribers", Type.GAUGE, null, "responders that are subscribed to an exporter", Tag.CHANNEL),

	HANDLERS_ACTIVE("handlers.active", Type.GAUGE, null, "received signals that are being handled"),

	HANDLERS_QUEUED("handlers.queued", Type.GAUGE, null, "received signals that wait for their handlers"),

	HANDLERS_USAGE("handlers.usage", Type.GAUGE, null, "share of `responder.total-queue-capacity` that is in use"),

	MEMORY_USED("memory.used", Type.GAUGE, "bytes", "memory that is reserved for messages, about", Tag.AREA),

	MEMORY_MAX("memory.max", Type.GAUGE, "bytes", "memory that may be reserved", Tag.AREA),

	CONNECTED("connected", Type.GAUGE, null, "1 while signals are received, 0 while the subscription is lost"),

	RECEIVED("received", Type.COUNTER, null, "received messages", Tag.KIND),

	MALFORMED("malformed", Type.COUNTER, null, "received messages that can't be read"),

	REJECTED("rejected", Type.COUNTER, null, "received signals that were answered `busy`, because too many wait"),

	EXPIRED("expired", Type.COUNTER, null, "received signals whose publisher's timeout had passed"),

	REPEATED("repeated", Type.COUNTER, null, "received signals that were received before"),

	MISSED("missed", Type.COUNTER, null, "signals that were not received, by their numbers"),

	LATE("late", Type.COUNTER, null, "answers to no publish in flight"),

	UNEXPECTED("unexpected", Type.COUNTER, null, "answers to a publish in flight that did not count"),

	GAPS("gaps", Type.COUNTER, null, "reconnects after which messages may have been lost"),

	REFUSED("refused", Type.COUNTER, null, "received messages that were not believed", Tag.REASON),

	UNVERIFIED("unverified", Type.COUNTER, null,
			"received messages without a valid signature that had their effect (`signing: verify`)"),

	DURABLE_LAG("durable.lag", Type.GAUGE, null, "stored entries that the responder has not read", Tag.CHANNEL,
			Tag.RESPONDER),

	DURABLE_UNACKNOWLEDGED("durable.unacknowledged", Type.GAUGE, null,
			"stored entries that the responder has read and not answered", Tag.CHANNEL, Tag.RESPONDER),

	DURABLE_AGE("durable.age", Type.GAUGE, "seconds", "age of the oldest entry that the responder has not answered",
			Tag.CHANNEL, Tag.RESPONDER),

	DURABLE_DEAD_LETTERS("durable.dead.letters", Type.GAUGE, null, "signals that could not be delivered", Tag.CHANNEL);

	private final String name;

	private final Type type;

	private final @Nullable String baseUnit;

	private final String description;

	private final Tag[] tags;

	SignalMeters(String name, Type type, @Nullable String baseUnit, String description, Tag... tags) {
		this.name = "state.signals." + name;
		this.type = type;
		this.baseUnit = baseUnit;
		this.description = description;
		this.tags = tags;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public Type getType() {
		return this.type;
	}

	@Override
	public @Nullable String getBaseUnit() {
		return this.baseUnit;
	}

	@Override
	public KeyName[] getKeyNames() {
		return this.tags.clone();
	}

	public String getDescription() {
		return this.description;
	}

	public Counter counter(MeterRegistry registry, Tags tags) {
		return Counter.builder(this.name).description(this.description).tags(tags).register(registry);
	}

	public <T> void counter(MeterRegistry registry, Tags tags, T state, ToDoubleFunction<T> value) {
		FunctionCounter.builder(this.name, state, value).description(this.description).tags(tags).register(registry);
	}

	public <T> void gauge(MeterRegistry registry, Tags tags, T state, ToDoubleFunction<T> value) {
		// Nothing else may hold the state.
		Gauge.builder(this.name, state, value)
			.strongReference(true)
			.description(this.description)
			.baseUnit(this.baseUnit)
			.tags(tags)
			.register(registry);
	}

	public Timer.Builder timer(Tags tags) {
		return Timer.builder(this.name).description(this.description).tags(tags);
	}

	/**
	 * The tags of meters.
	 */
	public enum Tag implements KeyName {

		/** The channel's name; {@code default} for the one without a name. */
		CHANNEL,

		/** A legal event; {@code UNKNOWN} if the exporter is not initialized. */
		EVENT,

		/** The {@link PublishOutcome}. */
		OUTCOME,

		/**
		 * The name of a responder of this application; {@code OTHER} for the maximum of
		 * all others.
		 */
		RESPONDER,

		/** {@code received}, {@code answers}, {@code callbacks} or {@code publishes}. */
		AREA,

		/** {@code signal} or {@code response}. */
		KIND,

		/** {@code forged} or {@code signature}. */
		REASON;

		@Override
		public String asString() {
			return name().toLowerCase(Locale.ROOT);
		}

		public Tags of(String value) {
			return Tags.of(asString(), value);
		}

		public static Tags channel(String name) {
			return CHANNEL.of(name.isEmpty() ? "default" : name);
		}

	}

}
