/**
 * Writes and reads the JSON of the protocol.
 */
@NullMarked
package io.github.statesignals.wire;

import org.jspecify.annotations.NullMarked;
