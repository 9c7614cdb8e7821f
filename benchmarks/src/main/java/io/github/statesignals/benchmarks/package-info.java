/**
 * Measures the cost of the starter compared with the ways to do without it: the arms, and
 * the command that runs them in turn.
 */
@NullMarked
package io.github.statesignals.benchmarks;

import org.jspecify.annotations.NullMarked;
