/**
 * Handler methods, gateways and the bridge of application events: everything between an
 * application's beans and the engine.
 */
@NullMarked
package io.github.statesignals.handler;

import org.jspecify.annotations.NullMarked;
