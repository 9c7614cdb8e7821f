/**
 * Test kit for applications with state signals: a transport in memory, responders that a
 * test plays, and assertions.
 */
@NullMarked
package io.github.statesignals.test;

import org.jspecify.annotations.NullMarked;
