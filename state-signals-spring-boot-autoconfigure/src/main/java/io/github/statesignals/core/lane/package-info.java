/**
 * Lanes: run tasks of the same key in order and of different keys concurrently, on few
 * threads; and the timers for them.
 */
@NullMarked
package io.github.statesignals.core.lane;

import org.jspecify.annotations.NullMarked;
