/**
 * The engine's transport over Redis, and the JSON of the wire.
 */
@NullMarked
package io.github.statesignals.redis;

import org.jspecify.annotations.NullMarked;
