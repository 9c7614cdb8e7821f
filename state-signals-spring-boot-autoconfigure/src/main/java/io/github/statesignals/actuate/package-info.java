/**
 * Actuator endpoint, health indicator and meters.
 */
@NullMarked
package io.github.statesignals.actuate;

import org.jspecify.annotations.NullMarked;
