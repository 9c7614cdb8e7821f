/**
 * Connects the beans of an application to the engine: handler methods, gateways and the
 * bridge of application events.
 */
@NullMarked
package io.github.statesignals.handler;

import org.jspecify.annotations.NullMarked;
