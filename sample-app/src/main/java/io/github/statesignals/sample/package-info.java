/**
 * A benchmark conductor and its collectors.
 */
@NullMarked
package io.github.statesignals.sample;

import org.jspecify.annotations.NullMarked;
