/**
 * Encapsulates the differences between the drivers of Redis: connections, publishing, the
 * commands of streams, exceptions. {@code RedisDriver} chooses.
 */
@NullMarked
package io.github.statesignals.redis.driver;

import org.jspecify.annotations.NullMarked;
