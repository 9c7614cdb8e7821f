/**
 * The results of gateways: what their methods return, also reactively or to coroutines.
 */
@NullMarked
package io.github.statesignals.handler.gateway;

import org.jspecify.annotations.NullMarked;
