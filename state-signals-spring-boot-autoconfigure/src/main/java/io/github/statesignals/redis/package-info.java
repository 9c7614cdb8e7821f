/**
 * Carries signals and responses over Redis pub/sub: subscriptions, publishing, and
 * heartbeats.
 */
@NullMarked
package io.github.statesignals.redis;

import org.jspecify.annotations.NullMarked;
