/**
 * Durable channels: streams, leases and stored answers.
 */
@NullMarked
package io.github.statesignals.redis.durable;

import org.jspecify.annotations.NullMarked;
