/**
 * Actuator endpoint and health indicator.
 */
@NullMarked
package io.github.statesignals.actuate;

import org.jspecify.annotations.NullMarked;
