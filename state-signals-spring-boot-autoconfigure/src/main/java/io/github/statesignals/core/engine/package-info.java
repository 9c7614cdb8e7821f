/**
 * The engine: creates exporters and responders, routes received messages to them, and
 * starts and stops them.
 */
@NullMarked
package io.github.statesignals.core.engine;

import org.jspecify.annotations.NullMarked;
