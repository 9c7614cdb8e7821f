/**
 * Shared by exporters and responders: settings, sending, the conversion of metadata,
 * interceptors, counters and application events. Knows no Redis and no Boot.
 */
@NullMarked
package io.github.statesignals.core;

import org.jspecify.annotations.NullMarked;
