/**
 * Names of meters and observations and their keys, conventions of observations, and the
 * trace context that travels with a signal.
 */
@NullMarked
package io.github.statesignals.observation;

import org.jspecify.annotations.NullMarked;
