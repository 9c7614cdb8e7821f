package io.github.statesignals.redis.durable;

import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.statesignals.redis.durable.store.StreamClient;
import io.github.statesignals.wire.SignalCodec;

/**
 * The parts that all channels of a connection share.
 */
record StreamServices(Function<String, SignalCodec> codecs, GuardedListener listener, Retries retries,
		Supplier<StreamClient> clients, Executor executor, Executor eventLoop) {
}
