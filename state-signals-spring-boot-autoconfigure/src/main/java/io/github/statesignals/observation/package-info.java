/**
 * Names of meters and observations, and their tags.
 */
@NullMarked
package io.github.statesignals.observation;

import org.jspecify.annotations.NullMarked;
