/**
 * Exporters: initialization, subscribing responders, and the specification of signals.
 */
@NullMarked
package io.github.statesignals.core.exporter;

import org.jspecify.annotations.NullMarked;
