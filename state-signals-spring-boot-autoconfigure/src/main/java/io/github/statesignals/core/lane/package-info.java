/**
 * Lanes: run what belongs together in order, and what does not concurrently, on few
 * threads; and the timers that look after them.
 */
@NullMarked
package io.github.statesignals.core.lane;

import org.jspecify.annotations.NullMarked;
