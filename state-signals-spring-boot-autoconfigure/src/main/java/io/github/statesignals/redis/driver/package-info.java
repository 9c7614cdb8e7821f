/**
 * The differences between the drivers of Redis: connections, publishing, the commands of
 * streams, exceptions.
 */
@NullMarked
package io.github.statesignals.redis.driver;

import org.jspecify.annotations.NullMarked;
