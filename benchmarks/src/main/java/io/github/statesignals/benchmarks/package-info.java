/**
 * What the starter costs beside the ways to do without it: the arms, and the one command
 * that runs them side by side.
 */
@NullMarked
package io.github.statesignals.benchmarks;

import org.jspecify.annotations.NullMarked;
