/**
 * The stored state of durable channels: keys, scripts, and one class that calls them.
 */
@NullMarked
package io.github.statesignals.redis.durable.store;

import org.jspecify.annotations.NullMarked;
