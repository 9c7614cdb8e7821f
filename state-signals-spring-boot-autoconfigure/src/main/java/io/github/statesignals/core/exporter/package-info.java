/**
 * Exporters: their subscribers, probes, and publishes from the call to the result.
 */
@NullMarked
package io.github.statesignals.core.exporter;

import org.jspecify.annotations.NullMarked;
