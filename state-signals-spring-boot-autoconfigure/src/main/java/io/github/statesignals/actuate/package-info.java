/**
 * What operators see: the endpoint and the health.
 */
@NullMarked
package io.github.statesignals.actuate;

import org.jspecify.annotations.NullMarked;
