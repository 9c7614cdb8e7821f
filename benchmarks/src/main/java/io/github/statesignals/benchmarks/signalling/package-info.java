/**
 * An application with the starter, in a package of its own, which it scans.
 */
@NullMarked
package io.github.statesignals.benchmarks.signalling;

import org.jspecify.annotations.NullMarked;
