/**
 * Emits application events as signals, and publishes signals as application events.
 */
@NullMarked
package io.github.statesignals.handler.bridge;

import org.jspecify.annotations.NullMarked;
