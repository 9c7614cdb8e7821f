package io.github.statesignals.redis.durable;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.github.statesignals.redis.durable.store.StreamClient;

/**
 * The parts that all channels of a connection share.
 */
record StreamServices(GuardedListener listener, Retries retries, Supplier<StreamClient> clients, Executor eventLoop) {
}
