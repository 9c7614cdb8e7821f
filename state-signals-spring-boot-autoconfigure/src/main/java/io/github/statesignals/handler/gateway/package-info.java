/**
 * The results of gateways, also reactive ones and those of coroutines.
 */
@NullMarked
package io.github.statesignals.handler.gateway;

import org.jspecify.annotations.NullMarked;
