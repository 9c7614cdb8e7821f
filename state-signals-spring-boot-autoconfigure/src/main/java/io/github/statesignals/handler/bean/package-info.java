/**
 * The classes of beans that handle signals, and the methods to call on them, which may be
 * those of a proxy.
 */
@NullMarked
package io.github.statesignals.handler.bean;

import org.jspecify.annotations.NullMarked;
