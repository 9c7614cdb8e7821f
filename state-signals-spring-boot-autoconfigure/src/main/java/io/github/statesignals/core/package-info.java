/**
 * The engine: exporters, responders and handler methods over a
 * {@link io.github.statesignals.transport.SignalTransport}. Knows no Redis and no Boot.
 */
@NullMarked
package io.github.statesignals.core;

import org.jspecify.annotations.NullMarked;
