/**
 * The JSON of the protocol: writes and reads signals and responses. Uses no Redis.
 */
@NullMarked
package io.github.statesignals.wire;

import org.jspecify.annotations.NullMarked;
